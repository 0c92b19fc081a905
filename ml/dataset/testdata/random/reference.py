"""Writes pairs of random frames, f0.csv and g0.csv and on, to a folder, and beside each pair what pandas makes of it, N.txtar:
the expectations of TestRandomVerbs. The numbers are small multiples of 1/4, so sums are exact in any order.

Left out are inner joins with as many rows as their left frame: pandas 2.2 takes such a join for one of single matches and
mixes its order up.
"""

import pathlib
import sys
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
pd.set_option("display.max_columns", 20)
out, seeds = pathlib.Path(sys.argv[1]), int(sys.argv[2])


def frame(r, n):
    return pd.DataFrame({
        "k": np.append(["a"], r.choice(["a", "bb", "ž", "C", None], n - 1, p=[0.3, 0.3, 0.2, 0.1, 0.1])),
        "p": r.choice([1, 6, 17, -3], n),
        "x": r.choice([0.25, 1.5, -2.25, 1048576, np.nan, 12345.75, 100.0, np.inf], n, p=[0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.15, 0.05]),
        "m": r.choice([None, 1, 2, 300, -4], n),
        "b": r.random(n) < 0.5,
        "t": pd.to_datetime(1658902768472 + r.integers(0, 200_000, n) * r.choice([1, 1000]), unit="ms").astype(str),
    })


def load(path):
    df = pd.read_csv(path, keep_default_na=False, na_values={"k": [""], "x": [""], "m": [""]})
    df["t"] = pd.to_datetime(df["t"], format="ISO8601")
    df["x"] = df["x"].astype(float)
    if df["m"].isna().any() and df["m"].notna().any():
        df["m"] = df["m"].astype("Int64")
    return df


for seed in range(seeds):
    r = np.random.default_rng(seed)
    for name, n in ("f", r.integers(1, 90)), ("g", r.integers(1, 25)):
        frame(r, int(n)).to_csv(out / f"{name}{seed}.csv", index=False)
    f, g = load(out / f"f{seed}.csv"), load(out / f"g{seed}.csv")
    known = f.replace(np.inf, 7.0)
    inner = f[["k", "p", "m"]].merge(g[["k", "p", "m", "t"]], on=["k", "p"], how="inner")
    cases = {
        "group": lambda: f.groupby("k").sum(numeric_only=True),
        "group two": lambda: f.groupby(["k", "p"]).agg(n=("x", "count"), s=("x", "sum"), sd=("x", "std"), md=("m", "median"), first=("m", "first"), t=("t", "min")),
        "group bools": lambda: f.groupby("b").agg(n=("x", "nunique"), q=("x", lambda s: s.quantile(0.3)), mx=("m", "max"), v=("p", "var"), sm=("p", "sum")),
        "group floats": lambda: f.groupby("x").agg(n=("p", "size")),
        "sort": lambda: f.sort_values(["k", "x", "m"], kind="stable"),
        "sort down": lambda: f.sort_values(["x", "p"], ascending=False, kind="stable"),
        "describe": lambda: f.drop(columns="t").describe(),
        "dropna": lambda: f.dropna(),
        "fillna": lambda: f[["x", "m"]].fillna(7),
        "index": lambda: f.set_index(["k", "b"])[["p", "x"]],
        "join left": lambda: f[["k", "p", "x"]].merge(g[["k", "m", "x"]], on="k", how="left"),
        "join right": lambda: f[["p", "x"]].merge(g[["p", "k"]], on="p", how="right"),
        "join outer": lambda: f[["k", "p", "m"]].merge(g[["k", "p", "x"]], on=["p", "k"], how="outer"),
        "pivot": lambda: f.pivot_table(index="k", columns="p", values="x", aggfunc="mean"),
        "pivot sum": lambda: f.pivot_table(index="p", columns="k", values="m", aggfunc="sum"),
        "crosstab": lambda: pd.crosstab(f.k, f.b),
        "rolling": lambda: known[["p", "x", "m"]].rolling(4, min_periods=2).mean(),
        "rolling time": lambda: f.sort_values("t", kind="stable")[["t", "p"]].rolling("30s", on="t").sum().drop(columns="t"),
        "resample": lambda: f.resample("17s", on="t").agg(n=("x", "count"), s=("x", "sum"), m=("x", "mean"), p=("p", "max")),
    }
    if len(inner) != len(f):
        cases["join inner"] = lambda: inner
    if f["m"].isna().all():
        del cases["pivot sum"]
    with open(out / f"{seed}.txtar", "w", newline="\n") as file:
        for name, make in cases.items():
            df = make()
            if len(df) < 20_000:
                print(f"-- {name} --", repr(df), df.dtypes.to_string() if len(df.columns) else "", df._repr_html_().split("</style>\n")[1], sep="\n", file=file)
