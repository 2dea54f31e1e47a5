"""Numbered equations, and formulas as the reader's browser gets them."""

import re
from xml.etree import ElementTree

import mathml
import pytest
from bookfiles import BOOK, NOTEBOOKS, markdown

TAG = re.compile(r"\\tag\{([^}]*)\}")


def draw(tex, *, display=True):
    return ElementTree.fromstring(mathml.mathml(tex, display=display))


def found(math, tag):
    return list(math.iter(f"{{{mathml.MATHML}}}{tag}"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_equations_are_numbered_in_order_within_their_chapter(name):
    tags = TAG.findall(markdown(NOTEBOOKS[name]))
    assert tags == [f"{int(name[:2])}.{n}" for n in range(1, len(tags) + 1)]


def test_no_equation_has_two_numbers():
    for path in [*NOTEBOOKS.values(), *BOOK.glob("*.md")]:
        blocks = re.findall(r"\$\$.*?\$\$", markdown(path), re.DOTALL)
        assert not [block for block in blocks if len(TAG.findall(block)) > 1]


@pytest.mark.parametrize("tex", [r"\frac{a}{", r"\unknown x", r"\boxed{a}", "x & y"])
def test_what_cannot_be_drawn_is_an_error(tex):
    with pytest.raises(mathml.MathError):
        mathml.mathml(tex, display=True)


def test_aligned_columns_are_right_then_left():
    cells = found(draw(r"\begin{aligned} a &= b \\ cc &= d \end{aligned}"), "mtd")
    aligns = [re.match(r"text-align:(\w+)", cell.get("style"))[1] for cell in cells]
    assert aligns == ["right", "left"] * 2


@pytest.mark.parametrize(
    ("tex", "spaces"),
    [
        (r"\log x", 1),
        (r"\log(x)", 0),
        (r"2 \log x", 2),
        (r"\max_{w} p", 1),
        (r"a + \tanh c", 1),
        (r"\tanh^2 c", 1),
    ],
)
def test_functions_stand_apart(tex, spaces):
    assert len(found(draw(tex), "mspace")) == spaces


def test_bold_and_blackboard_letters_are_letters_of_their_own():
    letters = [e.text for e in found(draw(r"\mathbf{h}\mathbb{R}\mathcal{L}"), "mi")]
    assert letters == ["𝐡", "ℝ", "ℒ"]


def test_the_bars_of_a_norm_stretch_and_those_of_a_condition_do_not():
    (left, right) = found(draw(r"\left\lVert x \right\rVert"), "mo")
    assert left.get("stretchy") == right.get("stretchy") == "true"
    assert found(draw(r"P(a \mid b)"), "mo")[1].attrib == {}


def test_formulas_keep_their_source():
    (note,) = found(draw(r"\sigma(x)"), "annotation")
    assert note.text == r"\sigma(x)"
