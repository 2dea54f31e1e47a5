"""Pictures of the book: inline SVG with the page's text colour, font and width."""

import hashlib
import re
from html import escape

COLORS = {  # Okabe and Ito's, at a lightness that is legible on white and on black
    "ngram": "black",  # ink: the page's text colour, once shown
    "rnn": "#2180c0",
    "gru": "#c78500",
    "lstm": "#009e73",
    "vermillion": "#d55e00",
    "purple": "#c8709f",
    "sky": "#1b9dbf",
    "yellow": "#a39400",
    "grey": "#848484",
}
# The host's text colour by the name it gives it: book, JupyterLab, VS Code, Colab.
INK = (
    "var(--pst-color-text-base,var(--jp-content-font-color1,"
    "var(--vscode-foreground,var(--colab-primary-text-color,inherit))))"
)
SMALLEST = 0.6  # below this part of its width a figure scrolls: its text stays legible
SYMBOL = re.compile(r"(?<!\w)([A-Za-zΑ-ω])_(\w{1,2})(?!\w)")


class Picture:
    """An SVG with the sentence that replaces it for a reader who cannot see it.

    It displays as a figure in a notebook; `str` gives the SVG alone.

    Parameters
    ----------
    svg : str
        SVG whose ink is `currentColor`, as `plot` and `draw` make it.
    alt : str
        What the picture shows, in words.
    caption : str, optional
        Sentence below the picture.

    Raises
    ------
    ValueError
        If `alt` is empty.
    """

    def __init__(self, svg, *, alt, caption=None):
        self.svg = svg
        self.alt = require_alt(alt)
        self.caption = caption

    def __str__(self):
        return describe(self.svg, self.alt)

    def __repr__(self):
        return f"Picture: {self.alt}"

    def _repr_html_(self):
        (svg,) = seal([str(self)])
        return figure_html("rnnlm-fig", svg, self.caption)


def require_alt(alt):
    """Return `alt`, or say why a figure cannot do without it."""
    if not alt or not alt.strip():
        raise ValueError(
            "a figure needs alt text: pass alt='what it shows, in one sentence'"
        )
    return alt


def figure_html(kind, picture, caption=None, *, controls=""):
    """HTML figure of a class: a picture that may scroll, its controls, its caption."""
    caption = f"<figcaption>{prose(caption)}</figcaption>" if caption else ""
    return (
        f'<figure class="{kind}" style="margin:1em 0;color:{INK}">'
        f'<div style="overflow-x:auto" tabindex="0">{picture}</div>'
        f"{controls}{caption}</figure>"
    )


def prose(text):
    """HTML of a sentence, in which W_x is a letter with an index."""
    return SYMBOL.sub(r"<i>\1</i><sub>\2</sub>", escape(text))


def describe(svg, alt):
    """Give the root of an SVG its role and its alt text."""
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)


def document(content, width, height, *, scale=1.0):
    """Wrap drawing commands in an SVG root of the given size.

    Parameters
    ----------
    content : str
        SVG elements; ink that they do not name follows the text of the page.
    width, height : float
        Size in units of the drawing.
    scale : float
        CSS pixels per unit.
    """
    w, h = round(width * scale), round(height * scale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" '
        f'viewBox="0 0 {short(width)} {short(height)}" fill="currentColor" '
        f'stroke-linejoin="round" style="max-width:100%;height:auto;'
        f'min-width:{round(w * SMALLEST)}px">{content}</svg>'
    )


def seal(svgs):
    """Prefix the ids of pictures that replace each other by a hash of them all.

    Same pictures, same ids; different pictures on one page never share one.
    """
    tag = hashlib.sha256("".join(svgs).encode()).hexdigest()[:8]
    pattern = re.compile(r'((?: id="| href="#|url\(#))')
    return [pattern.sub(rf"\g<1>f{tag}-", svg) for svg in svgs]


def short(number, digits=2):
    """Write a number with at most `digits` decimals and no trailing zeros."""
    return f"{round(float(number), digits) + 0.0:.{digits}f}".rstrip("0").rstrip(".")
