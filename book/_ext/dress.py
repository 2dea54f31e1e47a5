"""Dress plain Markdown: boxes, exercises, library cells.

> **Note.** text                          a box; any bold lead with a full stop is one
- **[Read](address).** ...               a list of such items becomes cards
> **You will** ... **You need** ...       the box at the top of a chapter
> **Lecture says / we measure.** ...      two halves, split at "Measured:", and a
                                          verdict from a closing ✓, ✗ or ≈
### Exercise 1.2 (check) A title          the section becomes an exercise
a cell tagged `lib:package.function`      gets a link to that function's entry
a long line of code                       is marked, so that a phone can wrap it
"""

import html
import re
from pathlib import Path

from docutils import nodes
from myst_nb.core import render
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from sphinx import addnodes
from sphinx.highlighting import PygmentsBridge
from sphinx.transforms import SphinxTransform

LEAD = re.compile(r"(.+)[.:]$")
CHAPTER = re.compile(r"(\d+)\.?\s+")
EXERCISE = re.compile(r"Exercise (\d+\.\d+) \(([^)]+)\)[:.]?\s*(.*)")
MEASURED = re.compile(r"\bMeasured\b[:,]?\s*")
VERDICT = re.compile(r"(?:^|(?<=[.!?)]))\s*([✓✗≈])(?=\s|$)\s*")
VERDICTS = {
    "✓": ("holds", "It holds"),
    "✗": ("fails", "It does not hold"),
    "≈": ("partly", "In part"),
}
GOALS = ("You will", "You need", "Runs in")
LECTURE = "Lecture says / we measure"
SHORT_LINE = 44  # characters that fit on every phone
INDENTATION = re.compile(r"^((?:<span[^>]*>)*)( +)")


class block(nodes.General, nodes.Element):
    """An HTML element: `tag`, `classes` and `attributes_html`."""


def visit_block(translator, node):
    """Open the element."""
    attributes = node.get("html", {})
    translator.body.append(translator.starttag(node, node["tag"], **attributes))


def depart_block(translator, node):
    """Close the element."""
    translator.body.append(f"</{node['tag']}>\n")


def div(*children, classes=(), tag="div", **html):
    """Return an HTML element with these children."""
    return block("", *children, tag=tag, classes=list(classes), html=html)


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


class DressSections(SphinxTransform):
    """Mark the chapter's number and promise, and its exercises."""

    default_priority = 411

    def apply(self, **kwargs):
        """Find the sections of this page."""
        for depth, section in enumerate(list(self.document.findall(nodes.section))):
            title = section[0]
            exercise = EXERCISE.match(title.astext())
            if depth == 0:
                self.chapter(section, title)
            elif exercise:
                number, kind, name = exercise.groups()
                section["classes"].append("exercise")
                title[:] = [
                    nodes.inline("", f"Exercise {number}", classes=["exercise-number"]),
                    nodes.Text(" "),
                    nodes.inline("", f"({kind})", classes=["exercise-kind"]),
                    nodes.Text(f" {name}"),
                ]

    def chapter(self, section, title):
        """Dress the top of a page."""
        number = CHAPTER.match(title.astext())
        if number and isinstance(title[0], nodes.Text):
            mark = nodes.inline("", number[1], classes=["chapter-number"])
            rest = nodes.Text(" " + title[0][number.end() :])
            title[:1] = [mark, rest]
        if len(section) > 1 and isinstance(section[1], nodes.paragraph):
            section[1]["classes"].append("promise")


class DressDoors(SphinxTransform):
    """Show a list as cards if every item begins with a bold link."""

    default_priority = 412

    def apply(self, **kwargs):
        """Find the lists of this page."""
        for items in self.document.findall(nodes.bullet_list):
            if all(map(self.is_door, items)):
                items["classes"].append("doors")
                if self.document.settings.env.docname == self.config.root_doc:
                    items.parent["classes"].append("landing")

    def is_door(self, item):
        """Whether a list item begins with a bold link."""
        first = next((n for n in item.findall(nodes.paragraph) if n.astext()), None)
        lead = [n for n in first.children if n.astext()] if first else []
        return bool(lead) and isinstance(lead[0], nodes.strong) and has_link(lead[0])


def has_link(node):
    """Whether there is a link in a node."""
    return any(node.findall(nodes.reference)) or any(
        node.findall(addnodes.pending_xref)
    )


class MarkLongLines(HtmlFormatter):
    """Code in which a long line is an element that knows its indentation.

    Where it is too narrow, the style sheet goes on below, two columns further in. The
    indentation is set apart, or a line could break before its first word.
    """

    def _format_lines(self, tokensource):
        for is_line, line in super()._format_lines(tokensource):
            text = re.sub(r"<[^>]*>", "", line).rstrip("\n")
            if is_line and len(html.unescape(text)) > SHORT_LINE:
                columns = min(len(text) - len(text.lstrip()), 24) // 4 * 4
                line = INDENTATION.sub(r"\1<i>\2</i>", line.rstrip())
                line = f'<span class="in{columns}">{line}</span>\n'
            yield is_line, line


class LinkLibraryCells(SphinxTransform):
    """Under a cell that is in the library, say where."""

    default_priority = 413

    def apply(self, **kwargs):
        """Find the tagged cells of this page."""
        for cell in list(self.document.findall(nodes.container)):
            tags = cell.get("cell_metadata", {}).get("tags", [])
            names = [tag.removeprefix("lib:") for tag in tags if tag.startswith("lib:")]
            if cell.get("nb_element") != "cell_code" or not names:
                continue
            for page in Path(self.env.srcdir).glob("api_*.md"):
                self.env.note_dependency(str(page))  # links go to the right page
            cell["ids"] += [f"lib-{name.replace('.', '-')}" for name in names]
            cell.insert(1, div(*map(self.link, names), classes=["lib-links"]))

    def link(self, name):
        """Return a link to the API entry of a function."""
        short = name.removeprefix("rnnlm_lib.")
        return nodes.paragraph(
            "",
            "In the library: ",
            addnodes.pending_xref(
                "",
                nodes.literal("", short),
                refdomain="py",
                reftype="obj",
                reftarget=name,
                refdoc=self.env.docname,
                refexplicit=True,
                refwarn=True,
            ),
        )


def join_streams(outputs):
    """Join what a cell has printed in several messages (MyST-NB adds line ends)."""
    joined = []
    for output in outputs:
        before = joined[-1] if joined else {}
        if "text" in before and before["name"] == output.get("name"):
            joined[-1] = NotebookNode(before, text=before["text"] + output["text"])
        else:
            joined.append(output)
    return joined


def setup(app):
    """Register with Sphinx."""
    render.coalesce_streams = join_streams
    PygmentsBridge.html_formatter = MarkLongLines
    app.add_node(block, html=(visit_block, depart_block))
    for transform in (DressBoxes, DressSections, DressDoors, LinkLibraryCells):
        app.add_transform(transform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
