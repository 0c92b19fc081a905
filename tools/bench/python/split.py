"""Split: as the original cuts its file, read in chunks of 10,000 rows and written again."""

import pathlib
import tempfile

import clock


def pandas(c):
    import pandas

    def split(folder):
        for i, chunk in enumerate(pandas.read_csv(c.flows(c.number("n")), chunksize=10_000), 1):
            chunk.to_csv(folder / f"split_{i}.csv", index=False)

    with tempfile.TemporaryDirectory(dir=c.state) as folder:
        c.loop(lambda: split(pathlib.Path(folder)))


clock.main({"pandas": pandas})
