"""Say what is wrong with an answer: whose numbers are these?

The functions in `STAGES` look at a student's numbers one after the other. The first
that finds something raises `Found`, so their order is the order of diagnosis.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np

from rnnlm_lib.attempt import Attempt, Found, Probe, close, scale

FACTORS = {
    -1.0: "the sign is the other way round",
    math.log(2): "ln 2, so bits and nats are mixed",
    1 / math.log(2): "1 / ln 2, so bits and nats are mixed",
}


def wrong_shape(attempt: Attempt, probes: list[Probe]) -> None:
    """Find a shape that a named mistake explains, a transpose, or another shape."""
    for probe, part in itertools.product(probes, probes[0].want):
        got, want = probe.got[part], probe.want[part]
        if got.shape == want.shape:
            continue
        named_mistake(attempt, probes)
        hint = ""
        if got.ndim > 1 and got.shape == want.shape[::-1]:
            equal = close(got.T, want, probe.tolerance)
            hint = " It is the transpose." if equal else " Is it transposed?"
        raise Found(
            "shape",
            f"the shape{_of(part)} should be {_shape(want)} here, and it is "
            f"{_shape(got)}.{hint}",
        )


def not_finite(attempt: Attempt, probes: list[Probe]) -> None:
    """Find NaN or infinity among the numbers."""
    for probe, part in itertools.product(probes, probes[0].want):
        bad = ~np.isfinite(probe.got[part])
        if bad.any():
            raise Found("nonfinite", f"{_share(bad, _of(part))} NaN or infinite.")


def changed_in_place(attempt: Attempt, probes: list[Probe]) -> None:
    """Find an input that is no longer what it was."""
    for probe in probes:
        if probe.changed:
            raise Found(
                "inplace",
                f"your function changes `{probe.changed[0]}` in place, and whoever "
                f"calls it still needs it; work on a copy.",
            )


def correct(attempt: Attempt, probes: list[Probe]) -> None:
    """Find the right answer."""
    if all(probe.gives(probe.want) for probe in probes):
        raise Found("correct", f"correct. {attempt.exercise.done}")


def named_mistake(attempt: Attempt, probes: list[Probe]) -> None:
    """Find the mistake, or the two mistakes, that give these numbers."""
    bugs, answer = attempt.exercise.bugs, attempt.exercise.answer
    for count in (1, 2):
        found = [
            names
            for names in itertools.combinations(bugs, count)
            if all(probe.gives(answer(probe.inputs, names)) for probe in probes)
        ]
        if found:
            causes = [", and ".join(bugs[b].text for b in names) for names in found[:2]]
            said = "; or if ".join(causes)
            message = f"these are exactly the numbers you get if {said}."
            raise Found("mistake", message, found[0])


def constant_factor(attempt: Attempt, probes: list[Probe]) -> None:
    """Find the same factor between all numbers and the right ones."""
    ratios = _constants(
        probes, lambda got, want: want @ got / (want @ want), np.multiply
    )
    if ratios == [0.0]:
        raise Found("factor", f"{_place(probes)}every number is 0.")
    if ratios:
        known = [why for f, why in FACTORS.items() if abs(ratios[0] - f) < 1e-3]
        why = f" ({known[0]})" if known and len(ratios) == 1 else ""
        raise Found(
            "factor",
            f"{_place(probes)}every number is {_listed(ratios)} times what it should "
            f"be{why}.",
        )


def row_factors(attempt: Attempt, probes: list[Probe]) -> None:
    """Find a factor for each row, which a missing or wrong normalisation leaves."""
    for probe, part in itertools.product(probes, _wrong_parts(probes)):
        got, want = probe.got[part], probe.want[part]
        if want.ndim < 2:
            return
        with np.errstate(all="ignore"):
            ratios = (got * want).sum(-1, keepdims=True) / (want**2).sum(
                -1, keepdims=True
            )
        if not close(got, ratios * want, probe.tolerance):
            return
    message = (
        "each row is off by a factor of its own; look at what the rows are divided by."
    )
    raise Found("factor", _place(probes) + message)


def constant_offset(attempt: Attempt, probes: list[Probe]) -> None:
    """Find the same difference between all numbers and the right ones."""
    gaps = _constants(probes, lambda got, want: (got - want).mean(), np.add)
    if gaps:
        message = f"every number is off by the same amount, {_listed(gaps)}."
        raise Found("offset", _place(probes) + message)


def part_switched_off(attempt: Attempt, probes: list[Probe]) -> None:
    """Find a part without which the answer is right."""

    def right_without(off: Callable) -> bool:
        try:
            again = [attempt.probe(off(*p.inputs), quiet=True) for p in probes]
        except Found:
            return False
        return all(probe.gives(probe.want) for probe in again)

    switches = attempt.exercise.switch_off.items()
    parts = [name for name, off in switches if right_without(off)]
    if parts:
        raise Found(
            "part",
            f"{_place(probes)}the numbers are wrong, and they become right when I "
            f"switch off {' or '.join(parts[:2])}; look there first.",
            parts,
        )


def worst_number(attempt: Attempt, probes: list[Probe]) -> None:
    """Find the worst number; this stage always finds one."""
    part, *others = _wrong_parts(probes)
    probe = next(p for p in probes if not _right(p, part))
    got, want = probe.got[part], probe.want[part]
    gap = np.abs(got - want)
    wrong = gap > probe.tolerance * scale(want)
    at = tuple(int(i) for i in np.unravel_index(gap.argmax(), gap.shape))
    worst = f"{_share(wrong)} wrong; the worst, at {list(at)}," if at else "the number"
    also = f" {_named(others)} wrong too." if others else ""
    raise Found(
        "unknown",
        f"{_place(probes, [part])}{worst} should be {want[at]:.6g} on my input and is "
        f"{got[at]:.6g}.{also} No mistake I know gives this; hint=True gives a hint.",
    )


STAGES = (
    wrong_shape,
    not_finite,
    changed_in_place,
    correct,
    named_mistake,
    constant_factor,
    row_factors,
    constant_offset,
    part_switched_off,
    worst_number,
)


def _right(probe: Probe, part: str) -> bool:
    return close(probe.got[part], probe.want[part], probe.tolerance)


def _wrong_parts(probes: list[Probe]) -> list[str]:
    return [part for part in probes[0].want if not all(_right(p, part) for p in probes)]


def _constants(probes: list[Probe], constant: Callable, apply: Callable) -> list[float]:
    """Return the constants, one for all probes or one each, that explain the numbers.

    One or two numbers always differ by some constant: then it must be the same for all.
    """
    parts, found, sizes = _wrong_parts(probes), [], []
    for probe in probes:
        got = np.concatenate([probe.got[part].ravel() for part in parts])
        want = np.concatenate([probe.want[part].ravel() for part in parts])
        with np.errstate(all="ignore"):
            found.append(float(constant(got, want)))
        if not close(got, apply(want, found[-1]), probe.tolerance):
            return []
        sizes.append(want.size)
    same = np.ptp(found) <= probes[0].tolerance * np.abs(found).max()
    return found[:1] if same else found if min(sizes) > 2 else []


def _listed(constants: list[float]) -> str:
    said = ", ".join(f"{c:.6g}" for c in constants)
    return said if len(constants) == 1 else f"one number ({said} on three inputs)"


def _place(probes: list[Probe], wrong: list[str] | None = None) -> str:
    """Say which parts of an answer are right, if it has several; else nothing."""
    all_wrong = _wrong_parts(probes)
    if all_wrong == [""]:
        return ""
    right = [part for part in probes[0].want if part not in all_wrong]
    said = f"{_named(right)} right, but " if right else ""
    return f"{said}in {' and '.join(f'`{part}`' for part in wrong or all_wrong)} "


def _named(parts: list[str]) -> str:
    verb = "is" if len(parts) == 1 else "are"
    return f"{' and '.join(f'`{part}`' for part in parts)} {verb}"


def _share(bad: np.ndarray, of: str = "") -> str:
    """Say how many of the numbers are bad."""
    if not bad.ndim:
        return f"the number{of} is"
    return f"{bad.sum()} of {bad.size} numbers{of} {'is' if bad.sum() == 1 else 'are'}"


def _of(part: str) -> str:
    return f" of `{part}`" if part else ""


def _shape(array: np.ndarray) -> str:
    return str(array.shape) if array.ndim else "() (one number)"
