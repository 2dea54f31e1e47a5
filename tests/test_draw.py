"""Diagrams: valid SVG in the page's ink, legible on a phone, never without alt text."""

import re
from xml.etree import ElementTree

import pytest

from rnnlm_lib import draw
from rnnlm_lib.draw_cells import CELLS

WORDS = ["I", "called", "her", "&", "<unk>"]
DRAWINGS = {
    "unrolled": lambda **say: draw.unrolled(WORDS, **say),
    "outputs": lambda **say: draw.unrolled(WORDS, ["ŷ_1", "", "b", "c", "d"], **say),
    "arrived": lambda **say: draw.unrolled(WORDS, arrived=True, upto=3, **say),
    "highlight": lambda **say: draw.unrolled(WORDS, highlight="W_h", **say),
    "folded": draw.folded,
    "shapes": draw.shapes,
    "two_directions": lambda **say: draw.two_directions(WORDS, WORDS, **say),
    "stack": lambda **say: draw.stack(3, 4, **say),
    "extra_layer": lambda **say: draw.stack(2, 3, between="tanh", **say),
    "bptt": lambda **say: draw.bptt(5, loss_at=4, **say),
    "truncated": lambda **say: draw.bptt(6, window=3, **say),
    **{name: lambda name=name, **say: draw.cell(name, **say) for name in CELLS},
}
every_drawing = pytest.mark.parametrize("make", DRAWINGS.values(), ids=DRAWINGS)


def words_in(picture):
    root = ElementTree.fromstring(str(picture))
    return ["".join(text.itertext()) for text in root.iter() if text.tag[-4:] == "text"]


@every_drawing
def test_a_drawing_without_alt_text_is_refused(make):
    with pytest.raises(ValueError, match="pass alt="):
        make()


@every_drawing
def test_a_drawing_is_valid_svg_with_a_role_and_its_alt_text(make):
    root = ElementTree.fromstring(str(make(alt="boxes & arrows")))
    assert (root.get("role"), root.get("aria-label")) == ("img", "boxes & arrows")


@every_drawing
def test_ink_follows_the_page(make):
    svg = str(make(alt="a drawing"))
    assert "currentColor" in svg
    assert not re.search(r"#000|#fff|black|white| id=", svg, re.I)


@every_drawing
def test_letters_on_a_phone_are_not_smaller_than_eight_pixels(make):
    svg = str(make(alt="a drawing"))
    shrunk = int(re.search(r"min-width:(\d+)px", svg)[1]) / int(
        re.search(r' width="(\d+)"', svg)[1]
    )
    words = re.findall(r'<text [^>]*font-size="([\d.]+)"', svg)
    assert min(map(float, words)) * shrunk > 7.7


@every_drawing
def test_every_mark_lies_inside_the_picture(make):
    root = ElementTree.fromstring(str(make(alt="a drawing")))
    width, height = map(float, root.get("viewBox").split()[2:])
    for mark in root.iter():
        x = float(mark.get("x") or mark.get("cx") or 1)
        y = float(mark.get("y") or mark.get("cy") or 1)
        assert 0 <= x + float(mark.get("width", 0) if mark is not root else 0) <= width
        assert 0 <= y <= height


def test_each_word_has_its_box_and_stands_in_order():
    picture = draw.unrolled(WORDS, alt="a chain")
    assert [word for word in words_in(picture) if word in WORDS] == WORDS
    assert str(picture).count('<rect x="') == len(WORDS)


def test_a_box_holds_one_strip_per_word_that_has_arrived():
    plain = str(draw.unrolled(WORDS, alt="a chain")).count("<rect")
    filled = str(draw.unrolled(WORDS, arrived=True, alt="a chain")).count("<rect")
    assert filled - plain == len(WORDS) + sum(range(1, len(WORDS) + 1))


def test_more_words_than_colours_are_refused_with_both_numbers():
    with pytest.raises(ValueError, match="8 colours for 9 words"):
        draw.unrolled(["word"] * 9, arrived=True, alt="a chain")


def test_steps_that_are_not_taken_yet_are_faint():
    svg = str(draw.unrolled(WORDS, upto=2, arrived=True, alt="a chain"))
    assert svg.count("<g opacity") == len(WORDS) - 2
    assert svg.count("<rect") == len(WORDS) + 2 + (1 + 2)  # boxes, colours, strips


def test_highlighted_weights_are_named_at_every_step():
    svg = draw.unrolled(WORDS, ["a"] * 5, highlight="W_x", alt="a chain")
    assert words_in(svg).count("Wx") == len(WORDS)
    assert "Wy" not in words_in(svg)


def test_an_empty_output_has_no_arrow():
    one = str(draw.unrolled(WORDS, ["", "", "", "", "a"], alt="many to one"))
    all_five = str(draw.unrolled(WORDS, ["a"] * 5, alt="many to many"))
    assert all_five.count("<polygon") - one.count("<polygon") == 4


def test_the_recurrent_link_of_the_folded_network_is_dashed():
    assert str(draw.folded(alt="a loop")).count("stroke-dasharray") == 1


def test_the_grid_of_a_stack_has_a_box_per_layer_and_step():
    assert str(draw.stack(3, 4, alt="a grid")).count("<rect") == 12
    assert str(draw.stack(2, 3, between="tanh", alt="a grid")).count("<rect") == 6 + 3


def test_the_gradient_goes_back_from_its_loss_and_stops_at_the_cut():
    back = f'fill="{draw.LIT}"'
    assert str(draw.bptt(5, loss_at=4, alt="back")).count(back) == 1 + 3
    assert str(draw.bptt(6, window=3, alt="back")).count(back) == 6 + 4


@pytest.mark.parametrize(
    ("name", "gates"), [("gru", "rzn"), ("lstm", "figo"), ("simplified_gru", "zn")]
)
def test_a_cell_shows_its_gates(name, gates):
    assert set(gates) <= set(words_in(draw.cell(name, alt="a cell")))


def test_the_two_grus_differ_in_where_the_reset_gate_acts():
    before, after = (
        words_in(draw.cell(name, alt="a cell")) for name in ("gru_reset_before", "gru")
    )
    assert "Whn" in after
    assert "Whn" not in before


def test_only_the_peephole_cell_has_the_three_dashed_looks_at_the_memory():
    dashed = {
        name: str(draw.cell(name, alt="a cell")).count("dasharray") for name in CELLS
    }
    assert {name for name, count in dashed.items() if count} == {"peephole_lstm"}
    assert dashed["peephole_lstm"] == 3


def test_an_unknown_cell_is_refused_with_the_names_of_the_known():
    with pytest.raises(ValueError, match=r"no diagram of 'grru'.*gru_reset_before"):
        draw.cell("grru", alt="a cell")
