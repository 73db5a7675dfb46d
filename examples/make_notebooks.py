"""Makes the notebook of each example out of its notebook.py and model_def.py, so that the code stands in one place.

    python make_notebooks.py

A notebook.py is Python in cells: `# %%` begins one, `# %% [markdown]` one of text in comments, and `# %% model_def.py`
stands for that file, a cell for each of its functions and classes. Ids and all else are the same each time.
"""

import ast
import json
import re
from pathlib import Path

HERE = Path(__file__).parent


def cells_of(folder):
    """Returns (kind, text) of each cell that notebook.py of an example describes."""
    parts = re.split(r"^# %%(.*)\n", (folder / "notebook.py").read_text(), flags=re.M)
    for head, text in zip(parts[1::2], parts[2::2]):
        if head.strip() == "[markdown]":
            yield "markdown", re.sub(r"^# ?", "", text.strip(), flags=re.M)
        elif head.strip():
            for block in blocks_of((folder / head.strip()).read_text()):
                yield "code", block
        else:
            yield "code", text.strip()


def blocks_of(source):
    """Returns the text of a file, cut before each function and class; without its docstring."""
    lines = source.splitlines()
    body = ast.parse(source).body
    if ast.get_docstring(ast.parse(source)) is not None:
        lines[: body[0].end_lineno] = [""] * body[0].end_lineno
    starts = [0]
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            starts.append(min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1)
    texts = ["\n".join(lines[start:end]).strip() for start, end in zip(starts, [*starts[1:], len(lines)])]
    return [text for text in texts if text]


def notebook(folder):
    """Returns the notebook of an example as the text of an .ipynb."""
    cells = []
    for number, (kind, text) in enumerate(cells_of(folder)):
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": text.splitlines(keepends=True)}
        if kind == "code":
            cell.update(execution_count=None, outputs=[])
        cells.append(cell)
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def examples():
    """Returns the folders that have a notebook, and the path of each notebook."""
    return [(source.parent, source.parent / f"{source.parent.name}.ipynb") for source in sorted(HERE.glob("*/notebook.py"))]


def main():
    for folder, path in examples():
        path.write_text(notebook(folder))
        print(path.relative_to(HERE))


if __name__ == "__main__":
    main()
