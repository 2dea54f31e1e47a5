"""Grades a folder: two tables, a page for each student and one for the class."""

import csv
import functools
import io
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from rnnlm_lib.grading import points as points_file
from rnnlm_lib.grading.cage import Limits, refusal
from rnnlm_lib.grading.marks import File, Mark, mark_all, open_files
from rnnlm_lib.grading.submission import find

COLUMNS = ("student", "file", "exercise", "points", "out of", "verdict", "message")
TOTALS = ("student", "points", "out of", "correct", "exercises")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


@dataclass(frozen=True)
class Result:
    """What one student handed in, and the marks for it."""

    student: str
    files: tuple[str, ...]
    marks: tuple[Mark, ...]
    refused: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """Points of all exercises together."""
        return sum(mark.points for mark in self.marks)

    @property
    def out_of(self) -> float:
        """The most that there are."""
        return sum(mark.out_of for mark in self.marks)


@dataclass(frozen=True)
class Places:
    """Where the tables and the pages go, all beside the first table."""

    table: Path

    @property
    def totals(self) -> Path:
        """The table with one row for each student."""
        return self.table.with_name(f"{self.table.stem}_totals.csv")

    @property
    def pages(self) -> Path:
        """The folder of the pages."""
        return self.table.with_name(f"{self.table.stem}_pages")

    def check(self) -> None:
        """Refuse a place that cannot be written, or that holds something else."""
        if self.table.suffix != ".csv":
            raise ValueError(f"--out {self.table} should end in .csv")
        if not self.table.parent.is_dir():
            raise ValueError(f"there is no folder {self.table.parent}: make it first")
        held = sorted(self.pages.iterdir()) if self.pages.is_dir() else []
        foreign = [path.name for path in held if path.suffix != ".html"]
        if foreign:
            raise ValueError(
                f"{self.pages} is for the pages and holds {foreign[0]}: move that, or "
                "choose another --out"
            )


def grade(
    folder: Path,
    *,
    seed: int,
    points: Mapping[str, float] | None = None,
    rule: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 (it is frozen)
    jobs: int = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> list[Result]:
    """Grade every student in a folder; write nothing.

    Parameters
    ----------
    seed : of the random inputs; a new one each time, so that nobody knows them.
    points : what each exercise counts; by default 1, in the chapters handed in.
    rule : see `submission.find`.
    jobs : number of students at a time.
    tell : called with the students done and all students.

    Raises
    ------
    ValueError : the folder, the rule or the points do not fit, or no cage can be made.
    """
    submissions = find(folder, rule)
    cannot = refusal(limits)
    if cannot:
        raise ValueError(cannot)
    opening = functools.partial(open_files, folder=folder, limits=limits)
    with _Workers(jobs) as each:
        opened = list(each(opening, submissions))
        if points is None:
            points = points_file.default(f.names or () for o in opened for f in o)
        marking = functools.partial(mark_all, points=points, seed=seed, limits=limits)
        results = []
        for submission, files, marks in zip(
            submissions, opened, each(marking, opened), strict=True
        ):
            results.append(_result(submission.student, files, marks))
            tell(len(results), len(submissions))
    return results


def _result(student: str, files: list[File], marks: list[Mark]) -> Result:
    refused = tuple(file.refused for file in files if file.refused)
    return Result(student, tuple(f.name for f in files), tuple(marks), refused)


class _Workers:
    """A `map` over processes; with one job, over this process.

    Threads would not do: `diagnose` redirects the one standard output.
    """

    def __init__(self, jobs: int):
        self.pool = None
        if jobs > 1:
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(jobs, mp_context=context)

    def __enter__(self) -> Callable[[Callable, Iterable], Iterable]:
        return map if self.pool is None else self.pool.map

    def __exit__(self, kind: type | None, error: object, trace: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise ValueError(
                "the system ended a grading process, perhaps for want of memory: try "
                "--jobs 1"
            ) from None


def write(results: list[Result], places: Places, pages: Mapping[str, str]) -> None:
    """Write tables and pages: everything beside its place first, then all moved in."""
    texts = {places.table: table(results), places.totals: totals(results)}
    new = places.pages.with_name(places.pages.name + ".new")
    old = places.pages.with_name(places.pages.name + ".old")
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    new.mkdir()
    for name, page in pages.items():
        (new / name).write_text(page, "utf-8")
    for path, text in texts.items():
        path.with_name(path.name + ".new").write_text(text, "utf-8-sig", newline="")
    if places.pages.is_dir():
        places.pages.rename(old)
    new.rename(places.pages)
    for path in texts:
        os.replace(path.with_name(path.name + ".new"), path)
    shutil.rmtree(old, ignore_errors=True)


def table(results: list[Result]) -> str:
    """Return the table with a row for each exercise of each student."""
    rows = [
        (
            result.student,
            mark.file,
            mark.verdict.exercise,
            f"{mark.points:g}",
            f"{mark.out_of:g}",
            ": ".join(filter(None, (mark.verdict.kind, "+".join(mark.verdict.names)))),
            " ".join((mark.verdict.message, *mark.notes)),
        )
        for result in results
        for mark in result.marks
    ]
    return _csv([COLUMNS, *rows])


def totals(results: list[Result]) -> str:
    """Return the table with a row for each student."""
    rows = [
        (
            result.student,
            f"{result.points:g}",
            f"{result.out_of:g}",
            str(sum(mark.verdict.passed for mark in result.marks)),
            str(len(result.marks)),
        )
        for result in results
    ]
    return _csv([TOTALS, *rows])


def _csv(rows: list[tuple[str, ...]]) -> str:
    """Return a table as text; a spreadsheet will not take a name for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([f"'{x}" if x.startswith(FORMULA) else x for x in row])
    return text.getvalue()
