"""Honest work: solutions get full marks, stubs none, mistakes their names."""

import os
import time

import pytest
from bookfiles import NOTEBOOKS, notebooks

from rnnlm_lib.exercises import catalogue
from rnnlm_lib.grading.cage import Limits
from rnnlm_lib.grading.grade import grade

pytestmark = pytest.mark.xdist_group("honest")  # one folder is graded once
CHAPTERS = [n for n, path in NOTEBOOKS.items() if notebooks.stubs(notebooks.read(path))]
NAMES = {
    name: [e for e in catalogue() if catalogue()[e].chapter == int(name[:2])]
    for name in CHAPTERS
}
MISTAKES = """
import numpy as np
LN2 = np.log(2)


def rerank(acoustic, lm, weight):
    return np.exp(np.log(acoustic) + weight * lm)


def perplexity_of_files(nats, tokens):
    tokens = tokens[0:1]
    return np.exp(nats / tokens).mean().foo


def bits_per_character(nats_per_token, text):
    return nats_per_token / LN2 / (len(text) + 1)


def cross_entropy_between(target):
    return 0
"""


@pytest.fixture(scope="module")
def limits(caged):
    return Limits(seconds=30)


@pytest.fixture(scope="module")
def solved(tmp_path_factory, filled, limits):
    """The marks of each chapter's solutions, every chapter handed in by its name."""
    folder = tmp_path_factory.mktemp("solved")
    for name in CHAPTERS:
        (folder / name).mkdir()
        (folder / name / "handed_in.ipynb").write_text(filled(name), "utf-8")
    results = grade(folder, seed=3, jobs=2, limits=limits)
    return {r.student: {m.verdict.exercise: m for m in r.marks} for r in results}


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_solutions_of_a_chapter_get_full_marks(solved, name):
    marks = [solved[name][exercise] for exercise in NAMES[name]]
    assert [m.verdict.line for m in marks if not m.points] == []
    assert len(marks) >= 3


def test_a_notebook_that_nobody_filled_gets_nothing(tmp_path, limits):
    name = CHAPTERS[0]
    (tmp_path / "eve.ipynb").write_text(NOTEBOOKS[name].read_text("utf-8"), "utf-8")
    (result,) = grade(tmp_path, seed=0, limits=limits)
    assert result.points == 0
    assert {m.verdict.message for m in result.marks} == {"not written yet."}
    assert {m.verdict.exercise for m in result.marks} == set(NAMES[name])


def test_a_known_mistake_gets_its_name(tmp_path, limits):
    (tmp_path / "ida.py").write_text(MISTAKES)
    (result,) = grade(tmp_path, seed=0, limits=limits)
    verdicts = {m.verdict.exercise: m.verdict for m in result.marks}
    assert verdicts["rerank"].names == ("not_normalised",)
    assert verdicts["bits_per_character"].kind == "mistake"
    assert verdicts["sentence_log_prob"].kind == "missing"
    assert "it should take 2 parameters" in verdicts["cross_entropy_between"].message


def test_an_error_is_told_as_in_the_notebook(tmp_path, limits):
    (tmp_path / "ida.py").write_text(MISTAKES)
    points = {"perplexity_of_files": 1.0}
    (result,) = grade(tmp_path, points=points, seed=0, limits=limits)
    assert result.marks[0].verdict.message == (
        "your code raised AttributeError: 'numpy.float64' object has no attribute "
        "'foo' (line 12 of perplexity_of_files: return "
        "np.exp(nats / tokens).mean().foo)."
    )


def test_of_two_files_the_better_answer_counts(tmp_path, limits):
    right = "def rerank(a, l, w):\n    p = a * 2.718281828459045 ** (w * l)\n"
    (tmp_path / "ida").mkdir()
    (tmp_path / "ida" / "old.py").write_text("def rerank(a, l, w):\n    return a\n")
    (tmp_path / "ida" / "new.py").write_text(right + "    return p / p.sum()\n")
    (result,) = grade(tmp_path, points={"rerank": 1.0}, seed=0, limits=limits)
    assert (result.points, result.marks[0].file) == (1, "ida/new.py")


def test_limits_hold_without_a_cage(tmp_path):
    body = {
        "loop": "while True: pass",
        "forks": "import os; os.fork()",
        "memory": "import numpy; return numpy.ones(10**11)",
        "exits": "import os; os._exit(0)",
        "network": "import socket; socket.socket()",
    }
    for name, text in body.items():
        (tmp_path / f"{name}.py").write_text(f"def rerank(a, b, c):\n    {text}\n")
    limits = Limits(caged=False, seconds=1)
    results = grade(tmp_path, points={"rerank": 1.0}, seed=0, limits=limits)
    kinds = {r.student: r.marks[0].verdict.kind for r in results}
    assert kinds == {
        "loop": "timeout",
        "forks": "raised",
        "memory": "raised",
        "exits": "ended",
        "network": "raised",
    }


def test_a_hundred_submissions_take_less_than_two_minutes(tmp_path, filled, limits):
    if not os.environ.get("RNNLM_TEST_ALL"):
        pytest.skip("not run here: a hundred submissions (set RNNLM_TEST_ALL=1)")
    for n in range(100):
        path = tmp_path / f"student{n:03}_{CHAPTERS[0]}.ipynb"
        path.write_text(filled(CHAPTERS[0]), "utf-8")
    start = time.perf_counter()
    results = grade(tmp_path, seed=0, jobs=2, limits=limits)
    assert time.perf_counter() - start < 120
    assert all(result.points == result.out_of for result in results)
