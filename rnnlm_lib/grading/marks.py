"""What a student gets for each exercise, and why.

Every exercise runs in a cage of its own: what one of them breaks, the next one does not
notice. The right answers, and the comparison, stay out here.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rnnlm_lib.check import Verdict, diagnose
from rnnlm_lib.exercises import catalogue
from rnnlm_lib.grading.cage import Cage, Limits, Lost, cage
from rnnlm_lib.grading.definitions import Cell, Problem
from rnnlm_lib.grading.function import CagedFunction
from rnnlm_lib.grading.submission import Submission, cells_of

LONGEST = 600  # characters of a message


@dataclass(frozen=True)
class File:
    """A file of a student: its code, and what is defined in it, how often.

    `refused` says why the file cannot be graded at all; it is empty otherwise.
    """

    name: str
    cells: tuple[Cell, ...] = ()
    names: Mapping[str, int] | None = None
    problems: tuple[Problem, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Mark:
    """The points for one exercise, the verdict, and remarks on the code."""

    verdict: Verdict
    points: float
    out_of: float
    file: str = ""
    notes: tuple[str, ...] = ()


def open_file(path: Path, folder: Path, limits: Limits) -> File:
    """Read a file; its code is parsed in a cage."""
    name = path.relative_to(folder).as_posix()
    try:
        cells = cells_of(path)
        with cage(limits) as inside:
            found = inside.ask(do="survey", cells=list(map(tuple, cells)))
        names = {str(k): int(n) for k, n in found["names"].items() if k in catalogue()}
        problems = [Problem(*p) for p in found["problems"]]
        return File(name, tuple(cells), names, tuple(problems))
    except (ValueError, OSError) as error:
        return File(name, refused=f"{name}: {error}.")
    except (Lost, LookupError, TypeError, AttributeError):
        return File(name, refused=f"{name}: the code in it cannot be read.")


def open_files(submission: Submission, folder: Path, limits: Limits) -> list[File]:
    """Read all files of a student."""
    return [open_file(path, folder, limits) for path in submission.files]


def mark_all(
    files: list[File], points: Mapping[str, float], seed: int, limits: Limits
) -> list[Mark]:
    """Mark the exercises of one student; of several answers the best one counts."""
    marks = []
    for name, out_of in points.items():
        holders = [file for file in files if file.names and name in file.names]
        tried = [mark(file, name, out_of, seed, limits) for file in holders]
        best = max(tried, key=lambda m: m.verdict.passed, default=None)
        marks.append(best or _absent(files, name, out_of))
    return marks


def mark(file: File, name: str, out_of: float, seed: int, limits: Limits) -> Mark:
    """Mark one exercise, in a cage."""
    failed: list = []
    try:
        with cage(limits) as inside:
            verdict = _diagnosed(inside, file, name, seed, failed)
    except Lost as lost:
        verdict = Verdict(name, lost.kind, str(lost))
    except Exception as error:  # an answer that no honest function gives
        message = f"this could not be graded ({type(error).__name__}); ask in class."
        verdict = Verdict(name, "ungraded", message)
    verdict = replace(verdict, message=textwrap.shorten(verdict.message, LONGEST))
    notes = _notes(file, name, [] if verdict.passed else failed)
    points = out_of if verdict.passed else 0.0
    return Mark(verdict, points, out_of, file.name, notes)


def _diagnosed(inside: Cage, file: File, name: str, seed: int, failed: list) -> Verdict:
    loaded = inside.ask(do="load", cells=list(map(tuple, file.cells)), name=name)
    failed += [tuple(map(str, one)) for one in loaded["failed"]]
    if not loaded["callable"]:
        return _no_function(name, str(loaded["type"]), failed)
    inside.started()
    fn = CagedFunction(inside, loaded["signature"])
    return diagnose(catalogue()[name], fn, seed=seed)


def _no_function(name: str, kind: str, failed: list) -> Verdict:
    if failed:
        place, error, said = failed[-1]
        message = f"your code raised {error}: {said.rstrip('.:')} ({place})."
        return Verdict(name, "raised", message)
    return Verdict(
        name, "missing", f"{name} is an object of the type {kind} and not a function."
    )


def _absent(files: list[File], name: str, out_of: float) -> Mark:
    """Say why an exercise is in no file: it is not Python, or was not handed in."""
    for file in files:
        for problem in file.problems:
            if name in problem.names:
                verdict = Verdict(
                    name, "syntax", f"this is not Python: {_said(problem)}"
                )
                return Mark(verdict, 0.0, out_of, file.name)
    refused = [file for file in files if file.refused]
    if refused and len(refused) == len(files):
        verdict = Verdict(name, "unreadable", refused[0].refused)
        return Mark(verdict, 0.0, out_of, refused[0].name)
    message = f"there is no function {name} in what you handed in."
    return Mark(Verdict(name, "missing", message), 0.0, out_of)


def _notes(file: File, name: str, failed: list) -> tuple[str, ...]:
    """Return remarks that the verdict does not make."""
    notes = []
    count = (file.names or {}).get(name, 0)
    if count > 1:
        times = "twice" if count == 2 else f"{count} times"
        notes.append(f"You define {name} {times}; the last definition counts.")
    for problem in file.problems:
        if name in problem.names:
            notes.append(f"This is not Python, and was left out: {_said(problem)}")
    for place, error, said in failed[:3]:
        notes.append(f"Before the call, {place} raised {error}: {said.rstrip('.')}.")
    return tuple(textwrap.shorten(note, LONGEST) for note in notes)


def _said(problem: Problem) -> str:
    code = f": {problem.code}" if problem.code else ""
    return f"{problem.message} ({problem.label}, line {problem.line}{code})."
