"""Run a student's function and read its answer, whatever comes back.

Inputs and answers may be NumPy arrays of any precision, torch tensors (read without
importing torch), Python numbers, strings, and lists, tuples and dicts of these.
"""

import contextlib
import copy
import inspect
import io
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from rnnlm_lib.exercises import Exercise

TOLERANCE = {2: 5e-3, 4: 1e-4}  # by the bytes of a float; 1e-7 for longer ones


class Found(Exception):
    """The diagnosis is found: `kind` for programs, the message for people."""

    def __init__(self, kind: str, message: str, names: Iterable[str] = ()):
        super().__init__(message)
        self.kind, self.names = kind, tuple(names)


class Probe(NamedTuple):
    """One run of the student's function: inputs, and both answers as named arrays.

    `changed` names the parameters that the function changed in place.
    """

    inputs: tuple
    got: dict[str, np.ndarray]
    want: dict[str, np.ndarray]
    tolerance: float
    changed: tuple[str, ...]

    def gives(self, answer: dict[str, np.ndarray]) -> bool:
        """Whether the student's numbers are these numbers."""
        return all(close(self.got[k], answer[k], self.tolerance) for k in answer)


class Attempt(NamedTuple):
    """A student's function for an exercise, and what it is fed with.

    `cast` turns each array of the inputs into what the function is given, for example
    into float32 or a torch tensor.
    """

    exercise: Exercise
    fn: Callable
    cast: Callable

    def check_signature(self) -> None:
        """Find something that is no function, or takes other parameters."""
        name, wanted = self.exercise.name, self.exercise.parameters
        if not callable(self.fn):
            raise Found(
                "signature",
                f"the second argument is {_a(self.fn)}, not a function; write "
                f'check("{name}", {name}), without brackets after the name.',
            )
        try:
            own = inspect.signature(self.fn)
        except ValueError:
            return  # some built-in functions do not tell
        try:
            own.bind(*wanted)
        except TypeError:
            raise Found(
                "signature",
                f"your function takes {_parameters(own.parameters)}; it should take "
                f"{_parameters(wanted)}.",
            ) from None

    def probe(self, inputs: tuple, *, quiet: bool) -> Probe:
        """Run the function once; find what leaves no numbers to compare."""
        given = _each(inputs, lambda x: (self.cast if _is_array(x) else copy.copy)(x))
        kept = _each(given, plain)
        # The reference sees what the function saw, after rounding to its precision.
        seen = _each(kept, lambda x: x.astype(float) if _is_float(x) else x)
        want = self.exercise.answer(seen)
        output = contextlib.redirect_stdout(io.StringIO() if quiet else sys.stdout)
        with output:
            result = _call(self.fn, given)
        got = _read(result, want, self.exercise.returns)
        floats = filter(_is_float, (*_leaves(kept), *got.values()))
        width = min((x.itemsize for x in floats), default=8)
        compared = zip(self.exercise.parameters, kept, given, strict=True)
        return Probe(
            inputs=seen,
            got={part: array.astype(float) for part, array in got.items()},
            want=want,
            tolerance=TOLERANCE.get(width, 1e-7),
            changed=tuple(k for k, old, new in compared if not _same(old, new)),
        )


def close(got: np.ndarray, want: np.ndarray, tolerance: float) -> bool:
    """Whether numbers are equal: integers exactly, floats relative to the largest."""
    if got.shape != want.shape:
        return False
    if want.dtype.kind in "iub":
        return np.array_equal(got, want)
    return bool((np.abs(got - want) <= tolerance * scale(want)).all())


def scale(want: np.ndarray) -> float:
    """Return the size of the numbers, to which an error is compared."""
    return max(1e-6, float(np.abs(want).max(initial=0.0)))


def plain(value: Any) -> Any:
    """Copy an array or a torch tensor as a NumPy array; leave other values alone."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.array(value) if hasattr(value, "dtype") else value


def _call(fn: Callable, given: tuple) -> Any:
    try:
        with np.errstate(all="ignore"):  # a later stage reports NaN and infinity
            return fn(*given)
    except NotImplementedError:
        raise Found("todo", "not written yet.") from None
    except (Exception, SystemExit) as error:
        said = textwrap.shorten(f"{type(error).__name__}: {error}", 200)
        message = f"your code raised {said.rstrip('.:')}{_line(error, fn)}."
        raise Found("raised", message) from None


def _line(error: BaseException, fn: Callable) -> str:
    """Say which line of the student's own code raised."""
    file = getattr(getattr(fn, "__code__", None), "co_filename", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == file]
    if not own:
        return ""
    code = f": {own[-1].line}" if own[-1].line else ""
    return f" (line {own[-1].lineno} of {own[-1].name}{code})"


def _read(result: Any, want: dict, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Read the result of a function as the named arrays that are wanted."""
    if result is None:
        raise Found("none", "your function returned None; is the `return` missing?")
    parts = result
    if "" in want:
        parts = {"": result}
    elif isinstance(result, tuple | list) and len(result) == len(names):
        parts = dict(zip(names, result, strict=True))
    if not isinstance(parts, dict) or set(parts) != set(want):
        kind = f"{len(names)} results" if names else "a dict with the keys"
        wanted = f"{kind} ({', '.join(want)})"
        raise Found("type", f"{wanted} should come back, and it is {_a(result)}.")
    return {part: _numbers(parts[part], part) for part in want}


def _numbers(value: Any, part: str) -> np.ndarray:
    try:
        if isinstance(value, tuple) and any(np.ndim(plain(x)) for x in value):
            raise TypeError
        array = np.array(_each(value, plain))
        if array.dtype.kind not in "fiub":
            raise TypeError
    except Exception:
        place = f"`{part}`" if part else "the result"
        wanted = f"{place} should be one array of numbers"
        raise Found("type", f"{wanted}, and it is {_a(value)}.") from None
    return array


def _a(value: Any) -> str:
    kind = type(value).__name__
    if isinstance(value, tuple | list):
        return f"a {kind} of {len(value)}"
    if isinstance(value, dict):
        return f"a dict with the keys ({', '.join(map(str, value))})"
    return f"an {kind}" if kind[0] in "aeiou" or kind == "ndarray" else f"a {kind}"


def _parameters(names: Iterable[str]) -> str:
    names = list(names)
    plural = "" if len(names) == 1 else "s"
    return f"{len(names)} parameter{plural} ({', '.join(names)})"


def _each(value: Any, do: Callable) -> Any:
    """Apply `do` to whatever a nest of dicts, lists and tuples holds."""
    if isinstance(value, dict):
        return {key: _each(x, do) for key, x in value.items()}
    if isinstance(value, tuple | list):
        return type(value)([_each(x, do) for x in value])
    return do(value)


def _leaves(value: Any) -> list:
    found = []
    _each(value, found.append)
    return found


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def _is_float(value: Any) -> bool:
    return _is_array(value) and value.dtype.kind == "f"


def _same(old: Any, new: Any) -> bool:
    old, new = _leaves(old), _leaves(_each(new, plain))
    return len(old) == len(new) and all(map(np.array_equal, old, new))
