"""Submissions that attack the grader: no escape, no false mark, nobody else harmed.

All of them stand in one folder beside an honest student, and each also has an honest
answer to a second exercise. What tries to escape returns the right answer if, and only
if, it got out, so a full mark would be the proof of an escape.
"""

import os
import socket
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from rnnlm_lib.grading.feedback import pages
from rnnlm_lib.grading.grade import grade
from rnnlm_lib.grading.submission import LARGEST

pytestmark = pytest.mark.xdist_group("hostile")  # one folder is graded once
ROOT = Path(__file__).parents[2]
POINTS = {"rerank": 1.0, "perplexity_of_files": 2.0}
HONEST = """
import numpy as np


def right(acoustic, lm, weight):
    share = acoustic * np.exp(weight * lm)
    return share / share.sum()


def perplexity_of_files(nats, tokens):
    return np.exp(np.sum(nats) / np.sum(tokens))


"""
RIGHT = "def rerank(acoustic, lm, weight):\n    return right(acoustic, lm, weight)\n"

# name: the body of rerank, and the kinds of verdict that it may get
BODIES = {
    "infinite_loop": ("while True: pass", {"timeout"}),
    "endless_sleep": ("import time; time.sleep(1000)", {"timeout"}),
    "loop_that_ignores_signals": (
        """
        import signal
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        while True: pass
        """,
        {"timeout"},
    ),
    "fork_bomb": (
        """
        import os
        while True: os.fork()
        """,
        {"raised"},
    ),
    "spawned_shell": (
        """
        import subprocess
        subprocess.run(["/bin/sh", "-c", ":(){ :|:& };:"], check=True)
        return right(acoustic, lm, weight)
        """,
        {"raised"},
    ),
    "thread_bomb": (
        """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(1000,)).start()
        """,
        {"raised", "timeout", "ended"},
    ),
    "memory_bomb": (
        "x = [0]\nwhile True: x += x",
        {"raised", "ended"},
    ),
    "large_array": ("return np.ones(10**11)", {"raised"}),
    "os_exit": ("import os; os._exit(0)", {"ended"}),
    "sys_exit": ("import sys; sys.exit(0)", {"raised"}),
    "segmentation_fault": ("import ctypes; ctypes.string_at(0)", {"ended"}),
    "kills_what_it_can": (
        """
        import os, signal
        for process in (1, os.getppid(), os.getpid()):
            os.kill(process, signal.SIGKILL)
        """,
        {"raised"},
    ),
    "endless_recursion": ("return rerank(acoustic, lm, weight)", {"raised"}),
    "patched_numpy": (
        """
        np.allclose = np.array_equal = np.all = lambda *a, **k: True
        np.abs = np.zeros_like
        return np.zeros_like(acoustic)
        """,
        {"unknown", "part", "factor", "mistake"},
    ),
    "broken_numpy": ("np.array = np.errstate = np.ndarray = None", {"ungraded"}),
    "monkeypatched_check": (
        """
        import rnnlm_lib.check, rnnlm_lib.diagnosis, rnnlm_lib.attempt
        rnnlm_lib.check.diagnose = lambda *a, **k: True
        rnnlm_lib.diagnosis.STAGES = ()
        rnnlm_lib.attempt.close = lambda *a: True
        return acoustic
        """,
        {"unknown", "part", "factor", "mistake"},
    ),
    "huge_answer": ("return np.zeros(10**7)", {"output"}),
    "false_array": (
        """
        class Fake:
            shape, dtype, ndim = acoustic.shape, acoustic.dtype, 1
            __eq__ = __le__ = __ge__ = lambda self, other: True
            __sub__ = __rsub__ = __abs__ = lambda self, *other: np.zeros(self.shape)
        return Fake()
        """,
        {"type"},
    ),
    "false_subclass": (
        """
        class Fake(np.ndarray):
            __eq__ = __le__ = lambda self, other: np.ones(self.shape, bool)
            __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
        return np.zeros_like(acoustic).view(Fake)
        """,
        {"unknown", "part", "factor", "mistake"},
    ),
    "array_of_objects": ("return np.array([object()] * len(lm))", {"type"}),
    "list_that_holds_itself": ("x = []; x.append(x); return x", {"type"}),
    "endless_number": ("return 1 << 10**6", {"type"}),
    "error_that_lies": (
        """
        class Error(Exception):
            def __str__(self): raise self
        raise Error
        """,
        {"raised"},
    ),
    "forged_messages": (
        """
        import os
        for pipe in range(3, 64):
            try: os.write(pipe, bytes([255]) * 4096)
            except OSError: pass
        """,
        {"output", "ungraded"},
    ),
    "forged_lengths": (
        """
        import os
        for pipe in range(3, 64):
            try: os.write(pipe, (40).to_bytes(8, "little") + bytes(8) + b"{" * 40)
            except OSError: pass
        """,
        {"ungraded"},
    ),
    "changes_its_inputs": (
        """
        answer = right(acoustic, lm, weight)
        acoustic[:] = 0
        return answer
        """,
        {"inplace"},
    ),
}
# name: code that is true if the student got out
ESCAPES = {
    "writes_outside": """
        import os
        got_out = False
        for folder in {folders!r}:
            try: open(folder + "/escaped", "w").write("x"); got_out = True
            except OSError: pass
        """,
    "network": """
        import socket
        socket.create_connection(("127.0.0.1", {port}), timeout=1).send(b"x")
        got_out = True
        """,
    "network_in_c": """
        import ctypes
        got_out = ctypes.CDLL(None).socket(2, 1, 0) >= 0
        """,
    "reads_the_answers": """
        import sys, glob
        for name in [n for n in sys.modules if n.startswith("rnnlm_lib.")]:
            del sys.modules[name]
        got_out = bool(glob.glob({library!r} + "/exercises/**/*.py", recursive=True))
        try:
            from rnnlm_lib.exercises.ch01.rerank import exercise
            got_out = True
        except ImportError: pass
        """,
    "reads_the_solutions": """
        import os
        got_out = any(os.path.exists(path) for path in {private!r})
        """,
    "reads_the_environment": """
        import os, glob
        seen = repr(os.environ)
        for path in glob.glob("/proc/*/environ"):
            try: seen += open(path).read()
            except OSError: pass
        got_out = "a-secret-of-the-instructor" in seen
        """,
    "second_namespace": """
        import ctypes
        got_out = ctypes.CDLL(None, use_errno=True).unshare(0x10000000) == 0
        """,
}


def function(body):
    """A function rerank with this body."""
    body = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return f"def rerank(acoustic, lm, weight):\n{body}\n"


@pytest.fixture(scope="module")
def listener():
    """A server on this machine that nobody should talk to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A folder that is not the student's."""
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, as_notebook, listener, outside):
    """One file for each attack, and an honest student."""
    folder = tmp_path_factory.mktemp("hostile")
    facts = {
        "port": listener.getsockname()[1],
        "folders": [str(outside), "/", "/usr", "/dev/shm", str(ROOT / "rnnlm_lib")],
        "library": str(ROOT / "rnnlm_lib"),
        "private": [str(ROOT / "book"), str(folder), os.path.expanduser("~/.ssh")],
    }
    for name, (body, _) in BODIES.items():
        (folder / f"{name}.ipynb").write_text(as_notebook(HONEST, function(body)))
    for name, body in ESCAPES.items():
        end = "if got_out: return right(acoustic, lm, weight)\nreturn 0 * acoustic"
        code = function(textwrap.dedent(body.format(**facts)) + end)
        (folder / f"{name}.ipynb").write_text(as_notebook(HONEST, code))
    wrong = function("return acoustic")
    prints = "for _ in range(50): print('x' * 10**6)\n"
    prints += "return right(acoustic, lm, weight)"
    texts = {
        "honest": as_notebook(HONEST, RIGHT),
        "huge_output": as_notebook(HONEST, function(prints)),
        "two_definitions_right_last": as_notebook(HONEST, wrong, RIGHT),
        "two_definitions_wrong_last": as_notebook(HONEST, RIGHT, wrong),
        "syntax_error_in_one_cell": as_notebook(HONEST, "def (:", RIGHT),
        "unclosed_bracket": as_notebook(HONEST + "x = (1,\n" + RIGHT),
        "heavy_cells": as_notebook(
            HONEST, f"open({str(outside / 'ran')!r}, 'w')\nwhile True: pass", RIGHT
        ),
        "not_a_notebook": "I could not do it, sorry.",
        "a_list": "[" * 100_000,
        "empty": "",
        "deeply_nested": as_notebook(HONEST, "x = " + "-" * 300_000 + "1", RIGHT),
    }
    for name, text in texts.items():
        (folder / f"{name}.ipynb").write_text(text)
    (folder / "binary.ipynb").write_bytes(bytes(range(256)))
    (folder / "link.py").symlink_to(ROOT / "book" / "solutions" / "ch01.py")
    with (folder / "too_large.ipynb").open("wb") as file:
        file.truncate(LARGEST + 1)
    return folder


@pytest.fixture(scope="module")
def results(folder, caged):
    """What one run over the folder finds."""
    # Little memory, so that a bomb meets its limit before the clock on any machine.
    limits = replace(caged, memory=512 << 20)
    os.environ["RNNLM_TOKEN"] = "a-secret-of-the-instructor"
    try:
        return grade(folder, points=POINTS, seed=5, jobs=2, limits=limits)
    finally:
        del os.environ["RNNLM_TOKEN"]


@pytest.fixture(scope="module")
def graded(results):
    """The marks of every student by name."""
    return {r.student: dict(zip(POINTS, r.marks, strict=True)) for r in results}


def test_the_honest_student_gets_full_marks(graded):
    assert [mark.points for mark in graded["honest"].values()] == [1, 2]


@pytest.mark.parametrize("name", BODIES)
def test_an_attack_gets_no_mark_and_costs_no_other_exercise(graded, name):
    attack, honest = graded[name].values()
    assert (attack.points, honest.points) == (0, 2)
    assert attack.verdict.kind in BODIES[name][1], attack.verdict


@pytest.mark.parametrize("name", ESCAPES)
def test_nothing_gets_out(graded, name):
    attack, honest = graded[name].values()
    assert (attack.points, honest.points) == (0, 2), attack.verdict


def test_nothing_was_written_outside(graded, outside):
    assert list(outside.iterdir()) == []
    assert not (ROOT / "rnnlm_lib" / "escaped").exists()


def test_nobody_was_called(graded, listener):
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_huge_output_is_thrown_away(graded):
    assert graded["huge_output"]["rerank"].verdict.passed


def test_of_two_definitions_the_last_one_counts_and_the_page_says_so(graded):
    last = graded["two_definitions_right_last"]["rerank"]
    first = graded["two_definitions_wrong_last"]["rerank"]
    assert (last.points, first.points) == (1, 0)
    said = "You define rerank twice; the last definition counts."
    assert last.notes == first.notes == (said,)


@pytest.mark.parametrize(
    "name", ["syntax_error_in_one_cell", "unclosed_bracket", "deeply_nested"]
)
def test_what_is_not_python_costs_nothing_else(graded, name):
    assert [mark.points for mark in graded[name].values()] == [1, 2]


def test_cells_that_compute_are_not_run(graded, outside):
    assert graded["heavy_cells"]["rerank"].verdict.passed
    assert not (outside / "ran").exists()


@pytest.mark.parametrize(
    "name", ["not_a_notebook", "a_list", "empty", "binary", "link", "too_large"]
)
def test_a_file_that_is_no_notebook_is_named(graded, name):
    for mark in graded[name].values():
        assert (mark.points, mark.verdict.kind) == (0, "unreadable")
        assert mark.verdict.message.startswith(name)


def test_every_attack_has_a_page(results):
    found = pages(results, "class")
    assert len(found) == len(results) + 1
    assert not any("<script" in page for page in found.values())
