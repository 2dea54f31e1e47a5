"""Diagrams of networks with several chains: two directions, layers, time backwards."""

from rnnlm_lib.draw_kit import (
    CANDIDATE,
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


def two_directions(words, outputs=None, *, alt="", caption=None):
    """Draw a bidirectional network: one chain reads forward, one backward.

    Parameters
    ----------
    words, outputs : sequence of str
        Below and above the boxes; "" is no output.
    """
    step = max(96, pitch([*words, *(outputs or [])]))
    parts = [
        label(10, 190, "forward", anchor="start"),
        label(10, 120, "backward", anchor="start"),
    ]
    for n, word in enumerate(words):
        x = 86 + step / 2 + n * step
        parts.append(_two_ways(x) + text(x, 270, word))
        if n + 1 < len(words):
            parts.append(arrow((x + 2, 190), (x - 32 + step, 190)))
            parts.append(arrow((x - 2 + step, 120), (x + 32, 120)))
        if outputs and outputs[n]:
            parts.append(arrow((x, 40), (x, 26)) + text(x, 14, outputs[n]))
    size = 90 + step * len(words), 290
    return Picture(document("".join(parts), *size), alt=alt, caption=caption)


def _two_ways(x):
    """Column of one word: its two states, joined on top."""
    left, right = x - 15, x + 15
    marks = box(left, 190, 34, 34, STATE) + box(right, 120, 34, 34, CANDIDATE)
    marks += arrow((left, 254), (left, 207)) + arrow((left, 173), (left, 72))
    marks += arrow((right, 254), (right, 137)) + arrow((right, 103), (right, 72))
    return marks + box(left, 56, 30, 32, STATE) + box(right, 56, 30, 32, CANDIDATE)


def stack(layers, steps, *, between=None, alt="", caption=None):
    """Draw a deep network: layers upwards, time steps to the right.

    Parameters
    ----------
    layers, steps : int
    between : str, optional
        Activation in an extra layer between two recurrent ones, such as "tanh".
    """
    rise = 112 if between else 80
    bottom = 66 + rise * (layers - 1)
    parts = []
    for layer in range(layers):
        y = bottom - layer * rise
        parts.append(label(10, y, f"layer {layer + 1}", anchor="start"))
        for n in range(steps):
            x = 120 + 84 * n
            parts.append(arrow((x - 62 if n else x - 44, y), (x - 22, y)))
            parts.append(box(x, y, 44, 44, STATE))
            if layer:
                parts.append(_rise(x, y + rise - 22, y + 22, between))
    for n in range(steps):
        x = 120 + 84 * n
        parts.append(symbol(x, bottom + 76, f"x_{n + 1}") + symbol(x, 12, f"ŷ_{n + 1}"))
        parts.append(
            arrow((x, bottom + 60), (x, bottom + 22)) + arrow((x, 44), (x, 28))
        )
    size = 160 + 84 * (steps - 1), bottom + 94
    return Picture(document("".join(parts), *size), alt=alt, caption=caption)


def _rise(x, low, high, between):
    """Way from one layer up to the next, through an activation if there is one."""
    if not between:
        return arrow((x, low), (x, high))
    middle = (low + high) / 2
    marks = box(x, middle, 44, 26, CANDIDATE) + label(x, middle, between, size=14)
    return (
        arrow((x, low), (x, middle + 13)) + marks + arrow((x, middle - 13), (x, high))
    )


def bptt(steps, *, loss_at=None, window=None, alt="", caption=None):
    """Draw backpropagation through time: a loss, and its gradient's way back.

    Parameters
    ----------
    steps : int
    loss_at : int, optional
        The only step, counted from 1, that has a loss; all have one if left out.
    window : int, optional
        Steps after which truncation cuts the way back.
    """
    parts = [symbol(14, 130, "h_0")]
    for n in range(1, steps + 1):
        x, lossy = 88 * n, loss_at in (None, n)
        parts.append(arrow((x - 66 if n > 1 else 28, 130), (x - 22, 130)))
        parts.append(box(x, 130, 44, 44, STATE) + symbol(x, 128, f"h_{n}"))
        parts.append(arrow((x, 196), (x, 152)) + symbol(x, 212, f"x_{n}"))
        loss = arrow((x - 6, 108), (x - 6, 58)) + box(x, 40, 36, 36, OUTPUT)
        loss += symbol(x, 38, f"L_{n}")
        loss += arrow((x + 6, 58), (x + 6, 108), color=LIT, width=2) if lossy else ""
        parts.append(loss if lossy else faded(loss))
        if n > 1 and n <= (loss_at or steps):
            parts.append(_way_back(x, 1 if window is None else (n - 1) % window))
    content = "".join(parts)
    return Picture(document(content, 88 * steps + 50, 230), alt=alt, caption=caption)


def _way_back(x, room):
    """Gradient on its way to the step before, or the cut that stops it."""
    if room:
        return arrow((x - 22, 142), (x - 66, 142), color=LIT, width=2)
    return arrow(
        (x - 44, 104), (x - 44, 156), color=LIT, width=2, dash="5 4", head=False
    )
