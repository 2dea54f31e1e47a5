"""Every exercise of the book: the stub, the solution, the mistakes, the edits."""

import ast
import inspect
import itertools
import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnlm_lib.attempt import plain
from rnnlm_lib.check import diagnose
from rnnlm_lib.exercises import catalogue

HERE = Path(__file__).parent
BOOK = HERE.parents[1] / "book"
SOLUTIONS = BOOK / "solutions"
EXERCISES = tuple(catalogue().values())
CHAPTERS = sorted({exercise.chapter for exercise in EXERCISES})
EVERYTHING = os.environ.get("RNNLM_TEST_ALL") == "1"
SOURCE = re.compile(r"E-\d\d|S-\d{3}|C-\d\d|[\w.-]+/[\w.-]+#\d+|trial|generic")
CASTS = {
    "float16": lambda a: a.astype(np.float16) if a.dtype == float else a.copy(),
    "float32": lambda a: a.astype(np.float32) if a.dtype == float else a.copy(),
    "float64": np.copy,
    "torch32": lambda a: torch.tensor(
        a, dtype=torch.float32 if a.dtype == float else None
    ),
    "torch64": torch.tensor,
}

# These hold a table of pairs (V, V) or a recurrent matrix (H, H).
SQUARE = (
    "sentence_log_prob",
    "add_k_probs",
    "kneser_ney_bigram",
    "stream_states",
    "relu_step_backward",
    "state_jacobian",
    "truncated_gradient",
    "hoisted_rnn_backward",
)

each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


def solution(exercise):
    return runpy.run_path(str(SOLUTIONS / f"ch{exercise.chapter:02d}.py"))[
        exercise.name
    ]


def variant(exercise, bugs, finish=lambda value: value):
    """A student who makes these mistakes, with the parameters of the exercise."""

    def fn(*inputs):
        return finish(exercise.ref(frozenset(bugs), *map(plain_all, inputs)))

    fn.__signature__ = inspect.Signature(
        [inspect.Parameter(p, 1) for p in exercise.parameters]
    )
    return fn


def plain_all(value):
    return [plain(x) for x in value] if isinstance(value, list) else plain(value)


def test_the_chapters_have_exercises_and_mistakes_enough():
    for chapter in CHAPTERS:
        of_chapter = [e for e in EXERCISES if e.chapter == chapter]
        mistakes = [bug for e in of_chapter for bug in e.bugs.values()]
        generic = sum(bug.source == "generic" for bug in mistakes)
        assert len(of_chapter) >= 3
        assert min(len(e.bugs) for e in of_chapter) >= 4
        assert generic <= len(mistakes) / 3


@each
def test_every_mistake_names_its_source_and_completes_the_sentence(exercise):
    for bug in exercise.bugs.values():
        assert SOURCE.fullmatch(bug.source)
        assert bug.text[0].islower() or bug.text[0].isdigit()
        assert not bug.text.endswith(".")


@each
def test_the_words_of_an_exercise_are_complete(exercise):
    assert exercise.done.startswith("You can ")
    assert len(exercise.hints) >= 2
    assert exercise.heading
    assert all(text.endswith(("?", ".")) for text in exercise.ladder)


@each
def test_an_exercise_lies_in_the_folder_of_its_chapter(exercise):
    module = inspect.getmodule(exercise.ref).__name__
    assert module.endswith(f".ch{exercise.chapter:02d}.{exercise.name}")


@each
def test_the_last_hint_points_to_a_heading_of_the_chapter(exercise):
    for path in BOOK.glob(f"{exercise.chapter:02d}_*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        lines = [line for cell in cells for line in cell["source"]]
        headings = {x.lstrip("#").strip() for x in lines if x.startswith("#")}
        assert exercise.heading in headings


@each
def test_a_stub_fails_politely(exercise):
    def stub(*inputs):
        raise NotImplementedError

    verdict = diagnose(exercise, stub)
    assert (verdict.kind, verdict.line) == (
        "todo",
        f"○ {exercise.name}: not written yet.",
    )


@each
def test_the_solution_passes(exercise):
    fn = solution(exercise)
    assert tuple(inspect.signature(fn).parameters) == exercise.parameters
    for seed in range(20):
        assert diagnose(exercise, fn, seed=seed).line.startswith("✓")


@each
def test_the_solution_says_why(exercise):
    first, *paragraphs = inspect.getdoc(solution(exercise)).split("\n\n")
    assert first.endswith(".")
    assert len(" ".join(paragraphs).split()) > 25


@each
def test_the_solution_stands_alone(exercise):
    names = inspect.getclosurevars(solution(exercise))
    assert set(names.globals) <= {"np", "torch"}
    modules = np, np.ndarray, np.linalg, torch, torch.Tensor, torch.nn.functional
    known = {name for module in modules for name in dir(module)}
    assert not names.unbound - known


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_solutions_never_call_the_library(chapter):
    tree = ast.parse((SOLUTIONS / f"ch{chapter:02d}.py").read_text("utf-8"))
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    modules = {a.name for n in imports for a in n.names if isinstance(n, ast.Import)}
    assert not any(isinstance(n, ast.ImportFrom) for n in imports)
    assert modules <= {"numpy", "torch"}


@each
def test_no_message_prints_the_solution(exercise):
    tree = ast.parse(inspect.getsource(solution(exercise)))
    parts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign | ast.Return)]
    code = [ast.unparse(part) for part in parts if not isinstance(part, ast.Name)]
    texts = [*exercise.ladder, *(bug.text for bug in exercise.bugs.values())]
    assert not any(part in text for part in code for text in texts if len(part) > 9)


@each
def test_the_inputs_show_every_mistake(exercise):
    for seed in range(20):
        inputs = exercise.inputs(np.random.default_rng(seed))
        answers = [exercise.answer(inputs, [bug]) for bug in exercise.bugs]
        answers.append(exercise.answer(inputs))
        for one, other in itertools.combinations(answers, 2):
            assert any(distance(one[k], other[k]) > 1e-3 for k in one)


def distance(one, other):
    """Largest difference relative to the largest number; infinite between shapes."""
    if one.shape != other.shape:
        return np.inf
    largest = max(np.abs(one).max(), np.abs(other).max(), 1e-6)
    return np.abs(one.astype(float) - other).max() / largest


@each
def test_axes_have_different_sizes(exercise):
    for seed in range(20):
        inputs = exercise.inputs(np.random.default_rng(seed))
        for array in (a for a in inputs if isinstance(a, np.ndarray)):
            square = array.ndim == 2 and exercise.name in SQUARE
            assert square or len(set(array.shape)) == array.ndim


@each
@pytest.mark.parametrize("seed", [0, 7])
def test_every_mistake_gets_its_own_name(exercise, seed):
    for bug in exercise.bugs:
        verdict = diagnose(exercise, variant(exercise, [bug]), seed=seed)
        assert (verdict.kind, verdict.names) == ("mistake", (bug,))


@each
def test_random_checks_pass_nothing_wrong_and_name_nothing_false(exercise):
    """Right answers, one mistake and two, in every precision, NumPy and torch."""
    rng = np.random.default_rng(len(exercise.name))
    sets = [
        (),
        *((b,) for b in exercise.bugs),
        *itertools.combinations(exercise.bugs, 2),
    ]
    for trial in range(1000 if EVERYTHING else 200):
        bugs = sets[rng.integers(len(sets))]
        kind = list(CASTS)[rng.integers(len(CASTS))]
        finish = as_torch if kind.startswith("torch") else lambda value: value
        fn = variant(exercise, bugs, finish)
        verdict = diagnose(exercise, fn, seed=trial, cast=CASTS[kind])
        if verdict.passed or verdict.kind == "mistake":
            # One of two mistakes is a true name; the other shows when it is mended.
            part = set() < set(verdict.names) < set(bugs)
            assert part or same_answer(exercise, bugs, verdict.names), (
                kind,
                bugs,
                verdict,
            )
        else:
            assert len(bugs) == 2 or kind == "float16", (kind, bugs, verdict)


def as_torch(value):
    if isinstance(value, dict):
        return {k: torch.as_tensor(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(torch.as_tensor(v) for v in value)
    return torch.as_tensor(value)


def same_answer(exercise, bugs, names):
    """Whether two sets of mistakes give the same answers on fresh inputs."""
    if set(bugs) == set(names):
        return True
    rng = np.random.default_rng(99)
    fresh = [exercise.inputs(rng) for _ in range(20)]
    pairs = [(exercise.answer(i, bugs), exercise.answer(i, names)) for i in fresh]
    return all(distance(a[k], b[k]) < 1e-9 for a, b in pairs for k in a)


@each
def test_no_single_edit_of_the_solution_passes_or_gets_a_false_name(exercise):
    """A child process runs them; equal on 1,000 fresh inputs counts as equal."""
    command = [sys.executable, str(HERE / "mutants.py"), exercise.name]
    if not EVERYTHING:
        command += ["--at-most", "60"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=True
    )
    found = json.loads(done.stdout)
    assert sum(map(len, found.values())) > 5
    assert not found.get("false correct")
    assert not found.get("false mistake")
