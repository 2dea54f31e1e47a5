"""Solutions, closed until opened, and the mistakes that each check knows.

The directive `solutions` with a chapter's number, in book/solutions/chNN.md, lists the
functions of that chapter's exercises. Each exercise of a chapter links to that page, if
the page is in `_toc.yml`: an instructor who takes it out takes the links out as well.
"""

import ast
import re

import numpy as np
from docutils import nodes
from rnnlm_lib.exercises import catalogue
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from api_links import BOOK, cells, chapter
from dress import EXERCISE
from elements import div

HEADING = re.compile(r"^#+ (Exercise .*)$", re.MULTILINE)


def exercises(notebook):
    """Yield (heading, names of the functions to write) of each exercise."""
    heading, functions = None, []
    for cell in cells(notebook):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and source.startswith("#"):
            if heading:
                yield heading, functions
            found = HEADING.search(source)
            heading, functions = (found[1] if found else None), []
        elif "exercise" in cell["metadata"].get("tags", []):
            functions += re.findall(r"^def (\w+)", source, re.MULTILINE)
    if heading:
        yield heading, functions


def distance(exercise, mistake, inputs):
    """Say how far the numbers of a mistake are from the right ones."""
    right, wrong = exercise.answer(inputs), exercise.answer(inputs, [mistake])
    if any(right[part].shape != wrong[part].shape for part in right):
        return "another shape"
    gaps = [
        np.abs(wrong[part].astype(float) - right[part]).max()
        / max(np.abs(right[part]).max(), 1e-12)
        for part in right
    ]
    return f"{100 * max(gaps):.0f} %" if max(gaps) < 10 else "more than 10 times"


def row(*texts, head=False):
    """Return one row of an HTML table."""
    tag = "th" if head else "td"
    return div(*(div(*inline(text), tag=tag) for text in texts), tag="tr")


def inline(text):
    """Return the nodes of a text with `code` in backticks."""
    parts = text.split("`")
    return [
        nodes.literal("", part) if i % 2 else nodes.Text(part)
        for i, part in enumerate(parts)
    ]


class Solutions(SphinxDirective):
    """List the exercises of a chapter with their solutions, closed until opened."""

    required_arguments = 1

    def run(self):
        """Return one collapsed block per function."""
        number = int(self.arguments[0])
        notebook = chapter(number)
        source = BOOK / "solutions" / f"ch{number:02}.py"
        for file in (notebook, source):
            self.env.note_dependency(str(file))
        text = source.read_text("utf-8")
        functions = {
            node.name: node
            for node in ast.parse(text).body
            if isinstance(node, ast.FunctionDef)
        }
        return [
            self.answer(notebook, heading, functions[name], text)
            for heading, names in exercises(notebook)
            for name in names
        ]

    def answer(self, notebook, heading, function, text):
        """Return one closed solution: why, the code, and the mistakes."""
        number, kind, name = EXERCISE.match(heading).groups()
        address = f"../{notebook.stem}.html#{nodes.make_id(heading)}"
        link = nodes.reference("", "The exercise", refuri=address)
        why = ast.get_docstring(function).replace("\n\n", "\0").replace("\n", " ")
        code = ast.get_source_segment(text, function)
        code = re.sub(r'\n    """.*?"""\n', "\n", code, count=1, flags=re.DOTALL)
        body = [
            nodes.paragraph("", "", link),
            *(nodes.paragraph("", "", *inline(p)) for p in why.split("\0")),
            nodes.literal_block(code, code, language="python"),
            *self.mistakes(catalogue()[function.name]),
        ]
        summary = div(nodes.Text(f"{number} ({kind}) {name}"), tag="summary")
        answer = div(summary, *body, tag="details", classes=["solution"])
        answer["ids"].append(nodes.make_id(function.name))
        return answer

    def mistakes(self, exercise):
        """Return a table of the mistakes that the check knows by name."""
        inputs = exercise.inputs(np.random.default_rng(0))
        rows = [
            row(mistake.text, distance(exercise, name, inputs))
            for name, mistake in exercise.bugs.items()
        ]
        lead = (
            "The check knows these mistakes. Beside each: how far the worst number is "
            "then off, as a share of the largest right one."
        )
        head = row("your numbers come out if", "off by", head=True)
        table = div(
            div(head, tag="thead"),
            div(*rows, tag="tbody"),
            tag="table",
            classes=["table", "mistakes"],
        )
        return nodes.paragraph("", lead), table


class LinkSolutions(SphinxTransform):
    """At the end of each exercise, a link to its solution, where there is one."""

    default_priority = 414

    def apply(self, **kwargs):
        """Find the exercises of this page."""
        page = f"solutions/ch{self.env.docname[:2]}"
        if page not in self.env.found_docs:
            return
        for section in self.document.findall(nodes.section):
            if "exercise" in section["classes"]:
                link = nodes.reference("", "Solution", refuri=f"{page}.html")
                section += nodes.paragraph("", "", link, classes=["to-solution"])


def setup(app):
    """Register with Sphinx."""
    app.add_directive("solutions", Solutions)
    app.add_transform(LinkSolutions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
