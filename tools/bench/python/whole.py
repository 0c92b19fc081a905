"""Notebook: the reference notebook by the papermill command, its start and the kernel's included."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time

import clock


def papermill(c, band=True):
    for package in ["papermill", "tensorflow", "keras", "pandas", "matplotlib", "seaborn", "sklearn", "ipykernel"]:
        if importlib.util.find_spec(package) is None:
            raise ModuleNotFoundError(name=package)
    split = c.root / "Datasets" / "EditDatasets" / "split_1.csv"
    if not split.exists():
        print("missing: Datasets/EditDatasets/split_1.csv: flowbook data generate and flowbook data split Datasets/27072022.csv make it")
        return
    notebook = c.root / "tools" / "bench" / "reference" / "Anomaly_Detection.ipynb"
    with tempfile.TemporaryDirectory(dir=c.state) as folder:
        command = [sys.executable, "-m", "papermill", str(notebook), os.path.join(folder, "out.ipynb"), "--no-progress-bar", "-k", "python3"]
        command += ["-p", "split", str(split), "-p", "band", str(band)]
        busy, start = clock.cpu(), time.perf_counter()
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit("papermill: " + "\n".join(done.stderr.split("\n")[-5:]).strip())
        c.print(c.work, 1, time.perf_counter() - start, clock.cpu() - busy)


clock.main({"papermill": papermill, "papermill-no-band": lambda c: papermill(c, band=False)})
