"""The built book in a real browser, as a reader meets it."""

import pytest
from bookfiles import GENERATED, MATHS, NOTEBOOKS, SITE, WRITTEN, markdown, pages

PHONE = {"width": 390, "height": 844}
PAGES = pages().keys() - {"404.html"}
CHAPTERS = [f"{name}.html" for name in NOTEBOOKS if name[:2].isdigit()]
WITH_SLIDERS = [
    name for name in sorted(PAGES) if 'type="range"' in (SITE / name).read_text("utf-8")
]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
DRAWN = "els => els.filter(e => e.getBoundingClientRect().width > 0).length"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_has_nothing_to_complain_about(name, address, reader):
    visitor = reader()
    visitor.open(f"{address}/{name}").wait_for_load_state("networkidle")
    assert not visitor.complaints


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_phone_never_scrolls_sideways(name, address, reader):
    page = reader(viewport=PHONE).open(f"{address}/{name}")
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("name", sorted(WRITTEN.keys() - GENERATED))
def test_every_formula_is_drawn(name, address, reader):
    page = reader().open(f"{address}/{name}.html")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    formulas = page.locator("article math")
    assert formulas.evaluate_all(DRAWN) == len(MATHS.findall(markdown(WRITTEN[name])))
    assert page.locator("merror").count() == 0


def test_formulas_use_the_font_of_the_book(address, reader):
    page = reader().open(f"{address}/{CHAPTERS[0]}")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"Book Maths\"')")
    loaded = "[...document.fonts].map(f => [f.family, f.status])"
    fonts = {family.strip('"'): status for family, status in page.evaluate(loaded)}
    assert fonts["Book Maths"] == "loaded"


@pytest.mark.parametrize("name", WITH_SLIDERS)
def test_the_arrow_keys_move_every_figure(name, address, reader):
    page = reader().open(f"{address}/{name}")
    for figure in page.locator(".rnnlm-explore").all():
        for slider in figure.locator("input[type=range]").all():
            before = figure.locator("> :first-child").inner_html()
            spoken = slider.get_attribute("aria-valuetext")
            at_end = slider.input_value() == slider.get_attribute("max")
            slider.focus()
            page.keyboard.press("Home" if at_end else "End")
            assert figure.locator("> :first-child").inner_html() != before
            assert slider.get_attribute("aria-valuetext") != spoken


@pytest.mark.parametrize("name", WITH_SLIDERS)
def test_the_mouse_moves_every_figure(name, address, reader):
    page = reader().open(f"{address}/{name}")
    for figure in page.locator(".rnnlm-explore").all():
        slider = figure.locator("input[type=range]").first
        before = figure.locator("> :first-child").inner_html()
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        left = slider.input_value() == slider.get_attribute("max")
        middle = box["y"] + box["height"] / 2
        page.mouse.click(box["x"] + box["width"] * (0.02 if left else 0.98), middle)
        assert figure.locator("> :first-child").inner_html() != before


def test_there_is_a_slider_in_every_chapter():
    assert {name for name in CHAPTERS if int(name[:2]) <= 3} <= set(WITH_SLIDERS)


def test_light_and_dark_follow_the_button_and_stay(address, reader):
    page = reader(color_scheme="light").open(f"{address}/{CHAPTERS[0]}")
    light = page.evaluate(BACKGROUND)
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        page.locator(".theme-switch-button:visible").first.click()
    dark = page.evaluate(BACKGROUND)
    page.reload()
    assert page.evaluate(BACKGROUND) == dark != light


def test_paper_is_light(address, reader):
    page = reader(color_scheme="dark").open(f"{address}/{CHAPTERS[0]}")
    page.wait_for_function("document.documentElement.dataset.theme == 'dark'")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_ink_of_figures_follows_the_page(address, reader):
    colours = "e => [getComputedStyle(e).color, getComputedStyle(document.body).color]"
    for scheme in ("light", "dark"):
        page = reader(color_scheme=scheme).open(f"{address}/{WITH_SLIDERS[0]}")
        page.wait_for_function("document.documentElement.dataset.theme")
        ink, text = page.locator(".rnnlm-explore svg").first.evaluate(colours)
        assert ink == text


def test_search_finds_a_word(address, reader):
    page = reader().open(f"{address}/search.html?q=perplexity")
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a")
    hrefs = [link.get_attribute("href") for link in links.all()]
    assert any("01_language_models" in href for href in hrefs)


def test_the_search_dialog_opens_from_the_keyboard(address, reader):
    page = reader().open(f"{address}/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("trigram")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=trigram*")
    page.wait_for_selector("#search-results li a")


def test_an_equation_link_leads_to_the_equation(address, reader):
    visitor = reader()
    for name in CHAPTERS:
        page = visitor.open(f"{address}/{name}")
        links = page.locator("article a.reference[href^='#eq-']")
        if links.count():
            target = links.first.get_attribute("href")
            links.first.click()
            page.wait_for_timeout(600)
            top = page.locator(target).evaluate("e => e.getBoundingClientRect().top")
            assert 0 <= top < 900
            return
    pytest.fail("no chapter links to an equation")


def test_a_solution_opens_from_the_keyboard(address, reader):
    page = reader().open(f"{address}/solutions/ch03.html")
    solution = page.locator("details.solution").first
    solution.locator("summary").focus()
    page.keyboard.press("Enter")
    assert solution.locator("pre").is_visible()


def test_the_folder_is_the_book(reader):
    visitor = reader(offline=True)
    page = visitor.open((SITE / "index.html").as_uri())
    page.locator(".rnnlm-explore input").first.focus()
    before = page.locator(".rnnlm-explore > :first-child").first.inner_html()
    page.keyboard.press("End")
    assert page.locator(".rnnlm-explore > :first-child").first.inner_html() != before
    page.goto((SITE / "search.html").as_uri() + "?q=perplexity")
    page.wait_for_selector("#search-results li a")
    page.locator("#search-results li a").first.click()
    page.wait_for_load_state("load")
    assert page.locator("article h1").is_visible()
    assert not visitor.complaints


def test_without_scripts_the_text_is_there(address, reader):
    page = reader(java_script_enabled=False).open(f"{address}/{CHAPTERS[0]}")
    assert page.locator("article h1").is_visible()
    assert page.locator("article math").first.is_visible()
