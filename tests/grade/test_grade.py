"""The command, its tables and pages, its refusals, and its parts."""

import csv
import io
import shutil

import numpy as np
import pytest

from rnnlm_lib.check import Verdict
from rnnlm_lib.cli import main
from rnnlm_lib.grading import points, submission, syscalls, wire
from rnnlm_lib.grading.definitions import Cell, needed, statements, survey
from rnnlm_lib.grading.feedback import file_names, pages, student_page
from rnnlm_lib.grading.grade import Places, Result, table, write
from rnnlm_lib.grading.marks import Mark

WRONG = "def rerank(acoustic, lm, weight):\n    return acoustic\n"


def test_the_command_writes_two_tables_and_the_pages(tmp_path, caged, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada_01_language_models.py").write_text(WRONG)
    (tmp_path / "points.csv").write_text("exercise,points\nrerank,2.5\n")
    command = (
        f"grade {tmp_path}/in --out {tmp_path}/g.csv --points {tmp_path}/points.csv"
    )
    assert main(f"{command} --seed 1 --jobs 1".split()) == 0
    assert "1 student, 1 exercise, seed 1" in capsys.readouterr().out
    for name in ("g.csv", "g_totals.csv"):
        lines = (tmp_path / name).read_text("utf-8-sig").splitlines()
        (row,) = csv.DictReader(lines)
        assert (row["student"], row["points"], row["out of"]) == ("ada", "0", "2.5")
    made = sorted(path.name for path in (tmp_path / "g_pages").iterdir())
    assert made == ["ada.html", "index.html"]
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("nowhere", "there is no folder nowhere"),
        ("{0}/empty", "holds no .ipynb and no .py file"),
        ("{0}/in --out {0}/g.txt", "should end in .csv"),
        ("{0}/in --out {0}/no/g.csv", "there is no folder"),
        ("{0}/in --out {0}/full.csv", "holds thesis.pdf"),
        ("{0}/in --jobs 0", "must be more than 0"),
        ("{0}/in --seed -1", "must be 0 or more"),
        ("{0}/in --student (", "is no regular expression"),
        ("{0}/in --student x", "needs one group"),
        ("{0}/in --student (x)", "does not fit the file ada.py"),
        ("{0}/in --points {0}/none.csv", "cannot be read"),
        ("{0}/in --points {0}/head.csv", "must be: exercise,points"),
        ("{0}/in --points {0}/name.csv", "near ones are rerank"),
        ("{0}/in --points {0}/minus.csv", "must be a number from 0 up, not -1"),
        ("{0}/in --points {0}/twice.csv", "names rerank a second time"),
        ("{0}/in --points {0}/zero.csv", "gives no points"),
        ("{0}/other", "no file holds the exercises of a chapter"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path, caged, capsys, options, message):
    for name in ("in", "empty", "other", "full_pages"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "ada.py").write_text(WRONG)
    (tmp_path / "other" / "ada.py").write_text("x = 1")
    (tmp_path / "full_pages" / "thesis.pdf").write_text("")
    tables = {
        "head": "rerank,1",
        "name": "exercise,points\nrerang,1",
        "minus": "exercise,points\nrerank,-1",
        "twice": "exercise,points\nrerank,1\nrerank,2",
        "zero": "exercise,points\nrerank,0",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    before = sorted(tmp_path.iterdir())
    out = "" if "--out" in options else f" --out {tmp_path}/g.csv"
    assert main(f"grade {options.format(tmp_path)}{out}".split()) == 2
    error = capsys.readouterr().err
    assert error.startswith("rnnlm: ")
    assert message in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_without_bubblewrap_the_command_names_both_remedies(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (tmp_path / "ada.py").write_text(WRONG)
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "g.csv")]) == 2
    error = capsys.readouterr().err
    assert "`apt install bubblewrap`" in error
    assert "--no-cage" in error
    assert error.count("\n") == 1


def test_no_cage_says_what_it_does_not_protect(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (tmp_path / "ada.py").write_text(WRONG)
    (tmp_path / "p.csv").write_text("exercise,points\nrerank,1\n")
    command = f"grade {tmp_path} --out {tmp_path}/g.csv --points {tmp_path}/p.csv"
    assert main(f"{command} --no-cage --jobs 1".split()) == 0
    assert "can read your files and change them" in capsys.readouterr().err


def marked(student, verdict, notes=()):
    return Result(student, (f"{student}.py",), (Mark(verdict, 0.0, 1.0, "", notes),))


def test_pages_escape_what_comes_from_students_and_load_nothing():
    attack = "<script src=https://evil.example></script><img src=x onerror=alert(1)>"
    verdict = Verdict("rerank", "raised", f"your code raised {attack}.")
    results = [marked(attack, verdict, (attack,))]
    for page in pages(results, attack).values():
        assert "<script" not in page
        assert "<img" not in page
        assert "src=" not in page.replace("src=https", "").replace("src=x", "")
        assert "default-src 'none'" in page


def test_a_page_gives_the_next_step_and_a_right_answer_none():
    wrong = student_page(marked("ada", Verdict("rerank", "mistake", "these.")))
    right = student_page(marked("ada", Verdict("rerank", "correct", "correct.")))
    assert "Next step:" in wrong
    assert "Next step:" not in right


def test_the_page_of_the_class_counts_mistakes_by_name():
    verdict = Verdict("rerank", "mistake", "these.", ("added", "no_weight"))
    page = pages([marked("ada", verdict), marked("ben", verdict)], "1B")["index.html"]
    assert "the two probabilities are added" in page
    assert page.count('<td class="number">2</td>') == 2
    assert '<a href="ada.html">ada</a>' in page


def test_page_names_differ_on_every_system():
    names = file_names(["Ada", "ada", "a/da", "../..", "index", "Öz", "=1+1"])
    assert len({name.casefold() for name in names.values()}) == 7
    assert all("/" not in name and not name.startswith(".") for name in names.values())


def test_a_spreadsheet_takes_no_name_for_a_formula():
    text = table([marked("=cmd|calc", Verdict("rerank", "todo", "not written yet."))])
    assert next(csv.DictReader(io.StringIO(text)))["student"] == "'=cmd|calc"


def test_old_pages_are_replaced(tmp_path):
    places = Places(tmp_path / "g.csv")
    for student in ("ada", "ben"):
        results = [marked(student, Verdict("rerank", "todo", "not written yet."))]
        write(results, places, pages(results, "class"))
    assert not (places.pages / "ada.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "g.csv",
        "g_pages",
        "g_totals.csv",
    ]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("anna_09_lstm.ipynb", "anna"),
        ("anna smith_05_rnn_language_models (1).ipynb", "anna smith"),
        ("anna-s-09_lstm-2.ipynb", "anna-s"),
        ("09_lstm.ipynb", "09_lstm"),
        ("ben.py", "ben"),
        ("Anna Smith_123_file_/09_lstm.ipynb", "Anna Smith_123_file_"),
        ("student2009_07_vanishing_gradients.ipynb", "student2009"),
    ],
)
def test_whose_file_it_is(path, student):
    assert submission.student_of(submission.Path(path)) == student


def test_a_rule_finds_the_student(tmp_path):
    for name in ("smith_1234_late_x.ipynb", "jones_77_y.ipynb", ".hidden.py"):
        (tmp_path / name).write_text("")
    found = submission.find(tmp_path, r"^([^_]+)_\d+_")
    assert [one.student for one in found] == ["jones", "smith"]


def test_a_chapter_counts_when_half_of_it_was_handed_in():
    chapter_1 = [e.name for e in points.in_order() if e.chapter == 1]
    assert set(points.default([[*chapter_1[:-1], "lstm_step_ifog"]])) == set(chapter_1)


def test_only_what_a_function_needs_is_run():
    text = """
import numpy as np
import torch
from os import *
K = 3
x = train(K)
sigmoid = lambda a: 1 / (1 + np.exp(-a))
if __name__ == "__main__":
    def helper(K): return sigmoid(K)
@np.vectorize
def answer(x, y=K):
    def inner(): return helper(x)
    return inner()
answer(1)
"""
    found, problems = statements([Cell("cell 1", text)])
    names = [sorted(s.names) for s in needed(found, "answer")]
    assert names == [["np"], ["*"], ["K"], ["sigmoid"], ["helper"], ["answer"]]
    assert problems == []


def test_magics_and_other_languages_are_passed_over():
    cells = [
        Cell("cell 1", "%pip install x\n!ls\nfiles = !ls\nhelp?\ndef f(): return '%'"),
        Cell("cell 2", "%%bash\nrm -rf /"),
        Cell("cell 3", "%%time\ndef g(): pass"),
    ]
    assert survey(cells) == ({"f": 1, "g": 1}, [])


def test_a_broken_function_leaves_the_others_and_is_named():
    text = "def f():\n    return 1\n\n@x\ndef g(:\n    pass\n\ndef h():\n    return 2\n"
    names, (problem,) = survey([Cell("cell 4", text)])
    assert names == {"f": 1, "h": 1}
    assert (problem.line, problem.code, problem.names) == (5, "def g(:", ("g",))


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.5,
        "text",
        {"h": np.arange(6.0).reshape(2, 3), "n": 3},
        (np.zeros((0, 3), np.float32), [True, np.array([1, 2], np.int8)]),
        np.array(2.5, np.float16),
        np.arange(6).reshape(2, 3).T,
        float("inf"),
    ],
)
def test_values_go_through_the_wire(value):
    back = through(value)
    np.testing.assert_equal(back, value)
    assert getattr(back, "dtype", None) == getattr(value, "dtype", None)


def through(value):
    buffer = io.BytesIO()
    wire.send(buffer.write, value)
    buffer.seek(0)
    return wire.receive(buffer.read)


def test_objects_arrive_as_the_name_of_their_type():
    assert type(through({1, 2})).__name__ == "set"
    assert type(through(np.array(["a"]))).__name__ == "ndarray"
    assert through(np.float64(2.0)) == 2.0


@pytest.mark.parametrize(
    "head",
    [
        b"{",
        b'{"array": ["f8", [9], 0]}',
        b'{"array": ["O", [1], 0]}',
        b'{"array": ["f8", [-1], 0]}',
        b'{"array": ["f8", [1], 4]}',
        b'{"array": ["f8", [1000000000000, 1000000000000], 0]}',
        b'{"pickle": "x"}',
        b'{"object": 1}',
        b'{"tuple": 5}',
        b"[" * 100_000,
    ],
)
def test_garbage_is_refused(head):
    data = io.BytesIO(wire.LENGTHS.pack(len(head), 8) + head + bytes(8))
    with pytest.raises(wire.Garbled):
        wire.receive(data.read)


def test_what_is_too_large_is_not_even_read():
    data = io.BytesIO(wire.LENGTHS.pack(1 << 60, 0))
    with pytest.raises(wire.TooLarge):
        wire.receive(data.read)


@pytest.mark.parametrize("machine", syscalls.NUMBERS)
def test_every_jump_of_the_filter_stays_inside(machine):
    steps = np.frombuffer(syscalls.program(machine), "u2,u1,u1,u4")
    for at, (code, yes, no, _) in enumerate(steps.tolist()):
        jumps = (0, 0) if code in (syscalls.LOAD, syscalls.RETURN) else (yes, no)
        assert at + max(jumps) < len(steps) - (code != syscalls.RETURN)
