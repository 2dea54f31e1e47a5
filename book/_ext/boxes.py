"""Make boxes of block quotes with a bold lead.

> **Note.** text                          a box; any bold lead with a full stop is one
> **You will** ... **You need** ...       the box at the top of a chapter
> **Lecture says / we measure.** ...      two halves, split at "Measured:", and a
                                          verdict from a closing ✓, ✗ or ≈
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

from elements import div

LEAD = re.compile(r"(.+)[.:]$")
MEASURED = re.compile(r"\bMeasured\b[:,]?\s*")
VERDICT = re.compile(r"(?:^|(?<=[.!?)]))\s*([✓✗≈])(?=\s|$)\s*")
VERDICTS = {
    "✓": ("holds", "It holds"),
    "✗": ("fails", "It does not hold"),
    "≈": ("partly", "In part"),
}
GOALS = ("You will", "You need", "Runs in")
LECTURE = "Lecture says / we measure"


def box_title(text: str, *more):
    """Return the title line of a box."""
    return nodes.paragraph("", "", nodes.Text(text), *more, classes=["box-title"])


def split(paragraph, pattern):
    """Split a paragraph where a text in it matches.

    Returns the part before, the match and the part after; or None.
    """
    for i, child in enumerate(paragraph.children):
        match = isinstance(child, nodes.Text) and pattern.search(child)
        if not match:
            continue
        before, after = child[: match.start()].rstrip(), child[match.end() :]
        first = [
            *paragraph.children[:i],
            *([nodes.Text(before)] if before else []),
        ]
        second = [
            *([nodes.Text(after)] if after else []),
            *paragraph.children[i + 1 :],
        ]
        return first, match, second
    return None


def divide(paragraphs, pattern):
    """Divide a list of paragraphs at the first match in any of them."""
    for i, paragraph in enumerate(paragraphs):
        parts = isinstance(paragraph, nodes.paragraph) and split(paragraph, pattern)
        if parts:
            first, match, second = parts
            head = [nodes.paragraph("", "", *first)] if first else []
            tail = [nodes.paragraph("", "", *second)] if second else []
            return (
                [*paragraphs[:i], *head],
                match,
                [*tail, *paragraphs[i + 1 :]],
            )
    return paragraphs, None, []


def capitalise(paragraphs):
    """Begin the text with a capital letter."""
    first = next(iter(paragraphs), None)
    if first and isinstance(first[0], nodes.Text):
        first[0] = nodes.Text(first[0][:1].upper() + first[0][1:])


def lecture_box(paragraphs):
    """Set what the lecture says beside what was measured, with the verdict."""
    says, _, rest = divide(paragraphs, MEASURED)
    measured, match, remark = divide(rest, VERDICT)
    capitalise(measured)
    kind, stamp = "open", []
    if match:
        kind, words = VERDICTS[match[1]]
        sign = nodes.inline("", match[1], classes=["sign"])
        words = nodes.Text(f" {words}")
        stamp = [nodes.inline("", "", sign, words, classes=["verdict"])]
    halves = [div(box_title("Lecture says"), *says, classes=["says"])]
    if measured or stamp:
        title = box_title("We measure", *stamp)
        halves.append(div(title, *measured, classes=["measured"]))
    if remark:
        halves.append(div(*remark, classes=["remark"]))
    classes = ["box", "lecture", f"verdict-{kind}"]
    return div(*halves, classes=classes, role="note", **{"aria-label": LECTURE})


def goals_box(paragraphs):
    """Lay out "You will", "You need", "Runs in" as rows."""
    rows = []
    for paragraph in paragraphs:
        for child in paragraph.children:
            label = (
                child.astext().strip(" .:") if isinstance(child, nodes.strong) else ""
            )
            if label in GOALS:
                rows.append((label, []))
            elif rows:
                rows[-1][1].append(child)
    body = []
    for label, children in rows:
        if children and isinstance(children[0], nodes.Text):
            children[0] = nodes.Text(children[0].lstrip(" :.—–-\n"))
        text = nodes.paragraph("", "", *children)
        body += [div(nodes.Text(label), tag="dt"), div(text, tag="dd")]
    return div(*body, tag="dl", classes=["goals"])


def plain_box(title, paragraphs):
    """Return a box with a title; its class is made from the title."""
    kind = re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
    content = [box_title(title), *paragraphs]
    return div(*content, classes=["box", kind], role="note", **{"aria-label": title})


class DressBoxes(SphinxTransform):
    """Turn block quotes with a bold lead into boxes."""

    default_priority = 410

    def apply(self, **kwargs):
        """Find the block quotes of this page."""
        for quote in list(self.document.findall(nodes.block_quote)):
            first = quote[0] if len(quote) else None
            if not isinstance(first, nodes.paragraph):
                continue
            while first.children and not first[0].astext():
                del first[0]  # Markdown-it leaves an empty text before a bold lead
            if first.children and isinstance(first[0], nodes.strong):
                self.dress(quote, first, first[0].astext().strip())

    def dress(self, quote, first, lead):
        """Replace one block quote, if its lead is a title."""
        if lead.rstrip(".:") in GOALS:
            quote.replace_self(goals_box(quote.children))
            return
        title = LEAD.match(lead)
        if not title:
            return
        del first[0]
        if first.children and isinstance(first[0], nodes.Text):
            first[0] = nodes.Text(first[0].lstrip())
        content = quote.children if first.astext().strip() else quote.children[1:]
        if title[1].lower() == LECTURE.lower():
            quote.replace_self(lecture_box(content))
        else:
            quote.replace_self(plain_box(title[1], content))


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("elements")
    app.add_transform(DressBoxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
