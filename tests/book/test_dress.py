"""Plain Markdown forms, and what the page makes of them."""

import os
import subprocess
import sys

import dress
import pytest
from bookfiles import ROOT
from bs4 import BeautifulSoup

SETTINGS = """
extensions = ["myst_parser", "maths", "boxes", "dress", "polish"]
myst_enable_extensions = ["dollarmath"]
html_math_renderer = "mathml"
html_baseurl = "https://site.example/book/"
planned_pages = ["other"]
suppress_warnings = ["myst.header"]
"""
PAGE = r"""
# 7. A title

The promise of the chapter.

> **You will** build a thing.
>
> **You need** $x$ and [(7.1)](#eq-7-1).
>
> **Runs in** 3 s.

$$
a = b \tag{7.1}
$$

> **Note.** A remark.

> **Lecture says / we measure.** It is so. Measured: it is *nearly* so. ✓ A remark.

> **Lecture says / we measure.** It is so.
>
> Measured in two runs: it is not. ✗

> An ordinary quotation.

- **[Door](https://example.org)** opens.
- **[Gate](https://example.org)** opens.

```python
if True:
    a_name_so_long = "that a phone cannot show the line"
```

### Exercise 7.1 (check) Do it

See [this page](https://site.example/book/index.html#there), not
[the other](https://site.example/book/other.html).
"""


def build(folder, text):
    """Build one page; return the process and the page."""
    source, out = folder / "source", folder / "out"
    source.mkdir()
    (source / "index.md").write_text(text, "utf-8")
    (source / "conf.py").write_text(SETTINGS, "utf-8")
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "book" / "_ext")}
    result = subprocess.run(
        [*sphinx, source, out],
        env=environment,
        capture_output=True,
        text=True,
    )
    page = (out / "index.html").read_text("utf-8") if not result.returncode else ""
    return result, BeautifulSoup(page, "html5lib")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    result, soup = build(tmp_path_factory.mktemp("dress"), PAGE)
    assert result.returncode == 0, result.stderr
    return soup


def words(element):
    return " ".join(element.get_text().split())


def test_the_chapter_has_its_number_and_promise(page):
    assert words(page.select_one("h1 .chapter-number")) == "7"
    assert words(page.select_one(".promise")) == "The promise of the chapter."


def test_the_goals_are_rows(page):
    rows = [words(term) for term in page.select("dl.goals dt")]
    assert rows == ["You will", "You need", "Runs in"]
    assert words(page.select("dl.goals dd")[2]) == "3 s."


def test_a_note_is_a_box(page):
    (note,) = page.select(".box.note")
    assert words(note) == "Note A remark."
    assert note["role"] == "note"


def test_a_lecture_box_has_two_halves_a_verdict_and_a_remark(page):
    box = page.select_one(".lecture.verdict-holds")
    assert words(box.select_one(".says")) == "Lecture says It is so."
    assert words(box.select_one(".measured p:last-child")) == "It is nearly so."
    assert words(box.select_one(".verdict")) == "✓ It holds"
    assert words(box.select_one(".remark")) == "A remark."


def test_a_refuted_claim_says_so(page):
    box = page.select_one(".lecture.verdict-fails")
    assert words(box.select_one(".measured p:last-child")) == "In two runs: it is not."


def test_a_quotation_stays_a_quotation(page):
    assert words(page.select_one("blockquote")) == "An ordinary quotation."


def test_an_equation_is_a_target(page):
    assert words(page.select_one("#eq-7-1 a.eqno")) == "(7.1)"
    assert page.select_one("dl.goals a")["href"] == "#eq-7-1"


def test_a_list_of_doors_is_cards(page):
    assert len(page.select("ul.doors > li")) == 2


def test_a_long_line_of_code_knows_its_indentation(page):
    (line,) = page.select("pre .in4")
    assert line.select_one("i").get_text() == "    "
    assert line.get_text().endswith('show the line"')
    assert page.select_one("pre").get_text().count("\n") == 2


def test_an_exercise_shows_its_number_and_kind(page):
    exercise = page.select_one("section.exercise")
    assert words(exercise.select_one(".exercise-number")) == "Exercise 7.1"
    assert words(exercise.select_one(".exercise-kind")) == "(check)"


def test_links_to_the_book_itself_stay_in_the_folder(page):
    (link,) = page.select("section.exercise p a")
    assert link["href"].endswith("#there")
    assert "site.example" not in link["href"]
    assert words(page.select_one("section.exercise .planned")) == "the other"


def test_what_a_cell_prints_in_two_messages_is_one_text():
    def stream(text):
        return {"output_type": "stream", "name": "stdout", "text": text}

    picture = {"output_type": "display_data", "data": {}}
    outputs = [stream("0.2"), stream(" 0.2\n"), picture, stream("end\n")]
    joined = dress.join_streams(outputs)
    assert [o.get("text") for o in joined] == ["0.2 0.2\n", None, "end\n"]


@pytest.mark.parametrize(
    "text",
    [
        r"$\unknownmacro$",
        "$$\na \\tag{1.1} \\tag{1.2}\n$$",
        "[x](#eq-9-9)",
        "[x](https://site.example/book/absent.html)",
    ],
)
def test_a_mistake_fails_the_build_and_names_the_file(tmp_path, text):
    result, _ = build(tmp_path, f"# Title\n\n{text}\n")
    assert result.returncode != 0
    assert "index.md" in result.stderr
