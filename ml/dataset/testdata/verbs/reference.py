"""Writes what pandas makes of flows.csv and hosts.csv here, verb by verb, to verbs.txtar: the expectations of
TestVerbsAsPandas, which has a Go expression for each name.

    FLOWBOOK_PYTHON=env/bin/python go test ./ml/dataset -run VerbsAsPandas -update

The options are those of a Jupyter notebook. Whole numbers with gaps are Int64, as dataset.Read has them, and sorting is
stable.
"""

import pathlib
import sys
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
pd.set_option("display.max_columns", 20)
dir = pathlib.Path(sys.argv[1])
inf, nan = np.inf, np.nan

f = pd.read_csv(dir / "flows.csv")
f["begun"] = pd.to_datetime(f["begun"], format="ISO8601")
f["peer_ms"] = f["peer_ms"].astype("Int64")
hosts = pd.read_csv(dir / "hosts.csv")
hosts["bytes"] = hosts["bytes"].astype("Int64")
hosts["known"] = hosts["known"].astype("boolean")
odd = pd.DataFrame({"k": ["a", "b", "a", "b", "c", "c"], "x": [1.0, inf, 2.0, 5.0, nan, nan], "y": [inf, -inf, inf, 1.0, 2.0, nan],
                    "z": [0.0, -0.0, -0.0, 0.0, 1e-9, 1e9], "n": [nan] * 6})
long = pd.DataFrame({"k": [i % 7 for i in range(100)], "j": [i * i % 5 for i in range(100)], "v": [i * 0.5 for i in range(100)]})
wide = pd.DataFrame({f"c{j}": [j, j + 1, j * j] for j in range(25)})
empty = f.head(0)
calm = f[["app", "proto", "bytes", "duration", "peer_ms"]]
numbers = f[["proto", "bytes", "duration", "peer_ms"]]

cases = {
    # describe and corr
    "describe": lambda: f.drop(columns="begun").describe(),
    "describe.times": lambda: f.describe(),
    "describe.texts": lambda: f[["app", "guessed"]].describe(),
    "describe.odd": lambda: odd.describe(),
    "describe.one": lambda: f.head(1).drop(columns="begun").describe(),
    "describe.wide": lambda: wide.describe(),
    "corr": lambda: f.corr(numeric_only=True),
    "corr.odd": lambda: odd[["y", "z", "n"]].replace([inf, -inf], [3.0, 4.0]).corr(),
    "corr.one": lambda: numbers.head(1).corr(),
    "quantile": lambda: pd.DataFrame({c: numbers[c].astype(float).quantile([0, 0.1, 0.25, 0.5, 0.95, 1]) for c in numbers}),
    "quantile.odd": lambda: odd[["x", "y", "z", "n"]].quantile([0, 0.3, 0.5, 1]),
    # group
    "group.agg": lambda: f.groupby("app").agg(flows=("bytes", "count"), total=("bytes", "sum"), mean=("duration", "mean"), p95=("duration", lambda s: s.quantile(0.95))),
    "group.every": lambda: f.groupby("app").agg(
        size=("duration", "size"), count=("duration", "count"), nunique=("duration", "nunique"), sum=("duration", "sum"), mean=("duration", "mean"),
        median=("duration", "median"), std=("duration", "std"), var=("duration", "var"), min=("duration", "min"), max=("duration", "max"),
        first=("duration", "first"), last=("duration", "last")),
    "group.nullable": lambda: f.groupby("proto").agg(
        count=("peer_ms", "count"), nunique=("peer_ms", "nunique"), sum=("peer_ms", "sum"), mean=("peer_ms", "mean"), median=("peer_ms", "median"),
        std=("peer_ms", "std"), min=("peer_ms", "min"), first=("peer_ms", "first")),
    "group.int": lambda: f.groupby("guessed").agg(
        sum=("bytes", "sum"), mean=("bytes", "mean"), median=("bytes", "median"), std=("bytes", "std"), min=("bytes", "min"), max=("bytes", "max"), first=("bytes", "first"), last=("bytes", "last")),
    "group.texts": lambda: f.dropna(subset="app").groupby("proto").agg(first=("app", "first"), last=("app", "last"), least=("app", "min"), most=("app", "max"), different=("app", "nunique")),
    "group.times": lambda: f.groupby("app").agg(first=("begun", "first"), latest=("begun", "max"), n=("begun", "count")),
    "group.bools": lambda: f.groupby("app").agg(guessed=("guessed", "sum"), share=("guessed", "mean"), any=("guessed", "max")),
    "group.two": lambda: f.groupby(["app", "proto"]).agg(n=("bytes", "size"), mean=("duration", "mean")),
    "group.three": lambda: f.groupby(["proto", "guessed", "app"]).agg(n=("bytes", "sum")),
    "group.time_key": lambda: f.groupby("begun").agg(n=("bytes", "sum")),
    "group.float_key": lambda: f.groupby("duration").agg(n=("bytes", "sum")),
    "group.nullable_key": lambda: f.fillna({"app": "?"}).groupby("peer_ms").agg(n=("bytes", "sum"), app=("app", "first")),
    "group.mean": lambda: f.groupby("app").mean(numeric_only=True),
    "group.sum": lambda: f.groupby("app").sum(numeric_only=True),
    "group.median": lambda: f.groupby("proto").median(numeric_only=True),
    "group.std": lambda: f.groupby("proto").std(numeric_only=True),
    "group.count": lambda: f.groupby("app").count(),
    "group.min": lambda: f.drop(columns="app").groupby("proto").min(),
    "group.max": lambda: f.drop(columns="app").groupby("proto").max(),
    "group.odd": lambda: odd.groupby("k").agg(sum=("x", "sum"), mean=("x", "mean"), median=("x", "median"), std=("x", "std"), count=("x", "count"), ysum=("y", "sum"), ymed=("y", "median"), zmin=("z", "min"), null=("n", "mean"), nothing=("n", "sum")),
    "group.reset_describe": lambda: f.groupby("app").agg(n=("bytes", "sum")).describe(),
    "describe.no_times": lambda: empty[["begun"]].describe(),
    "describe.time": lambda: f[["begun"]].head(1).describe(),
    "describe.day": lambda: pd.DataFrame({"day": pd.to_datetime(["2022-07-27", "2022-07-28"])}).describe(),
    "group.empty": lambda: empty.groupby("app").agg(n=("bytes", "sum")),
    "group.long": lambda: long.groupby("v").agg(k=("k", "first"), j=("j", "sum")),
    "group.long_two": lambda: long[long.v > 4].groupby(["k", "v"]).agg(j=("j", "sum")),
    "group.long_cut_between": lambda: long.head(62).assign(k=[i // 5 for i in range(62)]).groupby(["k", "v"]).agg(j=("j", "sum")),
    "group.reset": lambda: f.groupby(["app", "proto"]).agg(n=("bytes", "size")).reset_index(),
    "group.sorted": lambda: f.groupby("app").agg(n=("bytes", "size")).sort_values("n", ascending=False, kind="stable").head(3),
    "group.wide": lambda: pd.concat([f[["app"]].head(3), wide], axis=1).groupby("app").sum(),
    # sort, filter, fill, rename, index
    "sort": lambda: f.sort_values("bytes", kind="stable"),
    "sort.desc": lambda: f.sort_values("duration", ascending=False, kind="stable"),
    "sort.two": lambda: f.sort_values(["app", "peer_ms"], kind="stable"),
    "sort.mixed": lambda: f.sort_values(["proto", "bytes"], ascending=[True, False], kind="stable"),
    "sort.times": lambda: f.sort_values("begun", kind="stable")[["begun", "app"]],
    "sort.odd": lambda: odd.sort_values("y", kind="stable"),
    "sort.bools": lambda: f.sort_values("guessed", kind="stable")[["guessed", "bytes"]],
    "filter": lambda: f[f.bytes > 90],
    "filter.float": lambda: f[(f.duration > 1) & f.guessed],
    "filter.none": lambda: f[f.bytes > 1e9],
    "dropna": lambda: f.dropna(),
    "dropna.some": lambda: f.dropna(subset=["app", "peer_ms"]),
    "fillna.number": lambda: f[["bytes", "duration", "peer_ms"]].fillna(0),
    "fillna.some": lambda: f.fillna({"app": "?"}),
    "fillna.float": lambda: f.fillna({"duration": 0.5}),
    "rename": lambda: f.rename(columns={"bytes": "octets"}).head(2),
    "drop": lambda: f.drop(columns=["bytes", "begun"]).head(2),
    "index": lambda: f.set_index("app").head(5),
    "index.two": lambda: f.set_index(["proto", "app"]).head(6),
    "index.time": lambda: f.set_index("begun")[["app", "bytes"]],
    "index.float": lambda: f.set_index("duration")[["app", "bytes"]],
    "index.bool": lambda: f.set_index("guessed")[["app", "bytes"]].head(3),
    "index.reset": lambda: f.sort_values("bytes", kind="stable").reset_index().head(3),
    "index.wide": lambda: wide.set_index("c3"),
    # join
    **{f"join.{how}": (lambda how=how: calm.merge(hosts, on="app", how=how)) for how in ("inner", "left", "right", "outer")},
    **{f"join.two_{how}": (lambda how=how: calm.merge(hosts, on=["app", "proto"], how=how)) for how in ("inner", "left", "right", "outer")},
    "join.ints_to_floats": lambda: f[["app", "bytes", "peer_ms"]].merge(pd.DataFrame({"app": ["TLS", "DNS"], "rank": [1, 2]}), on="app", how="left"),
    "join.float_key": lambda: f[["proto", "app"]].merge(pd.DataFrame({"proto": [6.0, 17.0, 2.5], "name": ["tcp", "udp", "none"]}), on="proto", how="inner"),
    "join.time_key": lambda: f[["begun", "app"]].merge(f[["begun", "bytes"]].head(10), on="begun", how="outer"),
    "join.empty": lambda: empty[["app", "bytes"]].merge(hosts, on="app", how="right"),
    "join.nothing": lambda: f[["app", "bytes"]].merge(hosts.head(0)[["app", "owner", "proto"]], on="app", how="left"),
    # pivot
    "pivot.mean": lambda: f.pivot_table(index="app", columns="proto", values="duration", aggfunc="mean"),
    "pivot.sum": lambda: f.pivot_table(index="app", columns="proto", values="bytes", aggfunc="sum"),
    "pivot.count": lambda: f.pivot_table(index="guessed", columns="app", values="duration", aggfunc="count"),
    "pivot.whole": lambda: f.pivot_table(index="proto", columns="guessed", values="bytes", aggfunc="sum"),
    "pivot.max": lambda: f.pivot_table(index="proto", columns="guessed", values="peer_ms", aggfunc="max"),
    "pivot.float_columns": lambda: f.pivot_table(index="app", columns="duration", values="bytes", aggfunc="sum"),
    "pivot.times": lambda: f.pivot_table(index="begun", columns="app", values="bytes", aggfunc="sum"),
    "pivot.long": lambda: long.pivot_table(index="v", columns="k", values="j", aggfunc="sum"),
    "pivot.wide": lambda: long.pivot_table(index="k", columns="v", values="j", aggfunc="sum"),
    "crosstab": lambda: pd.crosstab(f.app, f.proto),
    "crosstab.bools": lambda: pd.crosstab(f.proto, f.guessed),
    "crosstab.texts": lambda: pd.crosstab(f.proto, f.app),
    # resample
    "resample.agg": lambda: f.resample("1min", on="begun").agg(n=("bytes", "count"), total=("bytes", "sum"), mean=("bytes", "mean"), most=("bytes", "max"), size=("bytes", "size")),
    "resample.gaps": lambda: f.resample("100s", on="begun").agg(mean=("duration", "mean"), sum=("duration", "sum"), std=("duration", "std"), first=("duration", "first"), peers=("peer_ms", "sum"), peer=("peer_ms", "max"), apps=("app", "nunique")),
    "resample.seven": lambda: f.resample("7min", on="begun").mean(numeric_only=True),
    "resample.days": lambda: f.resample("2D", on="begun").agg(n=("bytes", "sum")),
    "resample.ms": lambda: f.head(3).resample("250ms", on="begun").agg(n=("bytes", "sum")),
    "resample.long": lambda: f.resample("10s", on="begun").agg(n=("bytes", "sum")),
    "resample.sum": lambda: f.resample("5min", on="begun").sum(numeric_only=True),
    # rolling
    "rolling.mean": lambda: numbers.rolling(3).mean(),
    "rolling.sum": lambda: numbers.rolling(3).sum(),
    "rolling.min_periods": lambda: numbers.rolling(3, min_periods=1).agg("max"),
    "rolling.count": lambda: numbers.rolling(3).count(),
    "rolling.count_min": lambda: numbers.rolling(3, min_periods=3).count(),
    "rolling.std": lambda: numbers.rolling(4, min_periods=2).std(),
    "rolling.median": lambda: numbers.rolling(5, min_periods=2).median(),
    "rolling.min": lambda: numbers.rolling(2).min(),
    "rolling.one": lambda: numbers.rolling(1).mean(),
    "rolling.beyond": lambda: numbers.rolling(100, min_periods=1).sum(),
    "rolling.odd": lambda: odd[["x", "y", "n"]].rolling(2, min_periods=1).sum(),
    "rolling.quantile": lambda: numbers[["bytes"]].rolling(4).quantile(0.25),
    "rolling.bools": lambda: f[["guessed"]].rolling(3).mean(),
    "rolling.time": lambda: f.dropna(subset="begun").sort_values("begun", kind="stable")[["begun", "bytes", "duration"]].rolling("60s", on="begun").sum().drop(columns="begun"),
    "rolling.time_mean": lambda: f.dropna(subset="begun").sort_values("begun", kind="stable")[["begun", "bytes", "duration"]].rolling("1s", on="begun", min_periods=2).mean().drop(columns="begun"),
}

with open(dir / "verbs.txtar", "w", newline="\n") as out:
    print(f"pandas {pd.__version__}, numpy {np.__version__}", file=out)
    for name, make in cases.items():
        df = make()
        print(f"-- {name} --", repr(df), df.dtypes.to_string() if len(df.columns) else "", df._repr_html_().split("</style>\n")[1], sep="\n", file=out)
