"""Runner: notebooks of trivial cells. The start is a notebook of one cell, kernel up, cell, kernel down; a cell is the time from
the start of one to the start of the next, from the second on, in a notebook of many; its processor time, which the kernel's is part of, is
what many cells take more than one."""

import os
import tempfile
import time

import clock

TRIVIAL = {"python3": ("print(1)", 100), "gonb": ('import "fmt"\n%%\nfmt.Println(1)', 100)}


def measure(c, run):
    """run executes a notebook and returns when each of its cells started, in seconds."""
    import nbformat

    kernel = c.parts["kernel"]
    source, count = TRIVIAL[kernel]

    def timed(cells):
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for _ in range(cells)])
        nb.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "go" if kernel == "gonb" else "python"}
        start, cpu = time.perf_counter(), clock.cpu()
        starts = run(nb, kernel)
        return time.perf_counter() - start, clock.cpu() - cpu, starts

    timed(1)
    whole, once, _ = timed(1)
    _, cpu, starts = timed(count + 2)
    c.print(c.work.replace("Runner", "Runner/start"), 1, whole, once)
    c.print(c.work.replace("Runner", "Runner/cell"), count, starts[-1] - starts[1], (cpu - once) * count / (count + 1))


def nbclient(c):
    import nbclient

    def run(nb, kernel):
        starts = []
        client = nbclient.NotebookClient(nb, kernel_name=kernel, timeout=120)
        client.on_cell_start = lambda **_: starts.append(time.perf_counter())
        client.execute(cwd=str(c.state))
        return starts

    measure(c, run)


def papermill(c):
    import datetime

    import nbformat
    import papermill

    with tempfile.TemporaryDirectory(dir=c.state) as folder:

        def run(nb, kernel):
            path = os.path.join(folder, "in.ipynb")
            nbformat.write(nb, path)
            out = papermill.execute_notebook(path, os.path.join(folder, "out.ipynb"), kernel_name=kernel, progress_bar=False, cwd=folder)
            return [datetime.datetime.fromisoformat(cell.metadata.papermill.start_time).timestamp() for cell in out.cells]

        measure(c, run)


clock.main({"nbclient": nbclient, "papermill": papermill})
