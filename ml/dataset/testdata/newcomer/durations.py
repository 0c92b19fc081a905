"""How long flows last, application by application."""
import sys

import pandas as pd

df = pd.read_csv(sys.argv[1], usecols=["application_name", "bidirectional_duration_ms", "bidirectional_packets"])
df = df[df["bidirectional_packets"] > 1].dropna(subset=["application_name"])
df["seconds"] = df["bidirectional_duration_ms"] / 1000

table = df.groupby("application_name").agg(
    flows=("seconds", "count"),
    median=("seconds", "median"),
    p95=("seconds", lambda s: s.quantile(0.95)),
    longest=("seconds", "max"),
)
print(table.sort_values("flows", ascending=False, kind="stable").head(10))

df["large"] = df["bidirectional_packets"] > 1000
print(pd.crosstab(df["application_name"], df["large"]).head(5))
print(df[["seconds", "bidirectional_packets"]].describe())
