"""Writes the texts that Anomaly_Detection must show: what pandas and Keras print on the same data.

    python expected.py --split split_1.csv --out ../../../notebooks/testdata/reference [--final MODEL_FOLDER]

Runs Anomaly_Detection.ipynb beside this file with papermill and writes, for each compared cell of the parity contract,
cell_<N>.txt (stream text, or text/plain) and cell_<N>.html where pandas shows a table, and versions.json with the
versions and the digest of the data they came from. With --final the judged cells (23, 24, 27, 28, 31) come from a
second run that loads those weights instead of training.
"""

import argparse
import hashlib
import importlib.metadata
import json
import pathlib
import platform
import re
import tempfile

import nbformat
import papermill

HERE = pathlib.Path(__file__).parent
DATA_CELLS = [3, 4, 7, 8, 13, 18, 19, 20]
JUDGED_CELLS = [23, 24, 27, 28, 31]
PACKAGES = ["pandas", "numpy", "scikit-learn", "tensorflow-cpu", "keras", "matplotlib", "seaborn", "papermill"]


def run(parameters):
    """Executes the reference notebook and returns its cells by parity number."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "executed.ipynb"
        papermill.execute_notebook(HERE / "Anomaly_Detection.ipynb", out, parameters=parameters, progress_bar=False)
        notebook = nbformat.read(out, as_version=4)
    cells = {}
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if tag.startswith("parity:"):
                cells[int(tag.rpartition("/")[2])] = cell
    return cells


def texts(cell):
    """The cell's text and HTML, terminal control removed: what a reader sees."""
    text, html = "", None
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            text += output.text
        elif "data" in output:
            text += output.data.get("text/plain", "")
            html = output.data.get("text/html", html)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    text = "\n".join(line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n"))
    return text, html


def epoch_lines(text):
    """Keras's lines with the progress bar redrawn in place and the wall times dropped."""
    lines = []
    for line in text.split("\n"):
        line = line.rpartition("\b")[2]
        lines.append(re.sub(r"(━+) +\d+s +\S+/step", r"\1", line).rstrip())
    return "\n".join(lines)


def write(out, number, cell):
    text, html = texts(cell)
    if number == 19:
        text = epoch_lines(text)
    (out / f"cell_{number}.txt").write_text(text, encoding="utf-8")
    if html and "<table" in html:
        (out / f"cell_{number}.html").write_text(html, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--split", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--final", type=pathlib.Path, help="weights of our own fit: a model folder or JSON {weights}")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    cells = run({"split": str(args.split.resolve()), "band": False})
    for number in DATA_CELLS:
        write(args.out, number, cells[number])
    if args.final:
        cells = run({"split": str(args.split.resolve()), "final": str(args.final.resolve()), "band": False})
        for number in JUDGED_CELLS:
            write(args.out, number, cells[number])
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    versions["python"] = platform.python_version()
    digest = hashlib.sha256(args.split.read_bytes()).hexdigest()
    facts = {"versions": versions, "split_sha256": digest}
    (args.out / "versions.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
