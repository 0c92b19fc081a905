"""Writes the CSV files here, each in a form of its own, and what pandas's read_csv makes of them with the options for that
form, to <name>.txt: the expectations of TestReadAsPandas. Whole numbers with gaps are Int64 here, as dataset.Read has them.

    FLOWBOOK_PYTHON=env/bin/python go test ./ml/dataset -run ReadAsPandas -update
"""

import pathlib
import sys

import pandas as pd

# name: (the file's bytes, read_csv's options)
cases = {
    "semicolon": ("a;b;c\n1,5;x;7\n-2,25;y, z;8\n", dict(sep=";", decimal=",")),
    "tab": ("a\tb\n1\t2.5\n3\t\n", dict(sep="\t")),
    "thousands": ("n;x;t\n1.234;1.234,5;1.2\n12;,25;b\n-1.234.567;-7,0;c\n1.;1.2.3,5;d\n", dict(sep=";", decimal=",", thousands=".")),
    "quoted_thousands": ('n,x\n"1,234","12,345.5"\n56,7\n', dict(thousands=",")),
    "blank_thousands": ("n;x\n1 234;5\n12;6\n", dict(sep=";", thousands=" ")),
    "wrong_point": ("n;x\n1.5;7\n2,5;8\n", dict(sep=";", decimal=",")),
    "trimmed": ('a,b,c,d,e,f\n 1, 2,3 , 1.5,\t7," 8"\n4,5 , 6, 1e3 ,8,9\n', {}),
    "no_numbers": ("a,b,c,d\n 1 2, inf,- 1, True\n3,1,2,False\n", {}),
    "blank_field": ("a,b\n1,2\n  ,3\n", {}),
    "words": ("n,x,t\n1,?,?\n2,1.5,b\n?,-,c\n-,2.5,-\n", dict(na_values=["?", "-"])),
    "header_row": ("Export of 2022-07-27\n\n\"with, a\nsecond row\"\na,b\n1,2\n3,4\n", dict(header=2)),
    "no_header": ("1,x\n2,y\n", dict(names=["n", "t"])),
    "no_header_bom": ("\ufeff1,x\n2,y\n", dict(names=["n", "t"], encoding="utf-8-sig")),
    "below_a_title": ("title\n1,x\n2,y\n", dict(names=["n", "t"], skiprows=1)),
    "cp1250": ("město;počet\nŽilina;12\nKošice;7\nŁódź;\n".encode("cp1250"), dict(sep=";", encoding="cp1250")),
    "utf16le": ("město,n\r\nŽilina,1\r\n東京,2\r\n😀,3\r\n".encode("utf-16"), dict(encoding="utf-16")),
    "utf16be": (b"\xfe\xff" + "město\tn\nŽilina\t1,5\n".encode("utf-16-be"), dict(encoding="utf-16", sep="\t", decimal=",")),
    "latin2": ("a\nžluťoučký kůň\n".encode("iso8859-2"), dict(encoding="iso8859-2")),
}

out = pathlib.Path(sys.argv[1])
for name, (text, options) in cases.items():
    path = out / f"{name}.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    df = pd.read_csv(path, float_precision="round_trip", **options)
    for column in df:
        known = df[column].dropna()
        if df[column].dtype == float and len(known) < len(df) and (known == known.round()).all():
            df[column] = df[column].astype("Int64")
    with open(out / f"{name}.txt", "w", newline="\n") as file:
        print(df, df.dtypes.to_string(), sep="\n", file=file)
