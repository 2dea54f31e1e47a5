"""The belt of an LSTM: its numbers, and how thick it is drawn."""

import re

import pytest

from rnnlm_lib.draw_conveyor import conveyor

WORDS = ["the", "cat", "ate"]


def draw(keep=(0.5, 1.0, 0.5), write=(0.25, 0.0, -1.0), **say):
    return str(conveyor(WORDS, keep, write, alt="a belt", **say))


def numbers(svg):
    return re.findall(r">(−?\d\.\d\d)</text>", svg)


def test_the_memory_above_the_belt_follows_the_rule_of_the_cell():
    shown = numbers(draw(write=(0.25, 0.0, -0.875)))
    assert {"1.00", "0.75", "−0.50"} <= set(shown)


def test_the_way_back_shows_products_of_forget_gates_alone():
    for write in ((0, 0, 0), (0.5, 0.5, 0.5)):
        red = re.findall(
            r'fill="#d55e00"[^>]*>(\d\.\d\d)', draw(write=write, back=True)
        )
        assert red == ["0.25", "0.50", "0.50", "1.00"]


def test_a_forgotten_start_leaves_a_thin_belt():
    widths = [float(w) for w in re.findall(r'stroke-width="([\d.]+)"', draw((0, 1, 1)))]
    assert max(widths) == 6.0
    assert 0.8 in widths


def test_gates_for_every_word_are_needed():
    with pytest.raises(ValueError, match="zip"):
        conveyor(WORDS, [1.0], [0.0], alt="a belt")


def test_a_belt_needs_alt_text():
    with pytest.raises(ValueError, match="alt"):
        conveyor(WORDS, [1.0] * 3, [0.0] * 3)
