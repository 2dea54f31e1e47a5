"""The committed notebook is the page, the Colab notebook and the student's copy."""

import re
import statistics
import subprocess
import sys
from itertools import pairwise

import notebooks
import pytest
import yaml
from bookfiles import BOOK, NOTEBOOKS, ROOT, cells, markdown

MYST = {
    "a fence of colons": r"^\s*:::",
    "a directive": r"^\s*(```+|~~~+)\{",
    "a role": r"\{[a-z:_-]+\}`",
    "a target": r"^\([\w-]+\)=\s*$",
    "a labelled equation": r"\$\$\s*\([\w-]+\)\s*$",
    "a substitution": r"\{\{.*\}\}",
    "a footnote": r"\[\^[\w-]+\]",
    "an attribute list": r"\)\{[.#\w][^}]*\}",
    "an amsmath block": r"^\\begin\{(align|equation|gather|multline)\*?\}",
}
HOST_COMMANDS = r"^\s*[%!](?!matplotlib)|drive\.mount|google\.colab|os\.chdir|git clone"
LINK = re.compile(r"\]\(([^)\s]+)")

every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


def sources(name):
    return [notebooks.source(cell) for cell in cells(name, "code")]


@every_notebook
def test_only_sources_and_tags_are_committed(name):
    text = NOTEBOOKS[name].read_text("utf-8")
    assert text == notebooks.write(notebooks.tidy(notebooks.read(NOTEBOOKS[name])))


@every_notebook
def test_markdown_is_portable(name):
    text = markdown(NOTEBOOKS[name])
    found = {what: re.findall(form, text, re.M) for what, form in MYST.items()}
    assert not {what: hits for what, hits in found.items() if hits}


@every_notebook
def test_links_work_where_only_the_notebook_is(name):
    links = LINK.findall(markdown(NOTEBOOKS[name]))
    assert not [link for link in links if not link.startswith(("https://", "#"))]


@every_notebook
def test_only_the_first_cell_speaks_to_the_host(name):
    first, *rest = sources(name)
    assert "pip install" in first
    assert not [text for text in rest if re.search(HOST_COMMANDS, text, re.M)]
    assert not [text for text in rest if "pip install" in text]


@every_notebook
def test_cells_fit_a_screen_and_lines_a_phone(name):
    lengths = [len(text.splitlines()) for text in sources(name)[1:]]
    assert name == "index" or statistics.median(lengths) <= 8
    assert max(lengths) <= 30
    assert max(map(len, "\n".join(sources(name)).splitlines())) <= 79


@every_notebook
def test_the_title_has_the_number_of_the_file(name):
    if name[:2].isdigit():
        title = markdown(NOTEBOOKS[name]).splitlines()[0]
        assert re.fullmatch(rf"# {int(name[:2])}\. .+", title)


@every_notebook
def test_headings_do_not_skip_a_level(name):
    levels = [len(h) for h in re.findall(r"^(#+) ", markdown(NOTEBOOKS[name]), re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff_has_nothing_to_say(command):
    ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache", ROOT]
    result = subprocess.run(ruff, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_tidying_drops_what_colab_adds():
    cell = {
        "cell_type": "code",
        "execution_count": 3,
        "id": "x",
        "metadata": {"id": "y", "executionInfo": {"user": "me"}, "tags": ["exercise"]},
        "outputs": [{"output_type": "stream"}],
        "source": "1 + 1  \n\n",
    }
    metadata = {"colab": {"provenance": []}, "accelerator": "GPU"}
    tidy = notebooks.tidy({"cells": [cell], "metadata": metadata})
    assert tidy["metadata"].keys() == notebooks.METADATA.keys() | notebooks.GPU.keys()
    assert tidy["cells"] == [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"tags": ["exercise"]},
            "outputs": [],
            "source": ["1 + 1"],
        }
    ]


def test_the_contents_hold_every_notebook():
    contents = (ROOT / "_toc.yml").read_text("utf-8")
    for path in BOOK.glob("*.ipynb"):
        named = re.search(rf"(file|root): {path.stem}$", contents, re.M)
        assert named or re.match(r"\d\d_", path.stem)


def test_what_is_planned_is_not_there_yet():
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    planned = config["sphinx"]["config"]["planned_pages"]
    assert not [name for name in planned if [*BOOK.glob(f"{name}.*")]]
