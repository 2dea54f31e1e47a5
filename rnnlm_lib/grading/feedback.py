"""Pages about the marks: one for each student, and one for the class.

Each page is one file that loads nothing. What comes from a student is escaped, and the
page's own policy forbids scripts.
"""

import importlib
import re
from collections import Counter
from html import escape

from rnnlm_lib.exercises import Exercise, catalogue
from rnnlm_lib.grading.grade import Result
from rnnlm_lib.grading.marks import Mark
from rnnlm_lib.grading.sheet import marked_up, page, sentence, table

KINDS = {  # what befell an answer, for the page of the class
    "todo": "not written yet",
    "missing": "no such function handed in",
    "unreadable": "the file could not be read",
    "syntax": "not Python",
    "signature": "other parameters than asked for",
    "raised": "the code raised an exception",
    "timeout": "took too long",
    "ended": "ended the program",
    "output": "returned too much",
    "ungraded": "could not be graded",
    "none": "returned None",
    "type": "returned something else than numbers",
    "shape": "wrong shape",
    "nonfinite": "NaN or infinite numbers",
    "inplace": "changed its inputs",
    "factor": "off by a factor",
    "offset": "off by a constant",
    "part": "wrong in one part that could be named",
    "unknown": "wrong numbers, by no mistake we know",
}


def pages(results: list[Result], title: str) -> dict[str, str]:
    """Return all pages by their file names; `index.html` is the class's."""
    names = file_names([result.student for result in results])
    found = {names[r.student]: student_page(r) for r in results}
    return found | {"index.html": class_page(results, names, title)}


def file_names(students: list[str]) -> dict[str, str]:
    """Return a file name for each student, all different on every system."""
    names: dict[str, str] = {}
    taken = {"index"}
    for student in students:
        plain = re.sub(r"[^\w-]+", "-", student).strip("-")[:60] or "student"
        name, n = plain, 2
        while name.casefold() in taken:
            name, n = f"{plain}-{n}", n + 1
        taken.add(name.casefold())
        names[student] = f"{name}.html"
    return names


def student_page(result: Result) -> str:
    """Return the page that a student gets: verdicts and next steps, no solutions."""
    parts = [
        f"<h1>{escape(result.student)}</h1>",
        f'<p class="big">{result.points:g} of {_points(result.out_of)}</p>',
        f'<p class="quiet">Handed in: {escape(", ".join(result.files))}</p>',
        *(f"<p>✗ {marked_up(said)}</p>" for said in result.refused),
    ]
    chapter = None
    for mark in result.marks:
        if mark.verdict.kind == "unreadable":
            continue  # the line above says why, once
        exercise = catalogue()[mark.verdict.exercise]
        if exercise.chapter != chapter:
            chapter = exercise.chapter
            parts.append(f"<h2>{_chapter(chapter)}</h2>")
        parts.append(_exercise(mark, exercise))
    parts.append(
        '<p class="quiet">Each function was called on random inputs, and the points '
        "follow from the numbers that it returned. In the notebook, "
        "<code>check</code> with <code>hint=True</code> says more at each call.</p>"
    )
    return page(result.student, parts)


def class_page(results: list[Result], names: dict[str, str], title: str) -> str:
    """Return the page of the class: exercises, commonest mistakes, students."""
    best = max((result.out_of for result in results), default=0)
    mean = sum(result.points for result in results) / max(len(results), 1)
    count = f"{len(results)} student{'s' * (len(results) != 1)}"
    return page(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            f'<p class="big">{count}, on average {mean:.3g} of {_points(best)}</p>',
            "<h2>Exercises</h2>",
            _exercises(results),
            "<h2>Commonest mistakes</h2>",
            _mistakes(results),
            "<h2>What else happened</h2>",
            _others(results),
            "<h2>Students</h2>",
            _students(results, names),
        ],
    )


def _exercise(mark: Mark, exercise: Exercise) -> str:
    sign, style = "✗", "no"
    if mark.verdict.passed:
        sign, style = "✓", "yes"
    elif mark.verdict.kind in ("todo", "missing"):
        sign, style = "○", "todo"
    lines = [f"<p>{sentence(mark.verdict.message)}</p>"]
    lines += [f'<p class="quiet">{marked_up(note)}</p>' for note in mark.notes]
    if not mark.verdict.passed and mark.verdict.kind != "ungraded":
        lines.append(f"<p><b>Next step:</b> {sentence(exercise.ladder[0])}</p>")
    return (
        f'<section class="exercise {style}"><h3><span class="mark">{sign}</span>'
        f"<code>{escape(exercise.name)}</code>"
        f'<span class="points">{mark.points:g} / {mark.out_of:g}</span></h3>'
        f"{''.join(lines)}</section>"
    )


def _exercises(results: list[Result]) -> str:
    marks = [mark for result in results for mark in result.marks]
    right = Counter(m.verdict.exercise for m in marks if m.verdict.passed)
    rows = []
    for name in dict.fromkeys(m.verdict.exercise for m in marks):
        share = right[name] / len(results)
        bar = f'<span class="bar" style="--share: {share:.0%}"></span>'
        count = f"{right[name]} of {len(results)}"
        rows.append([f"<code>{name}</code>{bar}", count, f"{share:.0%}"])
    return table(["exercise", "right#", "#"], rows)


def _mistakes(results: list[Result]) -> str:
    verdicts = [mark.verdict for result in results for mark in result.marks]
    named = [(v.exercise, n) for v in verdicts if v.kind == "mistake" for n in v.names]
    rows = []
    for (exercise, name), count in Counter(named).most_common():
        text = marked_up(catalogue()[exercise].bugs[name].text)
        place = f'<code>{exercise}</code> <code class="quiet">{name}</code>'
        rows.append([f"{place}<br>{text}", str(count)])
    return table(["these numbers come out if ...", "how often#"], rows)


def _others(results: list[Result]) -> str:
    who: dict[str, Counter[str]] = {}
    for result in results:
        for mark in result.marks:
            if mark.verdict.kind in KINDS:
                counts = who.setdefault(KINDS[mark.verdict.kind], Counter())
                counts[result.student] += 1
    rows = []
    for what, counts in sorted(who.items(), key=lambda item: -item[1].total()):
        names = ", ".join(student for student, _ in counts.most_common(5))
        more = f" and {len(counts) - 5} more" if len(counts) > 5 else ""
        students = f'<span class="quiet">{escape(names)}{more}</span>'
        rows.append([f"{what}<br>{students}", str(counts.total())])
    return table(["what, and who", "answers#"], rows)


def _students(results: list[Result], names: dict[str, str]) -> str:
    rows = [
        [
            f'<a href="{escape(names[r.student])}">{escape(r.student)}</a>',
            _ticks(r),
            f"{r.points:g} / {r.out_of:g}",
        ]
        for r in results
    ]
    return table(["student", "exercises", "points#"], rows)


def _ticks(result: Result) -> str:
    passed = [mark.verdict.passed for mark in result.marks]
    ticks = "".join("✓" if right else "·" for right in passed)
    said = f"{sum(passed)} of {len(passed)} right"
    return f'<span role="img" aria-label="{said}">{ticks}</span>'


def _chapter(number: int) -> str:
    module = importlib.import_module(f"rnnlm_lib.exercises.ch{number:02d}")
    _, _, topic = (module.__doc__ or "").strip().rstrip(".").partition(": ")
    return f"Chapter {number}" + (f": {escape(topic)}" if topic else "")


def _points(number: float) -> str:
    return f"{number:g} point{'s' * (number != 1)}"
