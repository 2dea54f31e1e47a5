"""Instant answers to the exercises of the book: `check("name", name)`.

A student's function is run on three random inputs; its numbers are compared with the
right ones and with those of every mistake in the catalogue; one line says the result.
"""

import difflib
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnnlm_lib.attempt import Attempt, Found
from rnnlm_lib.diagnosis import STAGES
from rnnlm_lib.exercises import Exercise, catalogue

PROBES = 3

_hints_given: Counter[str] = Counter()


@dataclass(frozen=True)
class Verdict:
    """What a check found: `kind` for programs, `line` for people.

    `names` holds the catalogued mistakes, or the parts of the exercise, if any. A
    verdict is true if the answer is right.
    """

    exercise: str
    kind: str
    message: str
    names: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.kind == "correct"

    @property
    def line(self) -> str:
        """The one line that a student reads."""
        mark = {"correct": "✓", "todo": "○"}.get(self.kind, "✗")
        return f"{mark} {self.exercise}: {self.message}"

    def __bool__(self) -> bool:
        return self.passed

    def _ipython_display_(self) -> None:
        """Show nothing more: `check` has printed the line."""


class CheckFailed(AssertionError):
    """A failed check under RNNLM_STRICT=1; IPython shows it as one line."""

    def __init__(self, verdict: Verdict):
        super().__init__(verdict.line)
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(name: str, fn: Callable, *, hint: bool = False) -> Verdict:
    """Print one line about `fn`, the answer to the exercise called `name`.

    Parameters
    ----------
    hint : while the answer is not right, print the next hint instead of the diagnosis.

    Raises
    ------
    CheckFailed : the answer is not right and RNNLM_STRICT is 1. Otherwise nothing is
        raised, so that a notebook goes on.
    """
    if not isinstance(name, str):
        name = getattr(name, "__name__", type(name).__name__)
    exercise = catalogue().get(name)
    if exercise is None:
        near = difflib.get_close_matches(name, catalogue(), n=3, cutoff=0.0)
        message = f"there is no exercise of this name; near ones are {', '.join(near)}."
        verdict = Verdict(name, "no exercise", message)
    else:
        verdict = diagnose(exercise, fn)
    if not verdict and os.environ.get("RNNLM_STRICT") == "1":
        raise CheckFailed(verdict)
    wants_hint = hint and exercise and not verdict
    _say(_next_hint(exercise) if wants_hint else verdict.line)
    return verdict


def diagnose(
    exercise: Exercise, fn: Callable, *, seed: int = 0, cast: Callable = np.copy
) -> Verdict:
    """Compare `fn` with the right answer and with the named mistakes; print nothing.

    Parameters
    ----------
    seed : seed of the three random inputs.
    cast : turns each array of the inputs into what `fn` is given, for example into
        float32 or a torch tensor.
    """
    attempt = Attempt(exercise, fn, cast)
    try:
        attempt.check_signature()
        rngs = [np.random.default_rng([seed, k]) for k in range(PROBES)]
        probes = [
            attempt.probe(exercise.inputs(rng), quiet=k > 0)
            for k, rng in enumerate(rngs)
        ]
        for stage in STAGES:
            stage(attempt, probes)
    except Found as found:
        return Verdict(exercise.name, found.kind, str(found), found.names)
    raise AssertionError("the last stage always finds something")


def _next_hint(exercise: Exercise) -> str:
    ladder = exercise.ladder
    step = min(_hints_given[exercise.name] + 1, len(ladder))
    _hints_given[exercise.name] = step
    return f"→ {exercise.name}, hint {step} of {len(ladder)}: {ladder[step - 1]}"


def _say(line: str) -> None:
    """Print a line, also where the terminal lacks its signs."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding))
