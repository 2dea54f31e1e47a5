"""What makes a page slow: bytes that travel, requests, scripts in the way, shifts."""

from urllib.parse import unquote, urlsplit

import pytest
from bookfiles import SITE, pages
from served import sent

PAGES = sorted(pages().keys() - {"404.html"})
BYTES = 300_000  # packed, with fonts
REQUESTS = 20
IN_THE_WAY = 1  # the style sheet
SHIFT = 0.02
PHONE = {"width": 390, "height": 844}
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value;
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 100);
})"""
BLOCKING = """() => performance.getEntriesByType("resource")
  .filter(e => e.renderBlockingStatus == "blocking").map(e => e.name)"""


def loaded(page, url):
    """Open a page; return the files that it asked for."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url, wait_until="networkidle")
    return {unquote(urlsplit(u).path) for u in asked if not u.startswith("data:")}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_stands_still(name, address, reader):
    page = reader(viewport=PHONE).page
    files = loaded(page, f"{address}/{name}")
    weight = sum(len(sent(SITE / file.lstrip("/"))) for file in files)
    searches = name == "search.html"
    assert any(file.endswith("searchindex.js") for file in files) == searches
    assert weight <= BYTES, weight
    assert len(files) <= REQUESTS, files
    assert len(page.evaluate(BLOCKING)) <= IN_THE_WAY
    assert page.evaluate(SHIFTS) <= SHIFT


def test_the_page_is_dark_before_the_first_script_file(address, reader):
    context = reader(color_scheme="dark").page.context
    page = context.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{address}/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_every_icon_is_a_letter_of_a_font(address, reader):
    page = reader().open(f"{address}/index.html")
    icons = page.locator("[class*='fa-']")
    kinds = icons.evaluate_all(
        "els => els.map(e => [getComputedStyle(e, '::before').content, e.className])"
    )
    empty = [name for content, name in kinds if content in ("none", "normal")]
    assert kinds
    assert not empty
