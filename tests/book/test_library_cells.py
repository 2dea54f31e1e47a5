"""A cell tagged `lib:package.module.name` is the library's own definition.

The function a chapter is about is written there in full. The syntax trees are compared
without docstrings, so neither copy can drift.
"""

import ast

import notebooks
import pytest
from bookfiles import NOTEBOOKS, ROOT, cells


def tagged():
    """Yield (notebook, full name, the cell's source)."""
    for name in NOTEBOOKS:
        for cell in cells(name, "code"):
            for tag in notebooks.tags(cell):
                if tag.startswith("lib:"):
                    yield name, tag.removeprefix("lib:"), notebooks.source(cell)


def definition(text, name):
    """Return the tree of a top-level definition, without docstrings."""
    found = [n for n in ast.parse(text).body if getattr(n, "name", None) == name]
    assert len(found) == 1, f"{name} is defined {len(found)} times"
    for node in ast.walk(found[0]):
        body = getattr(node, "body", None)
        is_text = isinstance(body, list) and isinstance(body[0], ast.Expr)
        if is_text and isinstance(getattr(body[0].value, "value", None), str):
            del body[0]
    return ast.dump(found[0])


@pytest.mark.parametrize(
    ("full_name", "text"), [pytest.param(f, t, id=f"{n}-{f}") for n, f, t in tagged()]
)
def test_the_cell_is_the_library(full_name, text):
    module, _, name = full_name.rpartition(".")
    path = ROOT / f"{module.replace('.', '/')}.py"
    assert definition(text, name) == definition(path.read_text("utf-8"), name)


def test_a_changed_operator_is_noticed():
    assert definition("def f(x):\n    return -x", "f") != definition(
        'def f(x):\n    """Negate."""\n    return +x', "f"
    )


def test_a_docstring_is_not():
    assert definition("def f(x):\n    return -x", "f") == definition(
        'def f(x):\n    """Negate."""\n    return -x', "f"
    )
