"""The exercises of the book: a folder for each chapter, a module for each exercise.

An exercise holds one reference with switches. `ref(frozenset(), *inputs)` is the right
answer; with the names of mistakes in the set it is the wrong answer that makes exactly
those mistakes. Diagnosis asks whose numbers the student has.
"""

import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

import numpy as np

# Two answers closer than this, relative to the larger, could both pass for equal to a
# third one in half precision.
SEPARATION = 0.012


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that has a name.

    Parameters
    ----------
    text : completes "these are exactly the numbers you get if ...".
    source : where the mistake comes from: an erratum ("E-42"), a claim ("C-01") or a
        passage ("S-142") of the lectures, a public thread ("owner/repository#103"),
        "trial" (met while the exercises were tried out) or "generic" (a sign, a factor,
        a transpose).
    """

    text: str
    source: str


@dataclass(frozen=True)
class Exercise:
    """A function the student writes, and all that is needed to answer it.

    Parameters
    ----------
    name : name of the student's function.
    chapter : number of the chapter.
    ref : `ref(bug, *inputs)`, the right answer or, with names in `bug`, a wrong one.
    make : `make(rng)` draws a tuple of inputs.
    bugs : the named mistakes.
    done : what the student can do now; printed after "correct".
    hints : from the gentlest to the last but one; the last points to `heading`.
    heading : heading of the paragraph of the chapter that explains it.
    returns : names of the parts, when the answer is a tuple.
    switch_off : "name of a part" -> function of the inputs that returns inputs on which
        the part has no say.
    """

    name: str
    chapter: int
    ref: Callable
    make: Callable
    bugs: dict[str, Mistake]
    done: str
    hints: tuple[str, ...]
    heading: str
    returns: tuple[str, ...] = ()
    switch_off: dict[str, Callable] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters of the student's function, in order."""
        return tuple(inspect.signature(self.ref).parameters)[1:]

    @property
    def ladder(self) -> tuple[str, ...]:
        """All hints; the last one points to the paragraph of the chapter."""
        place = f"read “{self.heading}” in chapter {self.chapter} again."
        return (*self.hints, place)

    def answer(self, inputs: tuple, bugs: Iterable[str] = ()) -> dict[str, np.ndarray]:
        """Give the answer with these mistakes as named arrays ("" if only one)."""
        with np.errstate(all="ignore"):
            value = self.ref(frozenset(bugs), *inputs)
        if isinstance(value, tuple):
            value = dict(zip(self.returns, value, strict=True))
        parts = value if isinstance(value, dict) else {"": value}
        return {name: np.asarray(part) for name, part in parts.items()}

    def inputs(self, rng: np.random.Generator) -> tuple:
        """Draw inputs on which every mistake shows: all answers differ clearly."""
        for _ in range(1000):
            inputs = self.make(rng)
            answers = [
                self.answer(inputs),
                *(self.answer(inputs, [b]) for b in self.bugs),
            ]
            if all(_differ(*pair) for pair in itertools.combinations(answers, 2)):
                return inputs
        raise ValueError(
            f"1000 inputs drawn for {self.name} hide one of its {len(self.bugs)} "
            f"mistakes; draw larger or more varied ones in its make function."
        )


def _differ(first: dict, second: dict) -> bool:
    for one, other in zip(first.values(), second.values(), strict=True):
        if one.shape != other.shape:
            return True
        gap = np.abs(one.astype(float) - other)
        if gap.max() > SEPARATION * max(np.abs(one).max(), np.abs(other).max()):
            return True
    return False


def sizes(rng: np.random.Generator, n: int, low: int = 3, high: int = 8) -> list[int]:
    """Draw `n` different sizes, so that no two axes can be mistaken for each other."""
    return (low + rng.permutation(high - low + 1)[:n]).tolist()


def distributions(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw probabilities (..., V) that sum to one over V, none of them near zero."""
    weights = np.exp(rng.normal(size=shape))
    return weights / weights.sum(axis=-1, keepdims=True)


@cache
def catalogue() -> MappingProxyType[str, Exercise]:
    """Return every exercise of the book by its name.

    Raises
    ------
    ValueError : two exercises have one name.
    """
    found = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if module.ispkg:
            continue
        exercise = importlib.import_module(module.name).exercise
        if exercise.name in found:
            raise ValueError(
                f"two exercises are called {exercise.name}, in chapters "
                f"{found[exercise.name].chapter} and {exercise.chapter}; rename one."
            )
        found[exercise.name] = exercise
    return MappingProxyType(found)
