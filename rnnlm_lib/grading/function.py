"""A student's function as `diagnose` sees it: called here, computed in the cage."""

import inspect
from typing import Any

import numpy as np

from rnnlm_lib.grading.cage import DISTURBED, Cage, Lost


class CagedFunction:
    """A student's function, as `diagnose` calls it; the work is done in the cage."""

    def __init__(self, inside: Cage, parameters: list | None):
        self.inside = inside
        if parameters is not None:
            self.__signature__ = _signature(parameters)

    def __call__(self, *inputs: Any) -> Any:
        """Return what the function returns; change the inputs as it changes them."""
        answer = self.inside.ask(do="call", inputs=inputs)
        try:
            error = _error(answer)
            if error is None:
                for given, now in zip(inputs, answer["inputs"], strict=True):
                    _change(given, now)
                return answer["result"]
        except Exception:  # whatever it was, it is no answer of a cage that works
            raise Lost("ungraded", DISTURBED) from None
        raise error


def _error(answer: dict) -> Exception | None:
    """Make the exception that the function raised, if it raised one."""
    if "todo" in answer:
        return NotImplementedError()
    if "raised" not in answer:
        return None
    kind, said, where = answer["raised"]
    return type(kind, (Exception,), {})(f"{said} {where}".strip())


def _signature(parameters: list) -> inspect.Signature:
    """Build a signature from names, kinds and "has a default"."""
    made = []
    for name, kind, optional in parameters:
        default = None if optional else inspect.Parameter.empty
        made.append(
            inspect.Parameter(name, inspect._ParameterKind(kind), default=default)
        )
    return inspect.Signature(made)


def _change(given: Any, now: Any) -> None:
    """Make an input what it was after the call, so that `diagnose` sees a change."""
    if isinstance(given, np.ndarray):
        if given.shape != now.shape:
            given.resize(now.shape, refcheck=False)
        given[...] = now
    elif isinstance(given, list):
        given[:] = now
    elif isinstance(given, dict):
        given.clear()
        given.update(now)
    elif isinstance(given, tuple):
        for old, new in zip(given, now, strict=True):
            _change(old, new)
