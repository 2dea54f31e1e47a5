"""A chapter on a machine like Colab's: one file, one click, nothing moved."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from bookfiles import BOOK, NOTEBOOKS, cells, needs_torch, notebooks
from colab.standin import overlay

EVERY = sorted(NOTEBOOKS)
CHAPTERS = [name for name in EVERY if name[:2].isdigit()]
SMALL = [name for name in CHAPTERS if not needs_torch(NOTEBOOKS[name])]
TWO = [SMALL[0], SMALL[-1]]
NAMES = EVERY if os.environ.get("RNNLM_TEST_ALL") else TWO

pytestmark = pytest.mark.xdist_group("colab")  # one environment, made once


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_runs_and_installs_only_the_library(name, colab, record_property):
    happened = colab(NOTEBOOKS[name])
    record_property("colab", happened)
    assert happened["error"] is None
    assert happened["installed"] == ["rnnlm_lib"]
    assert happened["left"] == []


def without_first_cell(tmp_path, name):
    notebook = notebooks.read(NOTEBOOKS[name])
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    notebook["cells"] = [cell for cell in notebook["cells"] if cell is not code[0]]
    path = tmp_path / "notebook.ipynb"
    path.write_text(notebooks.write(notebook), "utf-8")
    return path


SLIDER = """
from rnnlm_lib.explore import explore

figure = explore(lambda n: f"<svg><path d='M0 0h{n}'/></svg>", alt="a line", n=[1, 2])
view, slider = figure.widget().children
before = view.value
slider.index = 1
assert view.value != before
bundle = figure._repr_mimebundle_()
assert "application/vnd.jupyter.widget-view+json" in bundle
figure
"""


def with_cells(path, *added):
    """Write a notebook of the first cell and these."""
    notebook = notebooks.read(NOTEBOOKS[CHAPTERS[0]])
    first = cells(CHAPTERS[0], "code")[0]
    more = [{"cell_type": "code", "metadata": {}, "source": text} for text in added]
    new = notebooks.tidy(notebook | {"cells": [first, *more]})
    path.write_text(notebooks.write(new), "utf-8")
    return path


def test_a_slider_moves_its_figure_with_the_widgets_of_colab(colab, tmp_path):
    versions = "import ipywidgets\nassert ipywidgets.__version__.startswith('7.7')"
    path = with_cells(tmp_path / "slider.ipynb", versions, SLIDER)
    happened = colab(path)
    assert happened["error"] is None


def test_the_run_in_colabs_image_notices_a_failing_notebook(base, wheel, tmp_path):
    python, _ = overlay(base, tmp_path)
    good = with_cells(tmp_path / "good.ipynb", "assert rnnlm_lib.__version__")
    bad = with_cells(tmp_path / "bad.ipynb", "rnnlm_lib.no_such_name")
    path = {"PATH": f"{python.parent}:{os.environ['PATH']}"}
    command = ["bash", Path(__file__).with_name("image.sh"), wheel, good, bad]
    ran = subprocess.run(command, env=os.environ | path, capture_output=True, text=True)
    assert ran.returncode == 1, ran.stderr
    assert "1 failed, 1 passed" in ran.stdout
    assert "no_such_name" in ran.stdout


def test_a_forgotten_install_is_noticed(colab, tmp_path):
    happened = colab(without_first_cell(tmp_path, CHAPTERS[0]))
    assert "No module named 'rnnlm_lib'" in happened["error"]
    assert happened["installed"] == []


def test_without_the_site_the_first_cell_says_what_to_do(colab):
    happened = colab(NOTEBOOKS[CHAPTERS[0]], site="https://nowhere.example/")
    assert "switch on internet access" in happened["error"]
    assert happened["installed"] == []


def test_the_table_in_the_book_has_every_notebook():
    table = json.loads((BOOK / "colab.json").read_text("utf-8"))
    assert sorted(table["pages"]) == EVERY
    for row in table["pages"].values():
        assert row["installed"] == ["rnnlm_lib"]
        assert row["seconds"] < 300
