"""What a function needs of a notebook: definitions, imports and plain constants.

Cells that compute, draw, train or install are never run. Student code is parsed inside
the cage too, because a parser can be made to crash.
"""

import ast
import dis
import itertools
import re
import types
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAGIC = re.compile(r"^\s*([\w, ]+=\s*)?[%!].*$|^\s*[\w.]+\?{1,2}\s*$", re.MULTILINE)
OTHER_LANGUAGE = re.compile(r"\s*%%(?!time|capture|prun)")
BLOCK = re.compile(
    r"^(?=@|import |from )|^(?:async def|def|class) +(?P<defined>\w+)|^(?P<set>\w+) *=",
    re.MULTILINE,
)
LIBRARIES = {"np", "numpy", "math", "torch"}
SIMPLE = {"abs", "dict", "float", "frozenset", "int", "len", "list", "max", "min"}
SIMPLE |= {"range", "round", "set", "sorted", "sum", "tuple"}


class Cell(NamedTuple):
    """A piece of code, and how a student would call it: "cell 7"."""

    label: str
    text: str


class Statement(NamedTuple):
    """A statement at the top level of a cell, and the names it binds."""

    cell: Cell
    node: ast.stmt
    names: frozenset[str]


class Problem(NamedTuple):
    """Code that is not Python: where, what the parser says, the line, what it names."""

    label: str
    line: int
    message: str
    code: str
    names: tuple[str, ...]


def survey(cells: Iterable[Cell]) -> tuple[dict[str, int], list[Problem]]:
    """Count how often each name is bound, and name what is not Python."""
    counts: dict[str, int] = {}
    found, problems = statements(cells)
    for statement in found:
        for name in statement.names:
            counts[name] = counts.get(name, 0) + 1
    return counts, problems


def needed(found: list[Statement], name: str) -> list[Statement]:
    """Return the statements, in order, that the function `name` depends on."""
    wanted, open_names = set(), {name}
    while open_names:
        wanted |= open_names
        users = [s for s in found if s.names & open_names]
        open_names = {n for s in users for n in _globals_of(s.node)} - wanted
    return [s for s in found if s.names & wanted or "*" in s.names]


def statements(cells: Iterable[Cell]) -> tuple[list[Statement], list[Problem]]:
    """Return what may be run, and what is not Python."""
    found, problems = [], []
    for cell in cells:
        for node in _nodes(cell, problems):
            names = _bound(node)
            if names:
                found.append(Statement(cell, node, frozenset(names)))
    return found, problems


def _nodes(cell: Cell, problems: list[Problem]) -> Iterator[ast.stmt]:
    """Parse a cell; what is wrong in one function does not cost the next one."""
    if OTHER_LANGUAGE.match(cell.text):
        return
    for text in (cell.text, MAGIC.sub("", cell.text)):
        tree = _parsed(text)
        if isinstance(tree, ast.Module):
            yield from _opened(tree.body)
            return
    for above, block in _blocks(text):
        tree = _parsed("\n" * above + block)
        if isinstance(tree, ast.Module):
            yield from _opened(tree.body)
        else:
            problems.append(_problem(cell.label, tree, above, block))


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Cut a cell where definitions begin: the lines above, and the block."""
    starts = [m.start() for m in BLOCK.finditer(text)]
    # A decorator stays with what it decorates.
    starts = [at for at in starts if not _last_line(text[:at]).startswith("@")]
    places = sorted({0, *starts, len(text)})
    for start, end in itertools.pairwise(places):
        yield text.count("\n", 0, start), text[start:end]


def _last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


def _problem(label: str, error: Exception, above: int, block: str) -> Problem:
    line = getattr(error, "lineno", None) or above + 1
    said = getattr(error, "msg", None) or "this is nested too deeply"
    lines = [*block.splitlines(), ""]
    code = lines[min(max(line - above, 1), len(lines)) - 1]
    names = [m["defined"] or m["set"] for m in BLOCK.finditer(block)]
    return Problem(label, line, said, code.strip()[:200], tuple(filter(None, names)))


def _parsed(text: str) -> ast.Module | Exception:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error


def _opened(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Look inside `try` and `if` for what they define."""
    for node in body:
        if isinstance(node, ast.Try | ast.If):
            yield from _opened(node.body)
        else:
            yield node


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds; none if it is not to be run."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(a.asname or a.name).partition(".")[0] for a in node.names}
    if isinstance(node, ast.Assign | ast.AnnAssign) and _is_plain(node.value):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        places = [n for target in targets for n in ast.walk(target)]
        if all(isinstance(n, _TARGETS) for n in places):
            return {n.id for n in places if isinstance(n, ast.Name)}
    return set()


_TARGETS = (ast.Name, ast.Tuple, ast.List, ast.Starred, ast.expr_context)


def _is_plain(value: ast.AST | None) -> bool:
    """Whether an expression is a constant: it calls only what is known to be small."""
    if value is None or isinstance(value, ast.Lambda):
        return value is not None
    if isinstance(value, ast.Call) and not _is_simple(value.func):
        return False
    return all(map(_is_plain, ast.iter_child_nodes(value)))


def _is_simple(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in SIMPLE
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name) and function.id in LIBRARIES


def _globals_of(node: ast.stmt) -> set[str]:
    """Return the names a statement looks up outside itself, as the compiler sees it."""
    try:
        open_codes = [compile(ast.Module([node], []), "", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()  # the same comes out when it is run, and is reported then
    names = set()
    for code in open_codes:
        open_codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
        steps = dis.get_instructions(code)
        names |= {s.argval for s in steps if s.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names
