"""A reader finds things: by searching, from page to page, and as a notebook."""

import json

import pytest
from bookfiles import NOTEBOOKS, SITE

CHAPTERS = [name for name in NOTEBOOKS if name[:2].isdigit()]
SEARCHES = [
    ("perplexity", "01_language_models"),
    ("lstm_step", "09_lstm"),
    ("lstm_step", "api_scratch"),
    ("forget gate", "09_lstm"),
    ("Kneser", "02_ngrams"),
    ("clip_grad_norm", "api_scratch"),
    ("update gate", "08_gru"),
    ("backpropagation", "06_backpropagation_through_time"),
]


def found(page):
    """The addresses that the search lists."""
    page.wait_for_selector("#search-results li a")
    page.wait_for_function(
        "/found|finished/i.test(document.querySelector('.search-summary').textContent)"
    )
    links = page.locator("#search-results li a").all()
    return [link.get_attribute("href") for link in links]


@pytest.mark.parametrize(("words", "name"), SEARCHES)
def test_search_finds_functions_and_names(words, name, address, reader):
    page = reader().open(f"{address}/search.html?q={words.replace(' ', '+')}")
    assert any(f"{name}.html" in href for href in found(page))


def test_search_works_in_a_folder(reader):
    visitor = reader(offline=True)
    page = visitor.open((SITE / "index.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type("lstm_step")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=lstm_step*")
    assert any("09_lstm.html" in href for href in found(page))
    assert not visitor.complaints


def test_a_function_leads_to_its_chapter_and_back(address, reader):
    page = reader().open(f"{address}/api_scratch.html")
    entry = page.locator("dl:has(> dt[id='rnnlm_lib.scratch.lstm.lstm_step'])").first
    entry.locator(".built-in a").first.click()
    page.wait_for_url("**/09_lstm.html#lib-*")
    mark = page.url.partition("#")[2]
    page.locator(f"[id='{mark}'] .lib-links a").first.click()
    page.wait_for_url("**/api_scratch.html#rnnlm_lib.scratch.lstm.lstm_step")


def test_next_leads_through_every_chapter_and_previous_back(address, reader):
    page = reader().open(f"{address}/{CHAPTERS[0]}.html")
    for name in CHAPTERS[1:]:
        page.locator("a.right-next").click()
        page.wait_for_url(f"**/{name}.html")
    page.locator("a.left-prev").click()
    page.wait_for_url(f"**/{CHAPTERS[-2]}.html")


def test_a_chapter_can_be_taken_along(address, reader, tmp_path):
    name = CHAPTERS[0]
    page = reader(accept_downloads=True).open(f"{address}/{name}.html")
    page.locator("[aria-label='Download this page']").click()
    with page.expect_download() as waiting:
        page.locator("a[href*='_sources/']").first.click()
    waiting.value.save_as(tmp_path / "taken.ipynb")
    taken = json.loads((tmp_path / "taken.ipynb").read_text("utf-8"))
    assert waiting.value.suggested_filename == f"{name}.ipynb"
    assert taken == json.loads(NOTEBOOKS[name].read_text("utf-8"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_in_a_folder_the_notebook_lies_where_the_button_says(name, reader):
    page = reader(offline=True).open((SITE / f"{name}.html").as_uri())
    place = page.locator("a[href*='_sources/']").first.get_attribute("href")
    taken = json.loads((SITE / place).read_text("utf-8"))
    assert taken == json.loads(NOTEBOOKS[name].read_text("utf-8"))
