"""Every notebook runs: as committed, and with its solutions filled in."""

import nbformat
import notebooks
import pytest
from bookfiles import NOTEBOOKS
from nbmake.nb_run import NotebookRun

SECONDS_PER_CELL = 120


def run(path):
    """Run a notebook from top to bottom with nbmake; return it with its outputs."""
    result = NotebookRun(path, default_timeout=SECONDS_PER_CELL).execute()
    error = result.error
    assert error is None, f"cell {error.failing_cell_index}: {error.trace}"
    return result.nb


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_runs_as_committed_and_saving_it_changes_outputs_alone(name, tmp_path):
    copy = tmp_path / f"{name}.ipynb"
    copy.write_text(NOTEBOOKS[name].read_text("utf-8"), "utf-8")
    executed = run(copy)
    assert any(cell.get("outputs") for cell in executed.cells)
    nbformat.write(executed, copy)
    assert notebooks.tidy(notebooks.read(copy)) == notebooks.read(NOTEBOOKS[name])


@pytest.mark.parametrize(
    "name", [n for n, p in NOTEBOOKS.items() if notebooks.solutions_of(p).exists()]
)
def test_runs_with_solutions_and_strict_checks(name, tmp_path, monkeypatch):
    path = NOTEBOOKS[name]
    solutions = notebooks.solutions_of(path).read_text("utf-8")
    filled = notebooks.fill(notebooks.read(path), solutions)
    copy = tmp_path / f"{name}.ipynb"
    copy.write_text(notebooks.write(filled), "utf-8")
    monkeypatch.setenv("RNNLM_STRICT", "1")
    run(copy)


def test_a_wrong_solution_stops_a_strict_notebook(tmp_path, monkeypatch):
    answer = "def bigram_counts(*args):\n    return None"
    question = (
        "from rnnlm_lib.check import check\ncheck('bigram_counts', bigram_counts)"
    )
    cells = [
        {"cell_type": "code", "metadata": {}, "source": text}
        for text in (answer, question)
    ]
    path = tmp_path / "wrong.ipynb"
    tidy = notebooks.tidy({"cells": cells, "metadata": {}})
    path.write_text(notebooks.write(tidy), "utf-8")
    run(path)
    monkeypatch.setenv("RNNLM_STRICT", "1")
    with pytest.raises(AssertionError, match="✗ bigram_counts"):
        run(path)
