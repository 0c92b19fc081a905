"""Writes golden/*.ipynb with the Python package nbformat (pip install nbformat), the format's reference.

Run it in this folder after a new nbformat release: the Go tests read each file, write it, and want the same bytes.
"""

import nbformat
from nbformat.notebooknode import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

SEPARATORS = "a\nb\r\nc\rd\ve\ff\x1cg\x1dh\x1ei\x85j\u2028k\u2029l"


def write(name, nb, minor=5):
    nb.nbformat_minor = minor
    for i, cell in enumerate(nb.cells):
        if minor >= 5:
            cell.id = f"cell-{i}"
        else:
            cell.pop("id", None)
    with open(f"golden/{name}.ipynb", "w", encoding="utf8", newline="") as f:
        nbformat.write(nb, f)


def every_output():
    cell = new_code_cell("print(1)\n\nx\n", execution_count=3)
    cell.outputs = [
        new_output("stream", name="stdout", text="one\ntwo\n\x1b[31mred\x1b[0m no end"),
        new_output("stream", name="stderr", text=""),
        new_output("display_data", {"image/png": "iVBORw0KGgo=\n", "text/plain": "<Figure>", "text/html": "<b>\nx</b>\n"},
                   metadata={"image/png": {"width": 900, "height": 400}}),
        new_output("execute_result", {"text/plain": "42", "application/javascript": "a()\nb()", "image/svg+xml": "<svg>\n</svg>"},
                   execution_count=3),
        new_output("display_data", {"application/vnd.vegalite.v5+json": {"b": [1, 2.0, 1e16, 1e-7], "a": {}, "c": []},
                                    "application/json": ["x", "y"], "application/vnd.scrap": "one\ntwo"}),
        new_output("error", ename="ERROR", evalue="exit status 2", traceback=["\x1b[0;31mline", "", "two\nlines"]),
    ]
    return cell


write("outputs", new_notebook(cells=[every_output(), new_code_cell("")]))

write("text", new_notebook(cells=[
    new_markdown_cell(SEPARATORS + "\n"),
    new_raw_cell("\\ \"quoted\" / \b\t\x00\x1f\x7f é € 😀 ﷐ \ufffd\ufeff", metadata={"format": "text/html", "tags": ["a", "b"]}),
    new_markdown_cell("![](attachment:x.png)", attachments={"x.png": {"image/png": "AAAA"}, "t": {"text/plain": "a\nb"}}),
]))

write("numbers", new_notebook(metadata={
    "float": 1.0, "large": 1e16, "small": 1e-07, "minus": -0.0, "big": 123456789012345678901234567890, "nan": float("nan"),
    "inf": [float("inf"), -float("inf")], "tenth": 0.1, "true": True, "null": None, "empty": [{}, [], ""],
    "é": 1, "😀": 2, "\ue000": 3, "Z": 4, "a": {"z": 1, "a": {"y": []}}, "e": 2.5e+300,
    "kernelspec": {"display_name": "Go (gonb)", "language": "go", "name": "gonb"},
    "language_info": {"codemirror_mode": "", "file_extension": ".go", "mimetype": "text/x-go", "name": "go", "version": "go1.26.5"},
}))

for minor in range(5):
    write(f"minor{minor}", new_notebook(cells=[new_markdown_cell("# T"), every_output()]), minor)

later = new_notebook(cells=[new_code_cell("1")])
later.later_field, later.cells[0].new_field = [1, 2], {"a": 1}
later.cells[0].outputs = [from_dict({"output_type": "hologram", "text": "a\nb", "depth": 3.0})]
write("minor9", later, 9)
