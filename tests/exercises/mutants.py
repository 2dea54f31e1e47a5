"""Single edits of a solution, each checked, in a process of their own.

    python mutants.py NAME [--at-most N]

prints one JSON object about the exercise NAME. A mutant is the solution with one node
of its syntax tree changed: an operator or a name swapped, a term, a call or a statement
dropped, a number moved by one, something transposed.
"""

import argparse
import ast
import collections
import importlib
import json
import resource
import signal
import sys
from pathlib import Path

import numpy as np

from rnnlm_lib.attempt import Attempt, Found
from rnnlm_lib.check import diagnose
from rnnlm_lib.exercises import catalogue

SOLUTIONS = Path(__file__).parents[2] / "book" / "solutions"
FRESH = {"correct": 1000, "mistake": 200}  # inputs that prove a verdict true
TOOLS = {"np": np}  # what a solution finds imported
SECONDS = 2  # for one mutant
MEMORY = 4 << 30

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
FUNCTIONS = (
    {"sum", "prod", "mean", "max", "min"},
    {"exp", "log", "tanh", "sqrt"},
    {"concatenate", "stack"},
    {"zeros", "ones"},
    {"maximum", "minimum"},
)


class Late(BaseException):
    """A mutant took too long; not an Exception, so that `check` lets it through."""


def edits(node, names):
    """Yield what may stand in the place of an expression."""
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
        yield ast.BinOp(node.right, node.op, node.left)
        for op in ARITHMETIC:
            if not isinstance(node.op, op):
                yield ast.BinOp(node.left, op(), node.right)
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.Compare):
        for op in COMPARISONS:
            if not isinstance(node.ops[0], op):
                yield ast.Compare(node.left, [op()], node.comparators)
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield from (ast.Constant(v) for v in (node.value + 1, node.value - 1))
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield ast.Attribute(node, "T", ast.Load())
        yield from (ast.Name(n, ast.Load()) for n in names if n != node.id)
    if isinstance(node, ast.Attribute):
        if node.attr == "T":
            yield node.value
        for family in FUNCTIONS:
            for other in sorted(family - {node.attr}) if node.attr in family else ():
                yield ast.Attribute(node.value, other, node.ctx)
    if isinstance(node, ast.Slice):
        yield ast.Slice(None, node.upper, node.step)
        yield ast.Slice(node.lower, None, node.step)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value
    if isinstance(node, ast.Call):
        yield from node.args[:1]
        for i in range(len(node.keywords)):
            rest = node.keywords[:i] + node.keywords[i + 1 :]
            yield ast.Call(node.func, node.args, rest)
        if len(node.args) > 1:
            yield ast.Call(node.func, node.args[::-1], node.keywords)
    if isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts)):
            yield type(node)(node.elts[:i] + node.elts[i + 1 :], ast.Load())
        yield type(node)(node.elts[::-1], ast.Load())


def mutants(source):
    """Yield the source of a function with one edit, every edit once."""
    tree = ast.parse(source)
    function = tree.body[0]
    function.body = function.body[1:]  # the docstring
    loads = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
    names = sorted({n.id for n in loads} - {"np", "len", "range", "tuple"})
    seen = {ast.unparse(tree)}
    for parent in list(ast.walk(function)):
        for name, old in ast.iter_fields(parent):
            for i, child in enumerate(old if isinstance(old, list) else [old]):
                for new in _replacements(child, names):
                    _put(parent, name, i, new)
                    text = ast.unparse(ast.fix_missing_locations(tree))
                    _put(parent, name, i, child)
                    if text not in seen:
                        seen.add(text)
                        yield text


def _replacements(child, names):
    if isinstance(child, ast.expr):
        yield from edits(child, names)
    if isinstance(child, ast.Assign | ast.AugAssign | ast.Expr):
        yield ast.Pass()
    if isinstance(child, ast.AugAssign):
        yield ast.Assign([child.target], child.value)
        yield ast.AugAssign(child.target, ast.Sub(), child.value)


def _put(parent, name, i, value):
    field = getattr(parent, name)
    if isinstance(field, list):
        field[i] = value
    else:
        setattr(parent, name, value)


def holds(exercise, fn, verdict):
    """Whether a verdict is true on fresh inputs, of other shapes and not chosen."""
    attempt = Attempt(exercise, fn, np.copy)
    rng = np.random.default_rng(2**32)
    try:
        for inputs in (exercise.make(rng) for _ in range(FRESH[verdict.kind])):
            probe, names = attempt.probe(inputs, quiet=True), verdict.names
            if not probe.gives(exercise.answer(inputs, names) if names else probe.want):
                return False
    except Found:
        return False
    return True


def judge(exercise, source):
    """Say what `check` makes of a mutant, and whether it is true."""
    namespace = TOOLS.copy()
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        exec(compile(source, "<mutant>", "exec"), namespace)
        verdict = diagnose(exercise, namespace[exercise.name])
        signal.setitimer(signal.ITIMER_REAL, 0)
        if verdict.kind not in FRESH:
            return verdict.kind
        true = holds(exercise, namespace[exercise.name], verdict)
        return f"{'true' if true else 'false'} {verdict.kind}"
    except Late:
        return "late"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def late(*_):
    raise Late


def source_of(exercise):
    """Return the source of the solution of an exercise."""
    text = (SOLUTIONS / f"ch{exercise.chapter:02d}.py").read_text("utf-8")
    functions = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    return next(ast.unparse(n) for n in functions if n.name == exercise.name)


def main(name, at_most):
    """Judge the mutants of one solution, or `at_most` of them, evenly spread."""
    exercise = catalogue()[name]
    if "torch." in source_of(exercise):
        TOOLS["torch"] = importlib.import_module("torch")
    sources = list(mutants(source_of(exercise)))
    step = -(-len(sources) // at_most) if at_most else 1
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, late)
    found = collections.defaultdict(list)
    for source in sources[::step]:
        found[judge(exercise, source)].append(source)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--at-most", type=int)
    options = parser.parse_args()
    json.dump(main(options.name, options.at_most), sys.stdout)
