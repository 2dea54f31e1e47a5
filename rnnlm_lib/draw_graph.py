"""Diagrams of gradients on their way: a graph of operations, a loss walking back."""

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
from rnnlm_lib.picture import Picture, document

COLUMN, ROW = 98, 104  # distance of the places of a graph
TALL = 54  # height of the highest bar of a trace
CHAIN = 148  # height of its states
START = {"anchor": "start", "size": 14}


def graph(nodes, wires, *, now=(), alt="", caption=None):
    """Draw a graph of operations with the value, and maybe the gradient, of each node.

    Parameters
    ----------
    nodes : dict of name to (column, row, value, gradient)
        Value and gradient as written, the gradient None where it is not known yet.
    wires : sequence of (name, name)
        From a node to one that uses it.
    now : sequence of (name, name)
        Wires along which a gradient is going back.
    """
    places = {name: _place(*node[:2]) for name, node in nodes.items()}
    parts = [_wire(places[a], places[b], (a, b) in now) for a, b in wires]
    parts += [_node(*places[name], name, *node[2:]) for name, node in nodes.items()]
    corner = [max(place[axis] for place in places.values()) for axis in (0, 1)]
    size = corner[0] + COLUMN / 2, corner[1] + ROW / 2
    return Picture(document("".join(parts), *size), alt=alt, caption=caption)


def _place(column, row):
    return COLUMN / 2 + COLUMN * column, ROW / 2 + ROW * row


def _node(x, y, name, value, gradient):
    """Box with the node's name and value, and its gradient once it is known."""
    known = gradient is not None
    marks = box(x, y, 76, 66, LIT if known else INK, fill=0.12 if known else 0.04)
    marks += symbol(x, y - 20, name)
    marks += label(x, y + 1, value.replace("-", "−"), size=14)
    if known:
        marks += label(x, y + 20, gradient.replace("-", "−"), size=14, color=LIT)
    return marks


def _wire(start, end, going_back):
    """Wire between two boxes; the way of the gradient is coloured and turned round."""
    (x0, y0), (x1, y1) = start, end
    dx = 0 if y0 != y1 else 38 if x1 > x0 else -38
    dy = 0 if y0 == y1 else 33 if y1 > y0 else -33
    ends = (x0 + dx, y0 + dy), (x1 - dx, y1 - dy)
    if going_back:
        return arrow(*ends[::-1], color=LIT, width=2.6)
    return faded(arrow(*ends), 0.6)


def trace(words, carried, terms, *, window=None, note="", alt="", caption=None):
    """Draw one loss on its way back: what arrives at each step, what each step adds.

    Filled bars are kept by truncation, dashed ones dropped.

    Parameters
    ----------
    words : sequence of str
        What each step reads; the last ones may come after the loss.
    carried : sequence of float
        Size of the gradient at the state after each step, up to the step of the loss.
    terms : sequence of float
        Size of what each step adds to the gradient of the weights.
    window : int, optional
        Length of the windows at whose borders truncation cuts the way back.
    note : str
        Written below the words.
    """
    step, last = pitch(words), len(carried) - 1
    kept = 0 if window is None else last // window * window
    parts = [
        label(10, 14, "arrives at the state", **START),
        label(10, 196, "is added to the gradient of the weights", **START),
    ]
    for n, word in enumerate(words):
        x = 40 + n * step
        marks = box(x, CHAIN, 44, 44, STATE) + symbol(x, CHAIN - 2, f"h_{n + 1}")
        marks += arrow((x - step + 22, CHAIN - 8), (x - 22, CHAIN - 8)) if n else ""
        marks += text(x, 318, word)
        parts.append(marks if n <= last else faded(marks))
        if n <= last:
            parts.append(_bar(x - 8, 114, carried[n], max(carried), kept=n >= kept))
            parts.append(_bar(x, 296, terms[n], max(terms), kept=n >= kept))
        if kept < n <= last:
            back = (x - 22, CHAIN + 10), (x - step + 22, CHAIN + 10)
            parts.append(arrow(*back, color=LIT, width=2.4))
        if window and n and n % window == 0:
            parts += [_cut(x - step / 2, *part) for part in ((30, 180), (212, 304))]
    parts.append(_loss(40 + last * step, f"L_{last + 1}"))
    parts.append(label(10, 352, note, **START) if note else "")
    size = 40 + step * (len(words) - 0.5), 366 if note else 334
    return Picture(document("".join(parts), *size), alt=alt, caption=caption)


def _loss(x, name):
    """A loss above its state, and the gradient that leaves it."""
    marks = arrow((x + 16, 38), (x + 16, CHAIN - 22), color=LIT, width=2.4)
    return marks + box(x + 16, 20, 36, 32, OUTPUT) + symbol(x + 16, 18, name)


def _cut(x, high, low):
    """Border of a window, over some height."""
    return arrow((x, high), (x, low), dash="5 4", head=False)


def _bar(x, foot, value, largest, *, kept):
    """Bar on the height `foot`, filled if kept, with its value on top."""
    high = max(TALL * value / largest, 1) if largest else 1
    fill, dash = (0.75, "") if kept else (0, "3 3")
    marks = box(x, foot - high / 2, 22, high, LIT, fill=fill, dash=dash)
    return marks + label(x, foot - high - 10, f"{value:.2g}", size=13)
