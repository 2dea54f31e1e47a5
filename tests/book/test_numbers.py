"""Measured numbers in the prose are numbers that a cell of the page printed.

Every decimal number in a chapter's text (outside formulas, code, links and headings)
must equal, at the digits it shows, a number in an output or a figure of that page, or
one in `rnnlm_lib/results/*.json`; a percentage may match a fraction. A number from
elsewhere stands in `quoted_numbers.json` with its source, or with what proves it.
"""

import functools
import json
import re

import pytest
from bookfiles import NOTEBOOKS, ROOT, SITE
from bs4 import BeautifulSoup

QUOTED = json.loads((ROOT / "tests/book/quoted_numbers.json").read_text("utf-8"))
CHAPTERS = [name for name in NOTEBOOKS if name[:2].isdigit()]
NOT_PROSE = "math, code, pre, a, figure, script, h1, h2, h3, h4, .cell, .eqno, summary"
DECIMAL = re.compile(r"(?<![\w.,])[-−]?\d[\d,]*\.\d+(?!\w|\.\d)(?:\s?%)?")
NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def value(text):
    """Return the number that a text shows."""
    return float(text.rstrip("% ").replace(",", "").replace("−", "-"))


@functools.cache
def article(name):
    page = (SITE / f"{name}.html").read_text("utf-8")
    return BeautifulSoup(page, "html5lib").select_one("article")


def quoted_in_prose(name):
    """Return the decimal numbers of a chapter's prose, as they are written."""
    prose = BeautifulSoup(str(article(name)), "html5lib")
    for element in prose.select(NOT_PROSE):
        element.replace_with(" … ")
    return DECIMAL.findall(prose.get_text(" "))


def measured(name):
    """Return the numbers in a chapter's outputs and in the committed results."""
    outputs = " ".join(map(str, article(name).select(".cell_output")))
    results = (ROOT / "rnnlm_lib" / "results").glob("*.json")
    texts = [outputs, *(path.read_text("utf-8") for path in results)]
    return {abs(value(text)) for text in NUMBER.findall(" ".join(texts))}


def is_measured(text, numbers):
    """Whether a number rounds to this text."""
    shown, digits = abs(value(text)), len(text.rstrip("% ").partition(".")[2])
    close = 0.5 * 10**-digits * (1 + 1e-9)
    scales = (1, 100) if text.endswith("%") else (1,)
    return any(abs(n * scale - shown) <= close for n in numbers for scale in scales)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_decimal_in_the_prose_was_measured_or_has_a_source(name):
    numbers, sources = measured(name), QUOTED.get(name, {})
    written = [text for text in quoted_in_prose(name) if text not in sources]
    assert not [text for text in written if not is_measured(text, numbers)]


def test_every_source_is_still_needed():
    for name, sources in QUOTED.items():
        assert set(sources) <= set(quoted_in_prose(name))


def test_an_invented_number_is_an_orphan():
    numbers = {148.283, 0.1252}
    assert is_measured("148.3", numbers)
    assert is_measured("12.5 %", numbers)
    assert not is_measured("12.5", numbers)
    assert not is_measured("148.4", numbers)
