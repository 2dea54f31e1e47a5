"""What runs inside a cage: one function of one student, and whatever it needs.

The grader starts this file as a program. It limits itself, waits for code and then for
inputs, and answers with numbers. What the student's code prints goes nowhere.
"""

import ast
import contextlib
import inspect
import linecache
import os
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

LONGEST_TEXT = 300  # characters of an error message


def main(arguments: list[str]) -> None:
    """Serve the grader until it hangs up.

    Parameters
    ----------
    arguments : the limits (CPU seconds, bytes of memory, bytes of a file), then folders
        to import from.
    """
    sys.path += arguments[3:]
    _limit(*map(int, arguments[:3]))
    _hide_answers()
    from rnnlm_lib.grading import syscalls, wire

    read, write = _private_pipes()
    syscalls.refuse()
    student = Student()
    while True:
        request = wire.receive(read)
        wire.send(write, getattr(student, request.pop("do"))(**request))


class Student:
    """The code of one student, and the function that is asked for."""

    def __init__(self):
        self.fn: Any = None

    def survey(self, cells: list) -> dict:
        """Count the definitions of each name; run nothing."""
        from rnnlm_lib.grading.definitions import Cell, survey

        names, problems = survey([Cell(*cell) for cell in cells])
        return {"names": names, "problems": [tuple(p) for p in problems]}

    def load(self, cells: list, name: str) -> dict:
        """Run the definitions that a function needs; say what came of it."""
        from rnnlm_lib.grading.definitions import Cell, needed, statements

        module = types.ModuleType("__main__")
        module.__dict__["check"] = lambda *given, **options: None
        failed = []
        found, _ = statements([Cell(*cell) for cell in cells])
        for statement in needed(found, name):
            error = _run(statement, module.__dict__)
            if error is not None:
                failed.append([statement.cell.label, *said(error)])
        self.fn = module.__dict__.get(name)
        return {
            "type": type(self.fn).__name__,
            "callable": callable(self.fn),
            "signature": _signature(self.fn),
            "failed": failed,
        }

    def call(self, inputs: tuple) -> dict:
        """Call the function; the inputs go back as they are afterwards."""
        import numpy as np

        try:
            with np.errstate(all="ignore"):
                result = self.fn(*inputs)
        except NotImplementedError:
            return {"todo": True}
        except BaseException as error:
            return {"raised": [*said(error), place(error, self.fn)]}
        return {"result": result, "inputs": inputs}


def said(error: BaseException) -> list[str]:
    """Return the type of an exception and what it says, which may itself go wrong."""
    text = ""
    with contextlib.suppress(BaseException):
        text = "".join(str(error))[:LONGEST_TEXT]
    return [type(error).__name__, text]


def place(error: BaseException, fn: Callable) -> str:
    """Say which line of the student's own code raised, as `check` does."""
    file = getattr(getattr(fn, "__code__", None), "co_filename", None)
    try:
        frames = traceback.extract_tb(error.__traceback__)
        last = [frame for frame in frames if frame.filename == file][-1]
    except Exception:
        return ""
    code = f": {last.line[:LONGEST_TEXT]}" if last.line else ""
    return f"(line {last.lineno} of {last.name}{code})"


def _run(statement: Any, names: dict) -> BaseException | None:
    """Run one statement; return what it raised."""
    label, text = statement.cell
    lines = text.splitlines(keepends=True)
    linecache.cache[label] = len(text), None, lines, label
    try:
        exec(compile(ast.Module([statement.node], []), label, "exec"), names)
    except BaseException as error:
        return error
    return None


def _signature(fn: Any) -> list | None:
    """Return name, kind and "has a default" of each parameter; None if unknown."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except Exception:
        return None
    return [[p.name, int(p.kind), p.default is not p.empty] for p in parameters]


def _private_pipes() -> tuple[Callable[[int], bytes], Callable[[bytes], None]]:
    """Keep the two pipes to the grader, and give the student empty ones."""
    to_grader, from_grader = os.dup(1), os.dup(0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)

    def read(size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = os.read(from_grader, size - len(data))
            if not piece:
                os._exit(0)
            data += piece
        return bytes(data)

    def write(data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(to_grader, left) :]

    return read, write


def _limit(seconds: int, memory: int, file_size: int) -> None:
    """Take the limits that the kernel keeps."""
    import resource

    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: file_size,
        resource.RLIMIT_NPROC: 256,  # the kernel does not count root's
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # it is lower already
            resource.setrlimit(which, (most, most))


def _hide_answers() -> None:
    """Put empty modules where the exercises and their answers are.

    In a cage the files are hidden as well; without one this is all there is.
    """
    import rnnlm_lib

    for name in ("exercises", "check", "attempt", "diagnosis"):
        module = types.ModuleType(f"rnnlm_lib.{name}")
        module.check = lambda *given, **options: None
        sys.modules[f"rnnlm_lib.{name}"] = module
        setattr(rnnlm_lib, name, module)


if __name__ == "__main__":
    main(sys.argv[1:])
