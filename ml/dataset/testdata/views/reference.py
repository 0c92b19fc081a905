"""Writes, for every CSV file here, what pandas shows of it, to <name>.txtar: the expectations of TestViewsAsPandas.

    python3 -m venv env && env/bin/pip install pandas==2.2.3 numpy==1.26.4
    env/bin/python reference.py

The options are those of a Jupyter notebook, where pandas finds no terminal. Empty fields alone are missing values, and
whole numbers and truth values with gaps stay what they are (Int64, boolean), and floats are the nearest doubles
(read_csv's default parser misses some by a bit or two): the choices in which dataset.Read differs from read_csv.
"""

import io
import pathlib

import numpy as np
import pandas as pd

pd.set_option("display.max_columns", 20)
here = pathlib.Path(__file__).parent


def read(path):
    df = pd.read_csv(path, keep_default_na=False, na_values=[""], float_precision="round_trip", dtype={"content_type": object, "user_agent": object})
    for name in df:
        s = df[name]
        if s.dtype == np.float64 and s.isna().any() and s.notna().any():
            raw = pd.read_csv(path, dtype=str, keep_default_na=False)[name]
            if all(v == "" or v.lstrip("-").isdigit() for v in raw):
                df[name] = s.astype("Int64")
        elif s.dtype == object and set(s.dropna()) == {True, False}:
            df[name] = s.astype("boolean")
    return df


def counts(s):
    """value_counts, equal counts in the order of appearance."""
    out = s.dropna()
    out = out.groupby(out, sort=False).size().sort_values(ascending=False, kind="stable")
    out.name = "count"
    return out


def views(df):
    yield "repr", repr(df)
    yield "html", df._repr_html_()
    info = io.StringIO()
    df.info(buf=info)
    yield "info", info.getvalue()
    yield "head5", repr(df.head(5))
    yield "head5.html", df.head(5)._repr_html_()
    pick = [i for i in (2, 0, len(df) - 1) if 0 <= i < len(df)]
    if pick:
        yield "rows", repr(df.iloc[pick])
        yield "rows.info", (df.iloc[pick].info(buf=(b := io.StringIO())), b.getvalue())[1]
        labelled = df.head(2).copy()
        labelled.index = [f"Predicted {n}" for n in ("Anomaly", "Normal")][: len(labelled)]
        yield "labelled", repr(labelled)
        yield "labelled.html", labelled._repr_html_()
    for name in df:
        s = df[name]
        yield f"describe.{name}", repr(texts(s) if s.dtype in (object, bool, "boolean") else s.describe())
        if len(s):
            yield f"counts.{name}", repr(counts(s))
        if name.endswith("_ms") and s.dtype == np.int64 and len(s):
            t = df[[name]].copy()
            t["timestamp"] = pd.to_datetime(t[name], unit="ms")
            t = t[["timestamp", name]]
            yield f"time.{name}", repr(t)
            yield f"time.{name}.html", t.head(5)._repr_html_()


def texts(s):
    c = counts(s)
    top = [c.index[0], c.iloc[0]] if len(c) else [np.nan, np.nan]
    return pd.Series([s.count(), len(c), *top], index=["count", "unique", "top", "freq"], name=s.name, dtype=None if len(c) else "object")


for path in sorted(here.glob("*.csv")):
    with open(path.with_suffix(".txtar"), "w", newline="\n") as out:
        out.write(f"pandas {pd.__version__}, numpy {np.__version__}\n")
        for name, text in views(read(path)):
            out.write(f"-- {name} --\n{text}\n")
