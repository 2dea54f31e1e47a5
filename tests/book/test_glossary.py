"""The glossary: terms in order, each with a link to a place that speaks of it."""

import re
from itertools import pairwise

from bookfiles import SITE, pages
from bs4 import BeautifulSoup

PAGES = pages()


def page(name):
    return BeautifulSoup(PAGES[name].read_text("utf-8"), "html5lib")


def entries():
    """Yield (term, its element, its explanation)."""
    for term in page("glossary.html").select("article dl > dt"):
        yield term.get_text(strip=True), term, term.find_next_sibling("dd")


def test_terms_are_in_order_and_are_targets():
    terms = [(term, element["id"]) for term, element, _ in entries()]
    assert len(terms) > 90
    for (first, _), (second, _) in pairwise(terms):
        assert first.casefold() <= second.casefold()
    assert "perplexity" in {mark for _, mark in terms}


def test_every_term_leads_to_a_section_or_to_another_term():
    marks = {element["id"] for _, element, _ in entries()}
    for term, _, explanation in entries():
        links = [a["href"] for a in explanation.select("a")]
        assert links, term
        for link in links:
            name, _, mark = link.partition("#")
            assert mark in marks if not name else (SITE / name).is_file()


def test_the_section_speaks_of_the_term():
    silent = []
    for term, _, explanation in entries():
        words = re.findall(r"\w{3,}", term.casefold())
        for link in explanation.select("a[href*='.html#']"):
            name, _, mark = link["href"].partition("#")
            text = page(name).select_one(f"#{mark}").get_text().casefold()
            if not any(word[:4] in text for word in words):
                silent.append((term, link["href"]))
    assert not silent
