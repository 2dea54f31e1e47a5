"""The index of claims lists every box, with its verdict and a link to it."""

import re

import claims
import pytest
from bookfiles import NOTEBOOKS, SITE, cells, notebooks
from bs4 import BeautifulSoup

BOXES = [
    (name, box)
    for name in NOTEBOOKS
    if name[:2].isdigit()
    for cell in cells(name, "markdown")
    for box in claims.BOX.findall(notebooks.source(cell))
]
TALLY = re.compile(
    r"Of (\d+) statements ✓ (\d+) hold ≈ (\d+) hold in part ✗ (\d+) do not"
)


def page(name="claims"):
    return BeautifulSoup((SITE / f"{name}.html").read_text("utf-8"), "html5lib")


def test_every_box_has_a_claim_a_measurement_and_a_verdict():
    for name, box in BOXES:
        assert "Measured" in box, (name, box)
        assert re.search(r"[✓✗≈]", box), (name, box)


def test_the_index_has_every_box_and_its_verdict():
    items = page().select("article .claims > li")
    signs = [item.select_one("a").get_text() for item in items]
    assert len(items) == len(BOXES)
    assert signs == [re.search(r"[✓✗≈]", box)[0] for _, box in BOXES]


@pytest.mark.parametrize("name", ["claims", "index"])
def test_the_counts_are_those_of_the_list(name):
    words = " ".join(page(name).select_one(".tally").get_text().split())
    total, holds, partly, fails = map(int, TALLY.match(words).groups())
    assert total == len(BOXES) == holds + partly + fails
