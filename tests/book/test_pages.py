"""The built pages, read as files: links, anchors, formulas, pictures, weight."""

import functools
import posixpath
import re
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from bookfiles import GENERATED, MATHS, NOTEBOOKS, ROOT, SITE, WRITTEN, markdown, pages
from bs4 import BeautifulSoup

PAGES = {name: path for name, path in pages().items() if name != "404.html"}
CHAPTERS = [f"{name}.html" for name in NOTEBOOKS if name[:2].isdigit()]
BLOCKS = "p, div, ul, ol, dl, table, section, h1, h2, h3"
LOADED = "link[href], script[src], img[src], source[src], iframe[src], image[href]"

every_page = pytest.mark.parametrize("name", PAGES)


@functools.cache
def soup(name):
    return BeautifulSoup(PAGES[name].read_text("utf-8"), "html5lib")


@functools.cache
def anchors(name):
    return {element["id"] for element in soup(name).select("[id]")}


def beside(name, address):
    """The place in the site that a page means by an address."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), address))


def test_the_book_is_built():
    assert PAGES.keys() >= {f"{name}.html" for name in WRITTEN}


@every_page
def test_links_lead_somewhere(name):
    broken = []
    for link in soup(name).select("a[href]"):
        parts = urlsplit(link["href"])
        if parts.scheme or parts.netloc:
            continue
        target = beside(name, unquote(parts.path)) if parts.path else name
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
        path = beside(name, unquote(urlsplit(address).path))
        assert address.startswith(("data:", "#")) or (SITE / path).is_file(), address


def test_style_sheets_load_nothing_from_elsewhere():
    for path in SITE.rglob("*.css"):
        urls = re.findall(r"url\(\s*['\"]?([^'\")]+)", path.read_text("utf-8"))
        assert not [url for url in urls if url.startswith(("http", "//"))], path


@every_page
def test_ids_are_unique(name):
    ids = [element["id"] for element in soup(name).select("[id]")]
    assert len(ids) == len(set(ids)), sorted({i for i in ids if ids.count(i) > 1})


@pytest.mark.parametrize("name", sorted(WRITTEN.keys() - GENERATED))
def test_every_formula_of_the_source_is_drawn(name):
    drawn = soup(f"{name}.html").select("article math")
    title = soup(f"{name}.html").select("article math annotation")
    assert len(drawn) == len(title) == len(MATHS.findall(markdown(WRITTEN[name])))


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
    (description,) = soup(name).select('meta[name="description"]')
    assert 20 <= len(description["content"]) <= 160


@every_page
def test_what_was_mended_stays_mended(name):
    text = PAGES[name].read_text("utf-8")
    assert "fontawesome.js" not in text
    assert not soup(name).select('.search-button-field[aria-label="Search"]')
    assert not soup(name).select(".cell summary[aria-label]")
    assert not soup(name).select("summary:not([aria-label]) > .toctree-toggle")
    assert not [th for th in soup(name).select("th") if not th.get_text(strip=True)]
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


@every_page
def test_the_pages_are_valid_html(name):
    text = PAGES[name].read_text("utf-8")
    parser = html5lib.HTMLParser()
    parser.parse(text)
    lines = text.splitlines()
    assert not [(kind, lines[at[0] - 1]) for at, kind, _ in parser.errors]
    assert not soup(name).select(f"summary :is({BLOCKS}), :is(p, button) :is({BLOCKS})")


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_first_cell_is_not_on_the_page(name):
    assert "pip install" not in soup(name).select_one("article").get_text()


def test_a_missing_page_leads_home_from_any_address():
    page = BeautifulSoup((SITE / "404.html").read_text("utf-8"), "html5lib")
    setting = re.search(r"baseurl: (\S+)", (ROOT / "_config.yml").read_text("utf-8"))
    home = urlsplit(setting[1]).path
    links = [link["href"] for link in page.select("a[href], link[href]")]
    assert links
    for link in links:
        assert link.startswith(home)
        assert (SITE / link.removeprefix(home)).is_file()


def test_the_wheel_lies_beside_the_pages():
    (wheel,) = SITE.glob("*.whl")
    assert wheel.stat().st_size > 10_000
