"""Diagrams of recurrent networks, in one visual language, as SVG that needs no library.

Blue boxes hold what the network remembers, grey ones what it puts out; time runs to
the right and information upwards. Every function takes `alt`, what the diagram shows
for a reader who cannot see it, and an optional `caption`, and returns a `Picture`.
"""

from rnnlm_lib.draw_cells import cell
from rnnlm_lib.draw_chains import bptt, stack, two_directions
from rnnlm_lib.draw_kit import (
    INK,
    LIT,
    OUTPUT,
    STATE,
    arrow,
    box,
    faded,
    label,
    pitch,
    symbol,
    text,
)
from rnnlm_lib.picture import COLORS, Picture, document, short

__all__ = ["bptt", "cell", "folded", "shapes", "stack", "two_directions", "unrolled"]

HUES = [hue for hue in COLORS.values() if hue != "black"]
SIDE = 44  # of a box


def unrolled(
    words,
    outputs=None,
    *,
    highlight=None,
    upto=None,
    arrived=False,
    alt="",
    caption=None,
):
    """Draw a network unrolled over words, one box per step.

    Parameters
    ----------
    words, outputs : sequence of str
        Below and above the boxes; "x_1" is set as mathematics, "" is no output.
    highlight : str, optional
        Weights to point at: "W_x", "W_h" or "W_y".
    upto : int, optional
        Number of steps that have been taken; later ones are faint.
    arrived : bool
        Fill each box with one strip per word whose information has arrived in it.
    """
    if arrived and len(words) > len(HUES):
        raise ValueError(
            f"arrived=True has {len(HUES)} colours for {len(words)} words: use fewer"
        )
    step, top = pitch([*words, *(outputs or [])]), 92 if outputs else 36
    parts = [symbol(16, top, "h_0")]
    for n, word in enumerate(words):
        x = 66 + step / 2 + n * step
        start = 30 if n == 0 else x - step + SIDE / 2
        marks = _weight("W_h", (start, top), (x - SIDE / 2, top), n == 1, highlight)
        marks += _weight("W_x", (x, top + 84), (x, top + 22), n == 0, highlight)
        marks += box(x, top, SIDE, SIDE, STATE) + text(x, top + 102, word)
        if outputs and outputs[n]:
            marks += _weight("W_y", (x, top - 22), (x, 34), n == 0, highlight)
            marks += text(x, 18, outputs[n])
        taken = upto is None or n < upto
        marks += _strips(x, top, n) if arrived and taken else ""
        parts.append(marks if taken else faded(marks))
    size = 70 + step * len(words), top + 124
    return Picture(document("".join(parts), *size), alt=alt, caption=caption)


def folded(*, alt="", caption=None):
    """Draw a network as the loop it is: the dashed arrow takes one time step."""
    parts = [
        box(90, 130, 56, SIDE, STATE) + symbol(90, 128, "h_t"),
        arrow((90, 214), (90, 152)) + symbol(70, 184, "W_x"),
        arrow((90, 108), (90, 42)) + symbol(70, 76, "W_y"),
        symbol(90, 228, "x_t") + symbol(90, 22, "ŷ_t"),
        arrow((118, 130), (190, 130), (190, 180), (104, 180), (104, 152), dash="5 4"),
        symbol(212, 156, "W_h"),
    ]
    return Picture(document("".join(parts), 240, 248), alt=alt, caption=caption)


def shapes(*, alt="", caption=None):
    """Draw the five ways to read and write a sequence."""
    panels = [  # name, left edge, top edge, steps, which of them read, which write
        ("one to one", 30, 0, 1, [0], [0]),
        ("one to many", 132, 0, 3, [0], [0, 1, 2]),
        ("many to one", 298, 0, 3, [0, 1, 2], [2]),
        ("many to many", 30, 196, 3, [0, 1, 2], [0, 1, 2]),
        ("many to many, other length", 218, 196, 5, [0, 1, 2], [3, 4]),
    ]
    content = "".join(_shape(*panel) for panel in panels)
    return Picture(document(content, 440, 376), alt=alt, caption=caption)


def _shape(name, left, top, steps, readers, writers):
    """One panel of `shapes`: small boxes, arrows where it reads and writes."""
    step, side, middle = 38, 26, top + 70
    parts = [label(left - 14, top + 150, name, size=14, anchor="start")]
    for n in range(steps):
        x = left + n * step
        parts.append(box(x, middle, side, side, STATE))
        if n + 1 < steps:
            parts.append(arrow((x + 13, middle), (x + step - 13, middle)))
        if n in readers:
            parts.append(box(x, middle + 50, side, side, INK, fill=0.06))
            parts.append(arrow((x, middle + 37), (x, middle + 13)))
        if n in writers:
            parts.append(box(x, middle - 50, side, side, OUTPUT))
            parts.append(arrow((x, middle - 13), (x, middle - 37)))
    return "".join(parts)


def _weight(name, start, end, named, highlight):
    """Arrow that stands for a product with a matrix, beside its name."""
    lit = name == highlight
    look = {"color": LIT, "width": 2.6} if lit else {}
    marks = arrow(start, end, **look)
    if lit or (named and not highlight):
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        place = (x - 1, y - 16) if start[1] == end[1] else (x + 18, y)
        marks += symbol(*place, name, color=LIT if lit else INK)
    return faded(marks, 0.45) if highlight and not lit else marks


def _strips(x, y, n):
    """Box cut into one strip per word so far, and the word's own colour below it."""
    thick = (SIDE - 6) / (n + 1)
    marks = f'<rect x="{x - 11}" y="{y + 116}" width="22" height="5" fill="{HUES[n]}"/>'
    for k, hue in enumerate(HUES[: n + 1]):
        low = short(y + SIDE / 2 - 3 - (k + 1) * thick)
        marks += (
            f'<rect x="{x - SIDE / 2 + 3}" y="{low}" width="{SIDE - 6}" '
            f'height="{short(thick)}" fill="{hue}"/>'
        )
    return marks
