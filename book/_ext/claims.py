"""The index of claims: every box "Lecture says / we measure" of the book in one list.

In an `.md` page, a block `{claims}` is replaced by a count of the verdicts and, chapter
by chapter, each statement with its measurement and a link to the place. The count also
stands above a paragraph that is nothing but a link to the page `claims`.
"""

import re
from collections import Counter

from docutils import nodes
from myst_parser.mdit_to_docutils.base import default_slugify
from sphinx.transforms import SphinxTransform

from api_links import BOOK, cells
from boxes import VERDICT, VERDICTS

BLOCK = "```{claims}\n```"
BOX = re.compile(r"^> \*\*Lecture says / we measure\.\*\*(.*(?:\n>.*)*)", re.MULTILINE)
HEADING_OR_BOX = re.compile(rf"^#+ (?P<heading>.+)$|{BOX.pattern}", re.MULTILINE)
MARGIN = re.compile(r"\s*\n> ?")
IN_PAGE = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")
MARKUP = re.compile(r"[*`]|\]\([^)]*\)|\[")
TALLY = (("✓", "hold"), ("≈", "hold in part"), ("✗", "do not hold"))


def claims(notebook):
    """Yield (anchor, what the lecture says, what we measure, verdict) of each box."""
    anchor = ""
    for cell in cells(notebook):
        if cell["cell_type"] != "markdown":
            continue
        for found in HEADING_OR_BOX.finditer("".join(cell["source"])):
            if found["heading"]:
                anchor = default_slugify(MARKUP.sub("", found["heading"]))
                continue
            text = IN_PAGE.sub(r"\1", MARGIN.sub(" ", found[2]).strip())
            says, _, rest = re.split(r"(\bMeasured\b:?)", text, maxsplit=1)
            verdict = VERDICT.search(rest)
            measured = rest[: verdict.start()] if verdict else rest
            mark = verdict[1] if verdict else ""
            yield anchor, says.strip(), measured.strip(" ,"), mark


def title(notebook):
    """Return a chapter's title."""
    return "".join(cells(notebook)[0]["source"]).splitlines()[0].lstrip("# ")


def chapters():
    """Return the notebooks of all chapters."""
    return sorted(BOOK.glob("[0-9][0-9]_*.ipynb"))


def tally(marks):
    """Return the count of verdicts as HTML: a sentence in three coloured parts."""
    counts = Counter(marks)
    parts = "".join(
        f'<span class="verdict-{VERDICTS[mark][0]}" style="flex-grow:{counts[mark]}">'
        f"<b>{mark} {counts[mark]}</b> {words}</span> "
        for mark, words in TALLY
    )
    return f'<p class="tally"><span>Of {len(marks)} statements</span> {parts}</p>'


def index(notebooks):
    """Return the index as Markdown."""
    sections, marks = [], []
    for notebook in notebooks:
        items = []
        for anchor, says, measured, mark in claims(notebook):
            marks.append(mark)
            kind = VERDICTS[mark][0]
            place = f"[{mark}]({notebook.name}#{anchor}){{.verdict-{kind}}}"
            items.append(f"- {place} {says}\n\n  **Measured:** {measured}")
        if items:
            items = ["{.claims}", *items]
            sections.append("\n".join([f"## {title(notebook)}", "", *items]))
    return "\n\n".join([tally(marks), *sections])


def write_index(app, docname, source):
    """Replace the block by the index."""
    if BLOCK not in source[0]:
        return
    for notebook in chapters():
        app.env.note_dependency(str(notebook))
    source[0] = source[0].replace(BLOCK, index(chapters()))


class ShowTally(SphinxTransform):
    """Show the count of verdicts above a paragraph that is a link to all of them."""

    default_priority = 414

    def apply(self, **kwargs):
        """Find such paragraphs."""
        address = f"{self.config.html_baseurl}claims.html"
        for paragraph in list(self.document.findall(nodes.paragraph)):
            links = [n for n in paragraph.children if n.astext()]
            if len(links) != 1 or not isinstance(links[0], nodes.reference):
                continue
            if links[0].get("refuri") != address:
                continue
            marks = [mark for path in chapters() for *_, mark in claims(path)]
            for path in chapters():
                self.env.note_dependency(str(path))
            html = nodes.raw("", tally(marks), format="html")
            paragraph.parent.insert(paragraph.parent.index(paragraph), html)


def setup(app):
    """Register with Sphinx."""
    app.connect("source-read", write_index)
    app.add_transform(ShowTally)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
