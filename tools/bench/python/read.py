"""Read: the flow file into a data frame, two columns or all of them, with the types that the library finds."""

import clock


def columns(c):
    return [clock.PACKETS, clock.TIME] if c.number("cols") == 2 else None


def pandas(c):
    import pandas

    c.loop(lambda: pandas.read_csv(c.flows(c.number("n")), usecols=columns(c)))


def polars(c):
    import polars

    # 10,000 rows to find the types: with fewer, an integer column whose first fraction comes late is an error.
    c.loop(lambda: polars.read_csv(c.flows(c.number("n")), columns=columns(c), infer_schema_length=10_000))


clock.main({"pandas": pandas, "polars": polars})
