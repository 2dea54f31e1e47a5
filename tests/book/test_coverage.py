"""Everything in the lectures has its place in the book.

`ledger_coverage.json` lists the rows of the lectures (S), their errata (E) and their
claims (C). Each has a kind, and the sections that show it as page#anchor.
"""

import functools
import json
import re
from collections import Counter

import notebooks
from bookfiles import BOOK, CODE, NOTEBOOKS, ROOT
from myst_parser.mdit_to_docutils.base import default_slugify

COVERAGE = json.loads((ROOT / "tests/book/ledger_coverage.json").read_text("utf-8"))
SHOWN = {name: row["shown"] for name, row in COVERAGE.items()}
LEDGER = [f"S-{n:03}" for n in range(1, 387)]
LEDGER += [f"E-{n:02}" for n in range(1, 74)] + [f"C-{n:02}" for n in range(1, 31)]
RUNS = {"equation", "system", "algorithm", "experiment"}  # reading does not show these
HEADING = re.compile(r"^(#+) (.+)$", re.M)
MARKUP = re.compile(r"[*`]|\]\([^)]*\)|\[")


@functools.cache
def sections(page):
    """Return, for each anchor of a page, its text and how many cells run in it.

    A section includes those below it.
    """
    found, above = {}, []
    for kind, text in blocks(page):
        if kind == "heading":
            level, title = len(text[1]), MARKUP.sub("", text[2])
            above = [(n, section) for n, section in above if n < level]
            section = found[default_slugify(title)] = {"text": "", "cells": 0}
            above.append((level, section))
        for _, section in above:
            if kind == "text":
                section["text"] += text
            section["cells"] += kind == "code"
    return found


def blocks(page):
    """Yield the headings, texts and code cells of a page in order."""
    if page in NOTEBOOKS:
        cells = notebooks.read(NOTEBOOKS[page])["cells"]
    else:
        text = (BOOK / f"{page}.md").read_text("utf-8")
        cells = [{"cell_type": "markdown", "source": [text], "metadata": {}}]
    for cell in cells:
        text, start = notebooks.source(cell), 0
        if cell["cell_type"] == "code":
            if "remove-cell" not in notebooks.tags(cell):
                yield "code", text
            continue
        text = CODE.sub("`code`", text)
        for heading in HEADING.finditer(text):
            yield "text", text[start : heading.start()]
            yield "heading", heading
            start = heading.end()
        yield "text", text[start:]


def section(place):
    """Return the section at page#anchor, or None."""
    page, _, anchor = place.partition("#")
    written = page in NOTEBOOKS or (BOOK / f"{page}.md").is_file()
    return sections(page).get(anchor) if written else None


def is_chapter(place):
    return place[:2].isdigit()


def test_no_id_is_missing_and_none_is_invented():
    assert list(COVERAGE) == LEDGER
    assert all(SHOWN.values())


def test_no_anchor_is_dead():
    dead = {
        name: [p for p in places if not section(p)] for name, places in SHOWN.items()
    }
    assert not {name: places for name, places in dead.items() if places}


def test_what_computes_is_shown_where_something_runs():
    for name, places in SHOWN.items():
        if COVERAGE[name]["kind"] in RUNS:
            chapters = [section(place) for place in places if is_chapter(place)]
            assert any(found and found["cells"] for found in chapters), name


def test_errata_and_claims_are_named_where_they_are_shown():
    for name, places in SHOWN.items():
        if name[0] in "EC":
            for place in places:
                assert name in section(place)["text"], f"{name} at {place}"


def test_the_companion_has_every_erratum_once():
    text = (BOOK / "lecture_companion.md").read_text("utf-8")
    entries = Counter(re.findall(r"\((E-\d\d)\b", text))
    assert entries == Counter(name for name in LEDGER if name[0] == "E")
