"""Which columns go with a flow's bytes, and on how many flows."""
import sys

import pandas as pd

df = pd.read_csv(sys.argv[1])
corr = df.corr(numeric_only=True)
strongest = corr.sort_values("bidirectional_bytes", ascending=False, kind="stable")
print(len(df))
print(strongest[["bidirectional_bytes", "bidirectional_packets"]].head(8))
