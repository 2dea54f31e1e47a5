"""Bring notebooks to the one form that is committed; fill their stubs for the tests.

    python tools/notebooks.py [--check] [NOTEBOOK ...]     default: every one in book/

The form is an allow-list: sources, cell tags, the kernel's name and a wish for a GPU.
Outputs, counts, ids, and what an editor or Colab adds are dropped.
"""

import argparse
import ast
import json
import sys
from pathlib import Path

BOOK = Path(__file__).resolve().parents[1] / "book"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
GPU = {"accelerator": "GPU", "colab": {"gpuType": "T4"}}


def notebooks() -> list[Path]:
    """Return the book's notebooks in order."""
    return sorted(BOOK.glob("*.ipynb"))


def read(path: Path) -> dict:
    """Return a notebook."""
    return json.loads(path.read_text("utf-8"))


def source(cell: dict) -> str:
    """Return a cell's text."""
    return "".join(cell["source"])


def tags(cell: dict) -> list[str]:
    """Return a cell's tags."""
    return cell["metadata"].get("tags", [])


def tidy_cell(cell: dict) -> dict:
    """Return a cell with its text and tags, and nothing else."""
    text = "\n".join(line.rstrip() for line in source(cell).strip().split("\n"))
    kept = {"tags": sorted(tags(cell))} if tags(cell) else {}
    form = {
        "cell_type": cell["cell_type"],
        "metadata": kept,
        "source": text.splitlines(keepends=True),
    }
    if cell["cell_type"] == "code":
        form |= {"execution_count": None, "outputs": []}
    return form


def tidy(notebook: dict) -> dict:
    """Return a notebook in the committed form."""
    cells = [
        tidy_cell(cell)
        for cell in notebook["cells"]
        if source(cell).strip() and cell["metadata"].get("id") != "view-in-github"
    ]
    wants_gpu = notebook["metadata"].get("accelerator") == "GPU"
    metadata = METADATA | (GPU if wants_gpu else {})
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def write(notebook: dict) -> str:
    """Return the text of a notebook's file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def solutions_of(path: Path) -> Path:
    """Return the file with the solutions of a chapter's exercises."""
    return BOOK / "solutions" / f"ch{path.name[:2]}.py"


def definitions(text: str) -> dict[str, str]:
    """Return the source of each top-level function and class."""
    return {
        node.name: ast.get_source_segment(text, node)
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def support(text: str, exercises: set[str]) -> str:
    """Return what a solutions file needs besides the exercises' functions."""
    parts = [
        ast.get_source_segment(text, node)
        for node in ast.parse(text).body[1:]
        if getattr(node, "name", None) not in exercises
    ]
    return "\n\n".join(parts)


def stubs(notebook: dict) -> dict[int, list[str]]:
    """Return the functions to write in each exercise cell, by the cell's place."""
    return {
        i: list(definitions(source(cell)))
        for i, cell in enumerate(notebook["cells"])
        if "exercise" in tags(cell)
    }


def fill(notebook: dict, solutions: str) -> dict:
    """Return a notebook whose stubs are replaced by the solutions."""
    answers, places = definitions(solutions), stubs(notebook)
    helpers = support(solutions, {name for names in places.values() for name in names})
    cells = list(notebook["cells"])
    for i, names in places.items():
        missing = [name for name in names if name not in answers]
        if missing:
            raise ValueError(f"There is no solution for {missing[0]}: write it.")
        code = "\n\n".join([helpers, *(answers[name] for name in names)])
        cells[i] = cells[i] | {"source": code.splitlines(keepends=True)}
    return notebook | {"cells": cells}


def main(arguments: list[str] | None = None) -> int:
    """Tidy the notebooks, or name those that are not tidy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("notebook", nargs="*", type=Path, default=notebooks())
    options = parser.parse_args(arguments)
    untidy = 0
    for path in options.notebook:
        new = write(tidy(read(path)))
        if new == path.read_text("utf-8"):
            continue
        untidy += 1
        print(f"{'not tidy' if options.check else 'tidied'}: {path}")
        if not options.check:
            path.write_text(new, "utf-8")
    return int(options.check and untidy > 0)


if __name__ == "__main__":
    sys.exit(main())
