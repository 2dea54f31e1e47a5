"""A file that a student handed in: whose it is, and the code in it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from rnnlm_lib.grading.definitions import Cell

KINDS = (".ipynb", ".py")
LARGEST = 20 << 20  # bytes of a file
LARGEST_CODE = 2 << 20
NOTEBOOK_NAME = re.compile(r"[ _-]*(?<!\d)\d\d_[a-z][a-z_]*.*$")


@dataclass(frozen=True)
class Submission:
    """All files of one student, by their paths inside the folder."""

    student: str
    files: tuple[Path, ...]


def find(folder: Path, rule: str | None = None) -> list[Submission]:
    """Return the students of a folder, in the order of their names.

    A file in a sub-folder belongs to the student that the sub-folder is named after. A
    file beside them belongs to the student it is named after, up to the name of the
    book's notebook: `anna_09_lstm.ipynb` is anna's.

    Parameters
    ----------
    rule : a regular expression with one group, searched in a file's path inside the
        folder; the group is the student.

    Raises
    ------
    ValueError : there is no such folder, it holds no file of a student, or the rule
        does not fit.
    """
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}: name the one with the files")
    pattern = _compiled(rule)
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith((".", "__")) for part in inside.parts)
        if path.suffix in KINDS and not hidden and not path.is_dir():
            found.setdefault(student_of(inside, pattern), []).append(path)
    if not found:
        raise ValueError(
            f"{folder} holds no .ipynb and no .py file: unpack the submissions into it"
        )
    return [Submission(student, tuple(found[student])) for student in sorted(found)]


def student_of(inside: Path, pattern: re.Pattern | None = None) -> str:
    """Return whose file it is, from its path inside the folder."""
    if pattern is not None:
        match = pattern.search(inside.as_posix())
        if match is None:
            raise ValueError(
                f"--student {pattern.pattern} does not fit the file {inside}: mend the "
                "rule, or rename the file"
            )
        return match[1].strip() or inside.stem
    if len(inside.parts) > 1:
        return inside.parts[0].strip()
    return NOTEBOOK_NAME.sub("", inside.stem).strip() or inside.stem


def cells_of(path: Path) -> list[Cell]:
    """Return the code of a notebook or of a .py file.

    Raises
    ------
    ValueError : the file is neither, or it is too large.
    """
    # A link could lead to a file that the student may not read.
    if path.is_symlink() or not path.is_file():
        raise ValueError("this is not a file but a link or something else")
    if path.stat().st_size > LARGEST:
        raise ValueError(
            f"the file is larger than {LARGEST >> 20} MB; clear its outputs and hand "
            "it in again"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("this is not a text file in UTF-8") from None
    cells = [Cell(path.name, text)] if path.suffix == ".py" else _notebook(text)
    if sum(len(cell.text) for cell in cells) > LARGEST_CODE:
        raise ValueError(f"there is more than {LARGEST_CODE >> 20} MB of code in it")
    return cells


def _notebook(text: str) -> list[Cell]:
    """Return the code cells of a notebook; its metadata are not looked at."""
    try:
        notebook = json.loads(text)
        if "cells" not in notebook:  # before 2015 they lay in sheets
            notebook = notebook["worksheets"][0]
        sources = [_source(cell) for cell in notebook["cells"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError(
            "this is not a notebook; download it again with File, Download, "
            "Download .ipynb"
        ) from None
    return [Cell(f"cell {n}", s) for n, s in enumerate(sources, 1) if s is not None]


def _source(cell: dict) -> str | None:
    """Return the code of a cell; None for a cell of text."""
    if cell.get("cell_type") != "code":
        return None
    source = cell["source"] if "source" in cell else cell["input"]
    return source if isinstance(source, str) else "".join(source)


def _compiled(rule: str | None) -> re.Pattern | None:
    if rule is None:
        return None
    try:
        pattern = re.compile(rule)
    except re.error as error:
        raise ValueError(
            f"--student {rule} is no regular expression: {error}"
        ) from None
    if pattern.groups != 1:
        raise ValueError(
            f"--student {rule} needs one group, as in '([^_]+)_', not {pattern.groups}"
        )
    return pattern
