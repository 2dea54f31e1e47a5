"""The memory of an LSTM as a conveyor through its cells, drawn with its numbers."""

from itertools import accumulate
from operator import mul

from rnnlm_lib.draw_kit import INK, LIT, arrow, box, circle, label, symbol
from rnnlm_lib.picture import COLORS, Picture, document

WIDE, BELT, H_LINE, WORD = 104, 60, 124, 196


def conveyor(words, keep, write, *, start=1.0, back=False, alt="", caption=None):
    """Draw chained LSTM cells; the belt is as thick as what is left of c_0 on it.

    Parameters
    ----------
    words : sequence of str
        What the cells read, below them.
    keep : sequence of float
        Forget gate of one unit at each step, 1 keeps.
    write : sequence of float
        What is put on the belt at each step: input gate times candidate.
    start : float
        The memory c_0.
    back : bool
        Draw what arrives of a gradient of 1, along the belt, on its way back.
    alt, caption : str
        As in every diagram.

    Returns
    -------
    Picture
    """
    left = [1.0, *accumulate(keep, mul)]
    memory, parts = start, []
    for n, (word, f, new) in enumerate(zip(words, keep, write, strict=True)):
        x = 128 + WIDE * n
        parts.append(_piece((x - WIDE + 33 if n else 44, x - 33), left[n]))
        memory = f * memory + new
        parts.append(_cell(x, f, new))
        parts.append(arrow((x - 62 if n else 44, H_LINE), (x - 42, H_LINE)))
        parts.append(arrow((x, WORD - 14), (x, 146)) + label(x, WORD, word))
        if not back:
            parts.append(label(x + 52, BELT - 26, _number(memory), size=14))
    end = 128 + WIDE * len(words)
    parts.append(_piece((end - WIDE + 33, end - 40), left[-1]))
    parts.append(arrow((end - 62, H_LINE), (end - 40, H_LINE)))
    parts += [symbol(26, BELT, "c_0"), symbol(26, H_LINE, "h_0")]
    parts.append(symbol(end - 22, BELT, f"c_{len(words)}"))
    parts.append(symbol(end - 22, H_LINE, f"h_{len(words)}"))
    parts.append(_way_back(keep) if back else label(26, BELT - 26, _number(start)))
    size = end + 6, WORD + 16
    return Picture(document("".join(parts), *size), alt=alt, caption=caption)


def _cell(x, keep, new):
    """One cell: the belt passes a × and a +, with their numbers below."""
    marks = box(x, 98, 84, 96, INK, fill=0.04)
    for at, sign, value in ((x - 22, "×", keep), (x + 22, "+", new)):
        marks += circle(at, BELT, 10) + label(at, BELT, sign, size=16)
        marks += arrow((at, 94), (at, BELT + 11))
        marks += label(at, 104, _number(value), size=13)
    return marks + _piece((x - 11, x + 11), 0.3, head=False)


def _piece(ends, share, *, head=True):
    """A stretch of the belt, from nearly nothing to eight pixels thick."""
    width = round(0.8 + 5.2 * min(abs(share), 1.0), 1)
    line = (ends[0], BELT), (ends[1], BELT)
    return arrow(*line, color=COLORS["lstm"], width=width, head=head)


def _way_back(keep):
    """Arrows above the belt, from the last memory to the first."""
    shares, marks = [1.0, *accumulate(reversed(keep), mul)], ""
    for n, share in enumerate(reversed(shares)):
        x = 66 + WIDE * n
        width = round(0.8 + 5.2 * min(abs(share), 1.0), 1)
        marks += label(x, 14, _number(share), size=14, color=LIT)
        if n:
            marks += arrow((x - 20, 30), (x - WIDE + 20, 30), color=LIT, width=width)
    return marks


def _number(value):
    return f"{value:.2f}".replace("-", "−")
