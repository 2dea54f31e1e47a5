"""Formulas of the book: MathML at build time, numbers with anchors, one small font.

`$$ ... \\tag{1.1} $$` gets its number at the right and the anchor `eq-1-1`, so that
the plain Markdown link `[(1.1)](#eq-1-1)` works on the page. A formula that cannot be
read is a warning with its file and line, which fails the build.
"""

import hashlib
import html
import io
import re
from importlib.resources import files
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from mathml import MathError, mathml

TAG = re.compile(r"\s*\\tag\{([^{}]+)\}")
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
ANNOTATION = re.compile(r"<annotation\b.*?</annotation>", re.DOTALL)
FONT = "maths.woff2"
FEATURES = ["ssty", "dtls", "flac"]  # scripts, and letters under accents
# A browser sets a single letter in italics by another code point, and draws roots,
# accents, primes and stretched delimiters that are not in the text.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
GREEK = "αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ"
ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "√‾_^~¯ˉ→⏞⏟‖′″ℎı" + "\u0302\u0303\u0304"
log = logging.getLogger(__name__)


def anchor(number: str) -> str:
    """Return the anchor of an equation's number: "eq-1-1" for "1.1"."""
    return "eq-" + re.sub(r"[^0-9a-z]+", "-", number.lower())


class NumberEquations(SphinxTransform):
    """Take `\\tag` out of a formula and make it a target."""

    default_priority = 400  # before MyST resolves links within the page

    def apply(self, **kwargs):
        """Find the tags of this page."""
        slugs = self.env.metadata[self.env.docname].setdefault("myst_slugs", {})
        for block in self.document.findall(nodes.math_block):
            tags = TAG.findall(block.astext())
            if not tags:
                continue
            if len(tags) > 1:
                log.warning("two numbers in one formula", location=block, type="maths")
            tex = TAG.sub("", block.astext())
            block["tag"] = tags[0]
            block[:] = [nodes.Text(tex)]
            block["names"].append(anchor(tags[0]))
            self.document.note_explicit_target(block)
            slugs[anchor(tags[0])] = (
                block.line,
                anchor(tags[0]),
                f"({tags[0]})",
            )


def render(translator, node, *, display: bool) -> str:
    """Return a formula's MathML, or its TeX and a warning."""
    try:
        return mathml(node.astext().strip(), display=display)
    except MathError as error:
        log.warning("%s", error, location=node, type="maths")
        return html.escape(node.astext())


def visit_inline(translator, node):
    """Write a formula inside a line."""
    translator.body.append(
        f'<span class="maths">{render(translator, node, display=False)}</span>'
    )
    raise nodes.SkipNode


def visit_block(translator, node):
    """Write a formula on its own, with its number at the right."""
    number = node.get("tag")
    formula = render(translator, node, display=True)
    identity = f' id="{anchor(number)}"' if number else ""
    link = f'<a class="eqno" href="#{anchor(number)}">({number})</a>' if number else ""
    translator.body.append(
        f'<div class="math-block"{identity}><div class="math-scroll">{formula}</div>'
        f"{link}</div>\n"
    )
    raise nodes.SkipNode


def font_for(characters: str) -> bytes:
    """Return STIX Two Math cut down to these characters, its MATH table kept."""
    options = subset.Options(
        flavor="woff2",
        hinting=False,  # a quarter of the file, for screens of the past
        layout_features=FEATURES,
        name_IDs=["*"],
        notdef_outline=True,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    source = files("ziamath").joinpath("fonts", "STIXTwoMath-Regular.ttf")
    font = TTFont(io.BytesIO(source.read_bytes()))
    subsetter.subset(font)
    font.flavor = "woff2"
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()


def italic(character: str) -> str:
    """Return the code point at which a browser looks for a single letter."""
    if character in LETTERS:
        return chr(0x1D434 + LETTERS.index(character))
    if character in GREEK:
        return chr(0x1D6FC + GREEK.index(character))
    if "Α" <= character <= "Ω":
        return chr(0x1D6E2 + ord(character) - ord("Α"))
    return character


def write_font(app, error):
    """Write the font for the characters that the built pages' formulas use."""
    if error or app.builder.format != "html":
        return
    used = set(ALWAYS)
    for page in Path(app.outdir).rglob("*.html"):
        for formula in FORMULA.findall(page.read_text("utf-8")):
            used |= set(
                html.unescape(re.sub(r"<[^>]*>", "", ANNOTATION.sub("", formula)))
            )
    used |= {italic(c) for c in used}
    characters = "".join(sorted(used))
    digest = hashlib.sha256(f"{FEATURES} {characters}".encode()).hexdigest()[:16]
    cached = Path(app.doctreedir) / f"maths-{digest}.woff2"
    if not cached.exists():
        cached.write_bytes(font_for(characters))
    (Path(app.outdir) / "_static" / FONT).write_bytes(cached.read_bytes())


def setup(app):
    """Register with Sphinx."""
    app.add_transform(NumberEquations)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
