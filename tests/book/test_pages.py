"""The built pages, read as files: links, anchors, formulas, pictures, weight."""

import functools
import re
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from bookfiles import BOOK, MATHS, NOTEBOOKS, SITE, markdown, pages
from bs4 import BeautifulSoup

PAGES = {path.name: path for path in sorted(SITE.glob("*.html"))}
WRITTEN = [*NOTEBOOKS.values(), *sorted(BOOK.glob("*.md"))]
CHAPTERS = [f"{name}.html" for name in NOTEBOOKS if name[:2].isdigit()]
OURS_TO_LEAVE = {"search.html", "genindex.html"}  # made by Sphinx alone
LOADED = "link[href], script[src], img[src], source[src], iframe[src], image[href]"

every_page = pytest.mark.parametrize("name", PAGES)


@functools.cache
def soup(name):
    return BeautifulSoup(PAGES[name].read_text("utf-8"), "html5lib")


@functools.cache
def anchors(name):
    return {element["id"] for element in soup(name).select("[id]")}


def test_the_book_is_built():
    assert {page.stem for page in pages()} >= {path.stem for path in WRITTEN}


@every_page
def test_links_lead_somewhere(name):
    broken = []
    for link in soup(name).select("a[href]"):
        parts = urlsplit(link["href"])
        if parts.scheme or parts.netloc:
            continue
        target = unquote(parts.path) or name
        mark = unquote(parts.fragment)
        has_mark = not mark or target not in PAGES or mark in anchors(target)
        if not (SITE / target).is_file() or not has_mark:
            broken.append(link["href"])
    assert not broken


@every_page
def test_links_elsewhere_are_well_formed(name):
    for link in soup(name).select("a[href]"):
        parts = urlsplit(link["href"])
        if parts.scheme:
            assert parts.scheme in ("https", "mailto")
            assert parts.scheme == "mailto" or re.fullmatch(
                r"[\w.-]+\.\w+", parts.netloc
            )


@every_page
def test_nothing_is_loaded_from_elsewhere(name):
    for element in soup(name).select(LOADED):
        address = element.get("href") or element.get("src")
        if element.name == "link" and element.get("rel") == ["canonical"]:
            continue
        assert address.startswith("data:") or not urlsplit(address).netloc, address
        path = unquote(urlsplit(address).path)
        assert address.startswith(("data:", "#")) or (SITE / path).is_file(), address


def test_style_sheets_load_nothing_from_elsewhere():
    for path in SITE.rglob("*.css"):
        urls = re.findall(r"url\(\s*['\"]?([^'\")]+)", path.read_text("utf-8"))
        assert not [url for url in urls if url.startswith(("http", "//"))], path


@every_page
def test_ids_are_unique(name):
    ids = [element["id"] for element in soup(name).select("[id]")]
    assert len(ids) == len(set(ids)), sorted({i for i in ids if ids.count(i) > 1})


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_formula_of_the_source_is_drawn(path):
    drawn = soup(f"{path.stem}.html").select("article math")
    title = soup(f"{path.stem}.html").select("article math annotation")
    assert len(drawn) == len(title) == len(MATHS.findall(markdown(path)))


@every_page
def test_no_formula_failed(name):
    assert not soup(name).select("merror, .problematic, .system-message")


@every_page
def test_every_picture_is_described(name):
    page = soup(name).select_one("article") or soup(name)
    for picture in page.select("img, svg[role=img], figure svg"):
        label = picture.get("alt") or picture.get("aria-label")
        named = label or picture.get("aria-labelledby") or picture.select_one("title")
        hidden = picture.find_parent(attrs={"aria-hidden": "true"})
        assert named or hidden or picture.get("aria-hidden") == "true", picture


@every_page
def test_pages_are_described_for_search_engines(name):
    if name not in OURS_TO_LEAVE:
        (description,) = soup(name).select('meta[name="description"]')
        assert 20 <= len(description["content"]) <= 160


@every_page
def test_what_was_mended_stays_mended(name):
    text = PAGES[name].read_text("utf-8")
    assert "fontawesome.js" not in text
    assert not soup(name).select('.search-button-field[aria-label="Search"]')
    assert not soup(name).select("summary[aria-label]")
    for sidebar in soup(name).select("#pst-primary-sidebar"):
        assert sidebar["role"] == "region"


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_weighs_less_than_half_a_megabyte_before_figures(name):
    page = BeautifulSoup(PAGES[name].read_text("utf-8"), "html5lib")
    for figure in page.select("figure"):
        figure.decompose()
    assert len(str(page).encode()) < 500_000


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_weighs_less_than_two_megabytes(name):
    assert PAGES[name].stat().st_size < 2_000_000


@pytest.mark.parametrize("name", [path.stem for path in WRITTEN])
def test_the_articles_are_valid_html(name):
    parser = html5lib.HTMLParser(strict=False)
    article = soup(f"{name}.html").select_one("article")
    parser.parseFragment(str(article))
    assert not parser.errors


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_first_cell_is_not_on_the_page(name):
    assert "pip install" not in soup(name).select_one("article").get_text()


def test_the_wheel_lies_beside_the_pages():
    (wheel,) = SITE.glob("*.whl")
    assert wheel.stat().st_size > 10_000
