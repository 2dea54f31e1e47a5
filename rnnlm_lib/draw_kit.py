"""The few marks that every network diagram of the book is made of.

Places are in CSS pixels, y downwards. Ink is `currentColor`; a colour fills softly
under ink, so that the same drawing reads on white and on black.
"""

import re
from html import escape
from math import atan2, cos, sin

from rnnlm_lib.picture import COLORS, short

INK = "currentColor"
STATE = COLORS["rnn"]  # what the network remembers
GATE = COLORS["sky"]  # a sigmoid: between 0 and 1
CANDIDATE = COLORS["purple"]  # a tanh: between -1 and 1
LIT = COLORS["vermillion"]  # what a figure points at
OUTPUT = COLORS["grey"]
MATHS = "STIX Two Text,Times New Roman,Times,serif"


def box(x, y, width, height, color=INK, *, fill=0.18, dash=""):
    """Rounded box around the centre (x, y)."""
    return (
        f'<rect x="{short(x - width / 2)}" y="{short(y - height / 2)}" '
        f'width="{short(width)}" height="{short(height)}" rx="6" fill="{color}" '
        f'fill-opacity="{fill}" stroke="{color}" stroke-width="1.6"{_dashes(dash)}/>'
    )


def circle(x, y, radius=11, color=INK, *, fill=0.0):
    """Circle around (x, y): an operation on single numbers."""
    return (
        f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}" fill="{color}" '
        f'fill-opacity="{fill}" stroke="{color}" stroke-width="1.4"/>'
    )


def dot(x, y, color=INK):
    """Point where a wire forks."""
    return f'<circle cx="{short(x)}" cy="{short(y)}" r="3" fill="{color}"/>'


def arrow(*points, color=INK, width=1.5, dash="", head=True):
    """Wire through points, with rounded corners and an arrow head at its end."""
    (x0, y0), (x1, y1) = points[-2:]
    angle, size = atan2(y1 - y0, x1 - x0), 5 + 1.6 * width
    tips = [
        (x1 + size * cos(angle + turn), y1 + size * sin(angle + turn))
        for turn in (2.7, -2.7)
    ]
    stop = (x1 - 0.6 * size * cos(angle), y1 - 0.6 * size * sin(angle))
    path = _path([*points[:-1], stop if head else points[-1]])
    wire = (
        f'<path d="{path}" fill="none" stroke="{color}" '
        f'stroke-width="{width}"{_dashes(dash)}/>'
    )
    corners = " ".join(f"{short(x)},{short(y)}" for x, y in [(x1, y1), *tips])
    return wire + (f'<polygon points="{corners}" fill="{color}"/>' if head else "")


def label(x, y, text, *, size=15, color=INK, anchor="middle", bold=False):
    """Words centred on the height y."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{short(x)}" y="{short(y + 0.35 * size)}" font-size="{size}" '
        f'fill="{color}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'
    )


def symbol(x, y, text, *, size=18, color=INK, anchor="middle"):
    """Mathematical symbol such as `W_x`, `h_{t-1}` or `h_t^{(2)}`."""
    pieces = re.split(r"([_^])(\{[^}]*\}|.)", text)
    spans, level = [_letters(pieces[0])], 0.0
    for mark, script, base in zip(*(pieces[k::3] for k in (1, 2, 3)), strict=True):
        shift = {"_": 0.22, "^": -0.36}[mark] * size
        small = f'font-size="{short(0.7 * size, 1)}"'
        inner = _letters(script.strip("{}").replace("-", "−"))
        spans.append(f'<tspan dy="{short(shift - level)}" {small}>{inner}</tspan>')
        level = shift
        if base:
            spans.append(f'<tspan dy="{short(-level)}">{_letters(base)}</tspan>')
            level = 0.0
    return (
        f'<text x="{short(x)}" y="{short(y + 0.3 * size)}" font-size="{size}" '
        f'font-family="{MATHS}" fill="{color}" text-anchor="{anchor}">'
        f"{''.join(spans)}</text>"
    )


def text(x, y, words, **look):
    """Mathematics if it looks like "x_1" or "ŷ_{t}", words otherwise."""
    maths = re.fullmatch(r"[a-zA-Zŷ]_(\w|\{.+\})", words)
    return (symbol if maths else label)(x, y, words, **look)


def pitch(words):
    """Distance between neighbours at which the longest of the words has room."""
    return max(80, 9 * max(map(len, words)) + 14)


def faded(content, opacity=0.25):
    """Marks that are not there yet."""
    return f'<g opacity="{opacity}">{content}</g>' if content else ""


def _letters(text):
    """Letters slanted, the rest upright."""
    slanted = '<tspan font-style="italic">\\1</tspan>'
    return re.sub(r"([A-Za-zŷ]+)", slanted, escape(text))


def _dashes(dash):
    return f' stroke-dasharray="{dash}"' if dash else ""


def _path(points, radius=8):
    """Path along points; each corner is rounded as far as its sides are long."""
    path = f"M{short(points[0][0])} {short(points[0][1])}"
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(b, a, radius), _towards(b, c, radius)
        path += f"L{near}Q{short(b[0])} {short(b[1])} {far}"
    return path + f"L{short(points[-1][0])} {short(points[-1][1])}"


def _towards(start, goal, distance):
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    part = min(distance / (abs(dx) + abs(dy) or 1), 0.5)
    return f"{short(start[0] + part * dx)} {short(start[1] + part * dy)}"
