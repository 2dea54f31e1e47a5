"""Diagrams of recurrent cells: what one step computes, and where its memory flows.

Memory runs along the top. The last output `h_{t-1}` and the input `x_t` come on two
lines below, so that each gate shows both its products. Wires that cross without a dot
do not touch.
"""

from itertools import pairwise

from rnnlm_lib.draw_kit import (
    CANDIDATE,
    GATE,
    INK,
    LIT,
    arrow,
    box,
    circle,
    dot,
    label,
    symbol,
)
from rnnlm_lib.picture import COLORS, Picture, document

MEMORY, GATES, H_LINE, X_LINE = 46, 196, 258, 292  # heights of the four levels
LEFT = 56


def cell(name, *, alt="", caption=None):
    """Draw one step of a cell.

    Parameters
    ----------
    name : str
        "rnn", "simplified_gru", "gru", "gru_reset_before", "lstm", "peephole_lstm" or
        "lstm_without_output_tanh".
    alt : str
        What the diagram shows, for a reader who cannot see it.
    caption : str, optional
        Sentence below it.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `alt` is empty or no cell has that name.
    """
    if name not in CELLS:
        raise ValueError(f"no diagram of {name!r}: choose one of {', '.join(CELLS)}")
    width, *parts = CELLS[name]()
    picture = document("".join(parts), width, X_LINE + 20)
    return Picture(picture, alt=alt, caption=caption)


def _rnn():
    yield 380
    yield symbol(LEFT - 8, H_LINE, "h_{t-1}", anchor="end")
    yield _input([], 180)
    yield _feed(H_LINE, [(LEFT, H_LINE)], [], 189)
    yield _layer(180, "tanh", "", CANDIDATE)
    yield _memory([180, 320], "rnn", start=(180, GATES - 18))
    yield symbol(328, MEMORY, "h_t", anchor="start")


def _simplified_gru():
    yield 594
    yield _gru_memory()
    yield _input([260], 430)
    yield _feed(H_LINE, [(90, MEMORY), (90, H_LINE)], [269], 439)
    yield _layer(260, "σ", "z") + _layer(430, "tanh", "n", CANDIDATE)


def _gru_reset_before():
    yield 594
    yield _gru_memory() + _gru_layers()
    yield _feed(H_LINE, [(90, MEMORY), (90, H_LINE)], [159, 269])
    yield arrow((269, H_LINE), (339, H_LINE)) + _operation(350, H_LINE, "×")
    yield arrow((150, GATES - 18), (150, 130), (350, 130), (350, H_LINE - 11))
    yield arrow((361, H_LINE), (439, H_LINE), (439, GATES + 18))


def _gru():
    yield 594
    yield _gru_memory() + _gru_layers()
    yield _feed(H_LINE, [(90, MEMORY), (90, H_LINE)], [159, 269])
    yield arrow((269, H_LINE), (314, H_LINE)) + box(336, H_LINE, 44, 28)
    yield symbol(336, H_LINE - 2, "W_{hn}", size=16)
    yield arrow((358, H_LINE), (384, H_LINE)) + _operation(395, H_LINE, "×")
    yield arrow((150, GATES - 18), (150, 130), (395, 130), (395, H_LINE - 11))
    yield arrow((406, H_LINE), (439, H_LINE), (439, GATES + 18))


def _lstm(*, squash=True):
    yield 594
    yield symbol(LEFT - 8, MEMORY, "c_{t-1}", anchor="end")
    yield symbol(LEFT - 8, H_LINE, "h_{t-1}", anchor="end")
    yield _memory([LEFT, 150, 350, 552], "lstm") + symbol(574, MEMORY, "c_t")
    yield _operation(150, MEMORY, "×") + _operation(350, MEMORY, "+")
    yield _input([150, 260, 350], 450)
    yield _feed(H_LINE, [(LEFT, H_LINE)], [159, 269, 359], 459)
    yield _layer(150, "σ", "f") + _layer(260, "σ", "i")
    yield _layer(350, "tanh", "g", CANDIDATE) + _layer(450, "σ", "o")
    yield arrow((150, GATES - 18), (150, MEMORY + 11))
    yield arrow((260, GATES - 18), (260, 120), (339, 120)) + _operation(350, 120, "×")
    yield arrow((350, GATES - 18), (350, 131)) + arrow((350, 109), (350, MEMORY + 11))
    yield arrow((450, GATES - 18), (450, 145), (499, 145)) + _operation(510, 145, "×")
    yield dot(510, MEMORY) + arrow((510, MEMORY), (510, 78 if squash else 134))
    if squash:
        yield box(510, 90, 42, 24, fill=0) + label(510, 90, "tanh", size=14)
        yield arrow((510, 102), (510, 134))
    yield arrow((510, 156), (510, H_LINE), (552, H_LINE)) + symbol(574, H_LINE, "h_t")


def _peephole_lstm():
    yield from _lstm()
    look = {"color": LIT, "dash": "4 3"}
    yield dot(100, MEMORY, LIT) + dot(100, 140, LIT)
    yield arrow((100, MEMORY), (100, GATES), (127, GATES), **look)
    yield arrow((100, 140), (215, 140), (215, GATES), (237, GATES), **look)
    yield dot(405, MEMORY, LIT)
    yield arrow((405, MEMORY), (405, GATES), (427, GATES), **look)


def _gru_memory():
    """State of a GRU on its way: what z keeps, and what it lets in of n."""
    parts = [
        symbol(LEFT - 8, MEMORY, "h_{t-1}", anchor="end"),
        _memory([LEFT, 260, 430, 550], "gru") + symbol(572, MEMORY, "h_t"),
        dot(90, MEMORY) + dot(260, 100),
        _operation(260, MEMORY, "×") + _operation(430, MEMORY, "+"),
        arrow((260, GATES - 18), (260, MEMORY + 11)),
        arrow((260, 100), (330, 100)) + _operation(345, 100, "1−", radius=15),
        arrow((360, 100), (419, 100)) + _operation(430, 100, "×"),
        arrow((430, GATES - 18), (430, 111)) + arrow((430, 89), (430, MEMORY + 11)),
    ]
    return "".join(parts)


def _gru_layers():
    layers = _layer(150, "σ", "r") + _layer(260, "σ", "z")
    return layers + _layer(430, "tanh", "n", CANDIDATE) + _input([150, 260], 430)


def _layer(x, function, name, color=GATE):
    """One block of weights with its activation, and the gate's name beside its wire."""
    block = box(x, GATES, 46, 36, color, fill=0.22) + label(x, GATES, function)
    return block + symbol(x + 9, GATES - 33, name, anchor="start")


def _operation(x, y, text, radius=11):
    return circle(x, y, radius) + label(x, y, text, size=13 if len(text) > 1 else 17)


def _memory(places, model, start=None):
    """Line of the memory from place to place, stopping at each operation."""
    color, last = COLORS[model], len(places) - 2
    parts = []
    for n, (a, b) in enumerate(pairwise(places)):
        a, b = a + 11 * (n > 0), b - 11 * (n < last)
        points = [start, (a, MEMORY)] if start else [(a, MEMORY)]
        parts.append(arrow(*points, (b, MEMORY), color=color, width=3))
    return "".join(parts)


def _input(places, last):
    """The input, led to the left foot of each layer."""
    feet = [x - 9 for x in places]
    name = symbol(LEFT - 8, X_LINE, "x_t", anchor="end")
    return name + _feed(X_LINE, [(LEFT, X_LINE)], feet, last - 9)


def _feed(height, trunk, feet, last=None):
    """Line that sends a branch up at each foot and ends in the last of them."""
    foot = GATES + 18
    end = [(last, height), (last, foot)] if last else [(feet[-1], height)]
    branches = [dot(x, height, INK) + arrow((x, height), (x, foot)) for x in feet]
    return arrow(*trunk, *end, head=bool(last)) + "".join(branches)


CELLS = {
    "rnn": _rnn,
    "simplified_gru": _simplified_gru,
    "gru": _gru,
    "gru_reset_before": _gru_reset_before,
    "lstm": _lstm,
    "peephole_lstm": _peephole_lstm,
    "lstm_without_output_tanh": lambda: _lstm(squash=False),
}
