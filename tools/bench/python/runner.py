"""Runner: notebooks of trivial cells. The start is a notebook of one cell, kernel up, cell, kernel down; a cell is what each of many more adds."""

import os
import tempfile
import time

import clock

TRIVIAL = {"python3": ("print(1)", 100), "gonb": ('import "fmt"\n%%\nfmt.Println(1)', 10)}


def measure(c, run):
    import nbformat

    kernel = c.parts["kernel"]
    source, more = TRIVIAL[kernel]

    def timed(cells):
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for _ in range(cells)])
        nb.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "go" if kernel == "gonb" else "python"}
        start = time.perf_counter()
        run(nb, kernel)
        return time.perf_counter() - start

    timed(1)
    start, long = timed(1), timed(1 + more)
    c.print(c.work.replace("Runner", "Runner/start"), 1, start)
    c.print(c.work.replace("Runner", "Runner/cell"), more, long - start)


def nbclient(c):
    import nbclient

    measure(c, lambda nb, kernel: nbclient.NotebookClient(nb, kernel_name=kernel, timeout=120).execute(cwd=str(c.state)))


def papermill(c):
    import nbformat
    import papermill

    with tempfile.TemporaryDirectory(dir=c.state) as folder:

        def run(nb, kernel):
            path = os.path.join(folder, "in.ipynb")
            nbformat.write(nb, path)
            papermill.execute_notebook(path, os.path.join(folder, "out.ipynb"), kernel_name=kernel, progress_bar=False, cwd=folder)

        measure(c, run)


clock.main({"nbclient": nbclient, "papermill": papermill})
