"""Split: as the original cuts its file, read in chunks of 10,000 rows and written again; and by commands of the system.

`cp` is the floor: one copy, neither cut nor looked at. `split-sha256sum` is what a shell does: parts of as many lines, without the
header, and the digest of the file."""

import pathlib
import shutil
import subprocess
import tempfile

import clock


def pandas(c):
    import pandas

    def split(folder):
        for i, chunk in enumerate(pandas.read_csv(c.flows(c.number("n")), chunksize=10_000), 1):
            chunk.to_csv(folder / f"split_{i}.csv", index=False)

    with tempfile.TemporaryDirectory(dir=c.state) as folder:
        c.loop(lambda: split(pathlib.Path(folder)))


def commands(c, *lines):
    """Runs each command line in a folder of its own; {} is the file."""
    for line in lines:
        if shutil.which(line[0]) is None:
            print(f"missing: {line[0]}: not found")
            return
    with tempfile.TemporaryDirectory(dir=c.state) as folder:

        def run():
            for line in lines:
                subprocess.run([part.format(c.flows(c.number("n"))) for part in line], cwd=folder, check=True, stdout=subprocess.DEVNULL)

        c.loop(run)


def cp(c):
    commands(c, ["cp", "{}", "copy.csv"])


def split_sha256sum(c):
    commands(c, ["split", "-l", "10000", "-a", "5", "{}"], ["sha256sum", "{}"])


clock.main({"pandas": pandas, "cp": cp, "split-sha256sum": split_sha256sum})
