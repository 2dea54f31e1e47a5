"""The index of claims: every box "Lecture says / we measure" of the book in one list.

In an `.md` page, a block `{claims}` is replaced by a count of the verdicts and, chapter
by chapter, each statement with its measurement and a link to the place.
"""

import re
from collections import Counter

from myst_parser.mdit_to_docutils.base import default_slugify

from api_links import BOOK, cells
from dress import VERDICT

BLOCK = "```{claims}\n```"
BOX = re.compile(r"^> \*\*Lecture says / we measure\.\*\*(.*(?:\n>.*)*)", re.MULTILINE)
HEADING_OR_BOX = re.compile(rf"^#+ (?P<heading>.+)$|{BOX.pattern}", re.MULTILINE)
MARGIN = re.compile(r"\s*\n> ?")
IN_PAGE = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")
MARKUP = re.compile(r"[*`]|\]\([^)]*\)|\[")


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


def index(notebooks):
    """Return the index as Markdown."""
    sections, counts = [], Counter()
    for notebook in notebooks:
        items = []
        for anchor, says, measured, mark in claims(notebook):
            counts[mark] += 1
            place = f"[{mark or '·'}]({notebook.name}#{anchor})"
            items.append(f"- {place} {says} **Measured:** {measured}")
        if items:
            sections.append("\n".join([f"## {title(notebook)}", "", *items]))
    lead = (
        f"Of {sum(counts.values())} statements {counts['✓']} hold (✓), "
        f"{counts['≈']} hold in part (≈), and {counts['✗']} do not hold (✗)."
    )
    return "\n\n".join([lead, *sections])


def write_index(app, docname, source):
    """Replace the block by the index."""
    if BLOCK not in source[0]:
        return
    notebooks = sorted(BOOK.glob("[0-9][0-9]_*.ipynb"))
    for notebook in notebooks:
        app.env.note_dependency(str(notebook))
    source[0] = source[0].replace(BLOCK, index(notebooks))


def setup(app):
    """Register with Sphinx."""
    app.connect("source-read", write_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
