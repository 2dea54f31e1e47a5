"""Dress plain Markdown and its code cells; for block quotes see `boxes`.

# 1. A title                              the number is set apart, the next
                                          paragraph is the chapter's promise
### Exercise 1.2 (check) A title          the section becomes an exercise
- **[Read](address).** ...                a list of such items becomes cards
a long line of code                       is marked, so that a phone can wrap it
"""

import html
import re

from docutils import nodes
from myst_nb.core import render
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from sphinx import addnodes
from sphinx.highlighting import PygmentsBridge
from sphinx.transforms import SphinxTransform

CHAPTER = re.compile(r"(\d+)\.?\s+")
EXERCISE = re.compile(r"Exercise (\d+\.\d+) \(([^)]+)\)[:.]?\s*(.*)")
SHORT_LINE = 44  # characters that fit on every phone
INDENTATION = re.compile(r"^((?:<span[^>]*>)*)( +)")


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
    for transform in (DressSections, DressDoors):
        app.add_transform(transform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
