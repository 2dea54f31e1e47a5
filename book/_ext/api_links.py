"""Links between the API page and the chapters.

"Built in chapter 3." in a docstring becomes a link to the cell that builds the
function, and a cell tagged `lib:package.function` gets a link to that function's
entry. In `.md` pages, the directive `library` documents modules.
"""

import json
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from elements import div

BOOK = Path(__file__).resolve().parents[1]
SHAPE = re.compile(r"\(\*(\([^()]*\))\*\)")  # napoleon's brackets around a shape
BACKTICKS = re.compile(r"(?<![`:\w])`([^`\s][^`]*)`(?![`_\w])")
COLUMNS = re.compile(r"\S   +\S|^    \S", re.MULTILINE)
BUILT = re.compile(r"Built in chapter (\d+)\.")
RAISED = re.compile(
    r"^(\w+) : ", re.MULTILINE
)  # napoleon wants the text one line below

LIBRARY = re.compile(r"^```\{library\} (.+)\n```$", re.MULTILINE)
MODULE = """## {name}

```{{eval-rst}}
.. automodule:: rnnlm_lib.{name}
```
"""


def expand_library(app, docname, source):
    """Write a heading and an `automodule` for each module that `library` names."""
    source[0] = LIBRARY.sub(
        lambda found: "\n".join(MODULE.format(name=n) for n in found[1].split()),
        source[0],
    )


@cache
def cells(notebook: Path) -> list[dict]:
    """Return a notebook's cells."""
    return json.loads(notebook.read_text("utf-8"))["cells"]


def chapter(number: int) -> Path | None:
    """Return the notebook of a chapter."""
    return next(iter(BOOK.glob(f"{number:02d}_*.ipynb")), None)


def read_as_markdown(app, what, name, obj, options, lines):
    """Take what docstrings write as in Markdown: `code`, and text set in columns."""
    for last in [line for line in lines if BUILT.fullmatch(line.strip())]:
        app.built_in[name] = last.strip()
        lines.remove(last)
    paragraphs = "\n".join(lines).split("\n\n")
    for i, text in enumerate(paragraphs):
        if text.startswith("Raises\n------\n"):
            text = RAISED.sub(r"\1\n    ", text)
        if what == "module" and COLUMNS.search(text):
            margin = "    " if indent(text) == 0 else ""
            block = text.replace("\n", f"\n{margin}")
            paragraphs[i] = f"::\n\n{margin}{block}"
        else:
            paragraphs[i] = BACKTICKS.sub(r"``\1``", text)
    lines[:] = "\n\n".join(paragraphs).split("\n")


def indent(line: str) -> int:
    """Return the number of spaces a line starts with."""
    return len(line) - len(line.lstrip())


def link_chapter(app, what, name, obj, options, lines):
    """Write the last line, with a link to the very cell that builds the function."""
    lines[:] = [SHAPE.sub(r"*\1*", line) for line in lines]
    sentence = app.built_in.pop(name, None)
    if not sentence:
        return
    number = BUILT.fullmatch(sentence)[1]
    notebook = chapter(int(number))
    if notebook:
        tags = [t for cell in cells(notebook) for t in cell["metadata"].get("tags", [])]
        mark = f"#lib-{name.replace('.', '-')}" if f"lib:{name}" in tags else ""
        sentence = f"Built in `chapter {number} <{notebook.stem}.html{mark}>`__."
    lines += ["", ".. container:: built-in", "", f"    {sentence}", ""]


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


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("elements")
    app.add_transform(LinkLibraryCells)
    app.built_in = {}  # name: the last line of its docstring, kept from napoleon
    app.connect("source-read", expand_library)
    # before napoleon (500) reads the sections of a docstring, and after
    app.connect("autodoc-process-docstring", read_as_markdown, priority=400)
    app.connect("autodoc-process-docstring", link_chapter, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
