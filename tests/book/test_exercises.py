"""Stubs, checks and solutions belong together."""

import ast
import re
from itertools import pairwise

import notebooks
import pytest
from bookfiles import BOOK, NOTEBOOKS, cells

HEADING = re.compile(r"^### Exercise (\S+) \((\w[\w -]*)\):? \S.*$", re.M)
with_exercises = [
    name for name, path in NOTEBOOKS.items() if notebooks.stubs(notebooks.read(path))
]
every_chapter = pytest.mark.parametrize("name", with_exercises)


def functions(name):
    """Return the functions that a chapter asks for."""
    places = notebooks.stubs(notebooks.read(NOTEBOOKS[name]))
    return [function for names in places.values() for function in names]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_exercises_are_numbered_in_order(name):
    text = "\n".join(notebooks.source(cell) for cell in cells(name, "markdown"))
    assert len(HEADING.findall(text)) == len(re.findall(r"^#+ Exercise ", text, re.M))
    numbers = [number for number, _ in HEADING.findall(text)]
    expected = range(1, len(numbers) + 1)
    assert numbers == [f"{int(name[:2])}.{n}" for n in expected]


@every_chapter
def test_a_check_follows_each_stub(name):
    code = cells(name, "code")
    for cell, after in pairwise(code):
        if "exercise" in notebooks.tags(cell):
            for function in notebooks.definitions(notebooks.source(cell)):
                called = rf'check\(\s*"{function}",\s*{function}\b'
                assert re.search(called, notebooks.source(after)), function


@every_chapter
def test_stubs_are_empty(name):
    for cell in cells(name, "code"):
        if "exercise" in notebooks.tags(cell):
            for node in ast.parse(notebooks.source(cell)).body:
                assert ast.unparse(node.body[-1]).startswith(
                    "raise NotImplementedError"
                )


@every_chapter
def test_every_exercise_has_a_solution_of_its_own(name):
    text = notebooks.solutions_of(NOTEBOOKS[name]).read_text("utf-8")
    assert set(functions(name)) <= notebooks.definitions(text).keys()
    imported = {
        alias.name.rpartition(".")[2]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }
    assert not imported & set(functions(name))


@every_chapter
def test_the_solutions_page_answers_every_exercise(name):
    number = name[:2]
    page = (BOOK / "solutions" / f"ch{number}.md").read_text("utf-8")
    assert f"# Solutions to chapter {int(number)}\n" in page
    assert f"```{{solutions}} {int(number)}\n```" in page
    text = "\n".join(notebooks.source(cell) for cell in cells(name, "markdown"))
    written = [n for n, kind in HEADING.findall(text) if kind != "check"]
    assert re.findall(r"<summary>(\S+) \((?:derive|explore)\) ", page) == written


@every_chapter
def test_cells_after_an_exercise_do_not_need_it(name):
    owner = dict.fromkeys(functions(name))
    for cell in cells(name, "code"):
        text = notebooks.source(cell)
        if "exercise" in notebooks.tags(cell):
            owner |= dict.fromkeys(notebooks.definitions(text), "defined")
        elif "check(" not in text:
            used = {n.id for n in ast.walk(parse(text)) if isinstance(n, ast.Name)}
            assert not used & {f for f, state in owner.items() if state}


def parse(text):
    """Return the tree of a cell without its magics."""
    lines = [line for line in text.splitlines() if not re.match(r"\s*[%!]", line)]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:  # an `if` whose body was a magic
        return ast.parse("")
