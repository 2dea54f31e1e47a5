"""How much each exercise counts."""

import csv
import difflib
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rnnlm_lib.exercises import catalogue


def read(path: Path) -> dict[str, float]:
    """Read a points file: a table with the columns `exercise` and `points`.

    Raises
    ------
    ValueError : there is no such file, or a line is wrong; the message says which.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the points file {path} cannot be read: {error}") from None
    points: dict[str, float] = {}
    rows = [(n, row) for n, row in enumerate(csv.reader(lines), 1) if any(row)]
    if not rows or [word.strip() for word in rows[0][1]] != ["exercise", "points"]:
        raise ValueError(f"the first line of {path} must be: exercise,points")
    for number, row in rows[1:]:
        name, value = _line(f"line {number} of {path}", row)
        if name in points:
            raise ValueError(f"line {number} of {path} names {name} a second time")
        points[name] = value
    if not sum(points.values()):
        raise ValueError(f"{path} gives no points: write a line such as rerank,2")
    return points


def default(submitted: Iterable[Iterable[str]]) -> dict[str, float]:
    """Give one point to each exercise of the chapters that were handed in.

    A chapter was handed in if one file holds at least half of its exercises, so that a
    name that is used by chance brings in no chapter.

    Parameters
    ----------
    submitted : for each file, the names that it defines.
    """
    sizes = Counter(exercise.chapter for exercise in catalogue().values())
    chapters = set()
    for names in submitted:
        known = [catalogue()[name] for name in names if name in catalogue()]
        here = Counter(exercise.chapter for exercise in known)
        chapters |= {chapter for chapter, n in here.items() if 2 * n >= sizes[chapter]}
    if not chapters:
        raise ValueError(
            "no file holds the exercises of a chapter: check the folder, or say with "
            "--points which exercises count"
        )
    return {e.name: 1.0 for e in in_order() if e.chapter in chapters}


def in_order() -> list:
    """Return the exercises in the order of the chapters."""
    return sorted(catalogue().values(), key=lambda e: (e.chapter, e.name))


def _line(place: str, row: list[str]) -> tuple[str, float]:
    if len(row) != 2:
        raise ValueError(f"{place} must hold a name and a number, such as rerank,2")
    name, text = (word.strip() for word in row)
    if name not in catalogue():
        near = difflib.get_close_matches(name, catalogue(), n=3, cutoff=0.0)
        raise ValueError(
            f"{place}: there is no exercise {name}; near ones are {', '.join(near)}"
        )
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ValueError(f"{place}: the points must be a number from 0 up, not {text}")
    return name, value
