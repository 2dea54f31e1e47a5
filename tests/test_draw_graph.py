"""Diagrams of gradients on their way."""

from xml.etree import ElementTree

import pytest

from rnnlm_lib.draw_graph import graph, trace

NODES = {"u": (0, 0, "0.80", None), "h_1": (1, 0, "-0.28", "-0.56")}
WORDS, CARRIED, TERMS = ["a", "0", "?", "a"], [0.1, 0.2, 0.4], [0.01, 0.3, 0.2]


def draw_graph(**say):
    return graph(NODES, [("u", "h_1")], **say)


def draw_trace(**say):
    return trace(WORDS, CARRIED, TERMS, window=2, note="kept", **say)


every_drawing = pytest.mark.parametrize("make", [draw_graph, draw_trace])


def words_in(picture):
    root = ElementTree.fromstring(str(picture))
    return ["".join(text.itertext()) for text in root.iter() if text.tag[-4:] == "text"]


@every_drawing
def test_a_drawing_is_valid_svg_with_alt_text_in_the_ink_of_the_page(make):
    root = ElementTree.fromstring(str(make(alt="a way back")))
    assert (root.get("role"), root.get("aria-label")) == ("img", "a way back")
    assert root.get("fill") == "currentColor"
    with pytest.raises(ValueError, match="pass alt="):
        make()


@every_drawing
def test_every_mark_lies_inside_the_picture(make):
    root = ElementTree.fromstring(str(make(alt="a drawing")))
    width, height = map(float, root.get("viewBox").split()[2:])
    for mark in list(root.iter())[1:]:
        x, y = float(mark.get("x") or 1), float(mark.get("y") or 1)
        assert 0 <= x + float(mark.get("width") or 0) <= width
        assert 0 <= y + float(mark.get("height") or 0) <= height


def test_a_gradient_is_written_once_it_is_known():
    assert words_in(draw_graph(alt="a graph")) == ["u", "0.80", "h1", "−0.28", "−0.56"]


def test_a_wire_turns_round_when_its_gradient_goes_back():
    still = str(draw_graph(alt="a graph"))
    back = str(draw_graph(alt="a graph", now=[("u", "h_1")]))
    assert still.count('stroke-width="2.6"') == 0
    assert back.count('stroke-width="2.6"') == 1


def test_bars_before_the_window_of_the_loss_are_dashed():
    picture = str(draw_trace(alt="a trace"))
    assert picture.count('stroke-dasharray="3 3"') == 2 * 2  # steps 1 and 2
    whole = str(trace(WORDS, CARRIED, TERMS, alt="a trace"))
    assert whole.count("stroke-dasharray") == 0


def test_each_step_up_to_the_loss_shows_both_its_numbers():
    words = words_in(draw_trace(alt="a trace"))
    assert {"0.1", "0.2", "0.4", "0.01", "0.3"} <= set(words)
    assert "L3" in words
