"""One style sheet with what pages need, icons that are there, pictures that wait."""

import re
from importlib import import_module

import css
import pytest
from bookfiles import SITE, pages
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

light = import_module("light")
PAGES = {name: path for name, path in pages().items() if name != "404.html"}
SHEET = SITE / light.STYLES


@pytest.mark.parametrize(
    ("selector", "stays"),
    [
        (".used", True),
        (".unused", False),
        (".used .unused", False),
        (".used:not(.unused)", True),
        (".used[class^=unused]", True),
        ("#used>a:hover", True),
        (r".sm\:used", True),
        (".bs-tooltip-top", True),
        ("html", True),
    ],
)
def test_a_rule_stays_if_a_page_can_need_it(selector, stays):
    text = css.cut(f"{selector}{{color:red}}", {"used", "sm:used"})
    assert (text == f"{selector}{{color:red}}") == stays


def test_of_several_selectors_the_needed_ones_stay():
    text = "@media print{.a,.b,:is(.a,.c){x:y}.b{x:y}}@media screen{.b{x:y}}"
    assert css.cut(text, {"a"}) == "@media print{.a,:is(.a,.c){x:y}}"


def test_what_stands_in_strings_and_addresses_is_left_alone():
    text = (
        '.a{content:"}  ;";background:url(data:image/svg+xml;base64,{})}@font-face{b:c}'
    )
    assert css.cut(css.squeeze(text), {"a"}) == text


def test_imports_are_taken_in_and_addresses_follow(tmp_path):
    (tmp_path / "one" / "two").mkdir(parents=True)
    (tmp_path / "one" / "base.css").write_text("a{b:url(font.woff2)}")
    top = tmp_path / "one" / "two" / "top.css"
    top.write_text('@import "../base.css"; p{q:url("../pic.svg")}')
    text = css.squeeze(css.collect(top, tmp_path, "all.css"))
    assert text == 'a{b:url("one/font.woff2")}p{q:url("one/pic.svg")}'


def test_every_address_in_the_style_sheet_leads_somewhere():
    addresses = [found[2] for found in css.URL.finditer(SHEET.read_text("utf-8"))]
    assert addresses
    assert not [a for a in addresses if not (SHEET.parent / a.split("?")[0]).is_file()]


def test_every_icon_of_the_style_sheet_is_in_a_font():
    used = {int(c, 16) for c in light.ICON.findall(SHEET.read_text("utf-8"))}
    fonts = [TTFont(path) for path in (SITE / light.ICONS).glob("*.woff2")]
    assert used
    assert used <= {code for font in fonts for code in font.getBestCmap()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_waits_for_one_style_sheet_and_no_script(name):
    page = BeautifulSoup(PAGES[name].read_text("utf-8"), "html5lib")
    (sheet,) = page.select("link[rel=stylesheet]")
    assert re.search(r"_static/styles/all\.css\?v=[0-9a-f]+$", sheet["href"])
    assert not page.select("script[src]:not([defer])")
    assert len(page.select("meta[name=viewport]")) == 1
    for picture in page.select("img"):
        assert picture["loading"] == "lazy"
        assert picture["width"].isdigit()
        assert picture["height"].isdigit()
