"""Starts a child process that can compute and nothing else.

With bubblewrap on Linux the child has no network, no home, a disk that it can read only
as far as Python needs, and process numbers of its own. With or without it, it has
limits of CPU time, memory, file size and output, and the grader's clock.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import rnnlm_lib
from rnnlm_lib.grading import child, wire

LIBRARY = Path(rnnlm_lib.__file__).parent
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
PROTECTS = (
    "then a submission can read your files and change them; its processor time, "
    "memory and output stay limited"
)

DISTURBED = "your code disturbs the program that calls it; no answer came back."


@dataclass(frozen=True)
class Limits:
    """What a function may use.

    Attributes
    ----------
    caged : whether bubblewrap is used.
    seconds : wall time for all calls of one exercise together.
    start_seconds : wall time to start Python and to import, PyTorch perhaps.
    memory, file_size, scratch : bytes; `scratch` is the size of the private /tmp.
    """

    caged: bool = True
    seconds: float = 10.0
    start_seconds: float = 30.0
    memory: int = 2 << 30
    file_size: int = 16 << 20
    scratch: int = 16 << 20


class Lost(BaseException):
    """The child gave no answer; not an Exception, so that `diagnose` lets it through.

    `kind` is for programs, the message for people.
    """

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


class Cage:
    """A child process, with the function of a student in it."""

    def __init__(self, process: subprocess.Popen, limits: Limits):
        self.process, self.limits = process, limits
        self.allowed = self.left = limits.start_seconds  # of waiting

    def ask(self, **request: Any) -> Any:
        """Send a request and wait for the answer.

        Raises
        ------
        Lost : there was none in time, the child ended, or the answer was too large.
        """
        start = time.monotonic()
        try:
            wire.send(lambda data: self._write(data, start), request)
            return wire.receive(lambda size: self._read(size, start))
        except wire.TooLarge:
            megabytes = wire.LARGEST_BODY >> 20
            message = f"what your function returns is larger than {megabytes} MB."
            raise Lost("output", message) from None
        except wire.Garbled:
            raise Lost("ungraded", DISTURBED) from None
        finally:
            self.left -= time.monotonic() - start

    def started(self) -> None:
        """Set the clock to what the calls may take."""
        self.allowed = self.left = self.limits.seconds

    def _wait(self, start: float, *, read: bool) -> None:
        """Wait until the pipe is ready; give up when the time is over."""
        pipe = self.process.stdout if read else self.process.stdin
        seconds = self.left - (time.monotonic() - start)
        ready = select.select([pipe] * read, [pipe] * (not read), [], max(seconds, 0))
        if not any(ready):
            raise Lost(
                "timeout",
                f"your code was stopped after {self.allowed:g} seconds; is "
                f"there a loop that does not end?",
            )

    def _read(self, size: int, start: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(start, read=True)
            piece = os.read(
                self.process.stdout.fileno(), min(size - len(data), 1 << 20)
            )
            if not piece:
                raise self._ended()
            data += piece
        return bytes(data)

    def _write(self, data: bytes, start: float) -> None:
        for at in range(0, len(data), select.PIPE_BUF):  # never blocks when ready
            self._wait(start, read=False)
            try:
                os.write(self.process.stdin.fileno(), data[at : at + select.PIPE_BUF])
            except BrokenPipeError:
                raise self._ended() from None

    def _ended(self) -> Lost:
        return Lost(
            "ended",
            "your code ended the whole program: it calls an exit function, crashes, or "
            "needs too much memory or time.",
        )

    def close(self) -> None:
        """End the child, and with it whatever it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        self.process.wait()


@contextlib.contextmanager
def cage(limits: Limits) -> Iterator[Cage]:
    """Start a child for use in a `with` statement."""
    process = subprocess.Popen(
        command(limits),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,  # a cage can read the environment of what started it
        cwd="/",
        start_new_session=True,
        bufsize=0,
    )
    inside = Cage(process, limits)
    try:
        yield inside
    finally:
        inside.close()


def command(limits: Limits) -> list[str]:
    """Return the command line of the child."""
    folders = [str(LIBRARY.parent), *_packages()]
    python = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
    # The grader's clock comes first.
    cpu_seconds = int(limits.start_seconds + limits.seconds) + 5
    numbers = map(str, (cpu_seconds, limits.memory, limits.file_size))
    program = [python, "-I", "-S", "-B", child.__file__, *numbers, *folders]
    return [*_bars(limits), *program] if limits.caged else program


def refusal(limits: Limits) -> str:
    """Say in one sentence why no child can be started here; empty if one can."""
    remedy = f"--no-cage grades without it, but {PROTECTS}"
    if os.name != "posix":
        return "grading needs Linux or macOS (on Windows: WSL)"
    if limits.caged and shutil.which("bwrap") is None:
        return (
            "the cage for the submissions needs bubblewrap: on Debian or Ubuntu `apt "
            f"install bubblewrap`; {remedy}"
        )
    done = subprocess.run(
        command(limits), stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT
    )
    if done.returncode == 0:
        return ""
    reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["?"])[-1]
    if not limits.caged:
        return f"no child process can be started here ({reason})"
    return (
        f"bubblewrap cannot build the cage here ({reason}): it needs user namespaces, "
        f"so ask whoever runs this machine, or `apt install bubblewrap` on another "
        f"one; {remedy}"
    )


def _bars(limits: Limits) -> list[str]:
    """Return the bubblewrap command that shuts the child in."""
    prefix = sys.base_prefix
    seen = [prefix, os.path.realpath(prefix), *_packages(), str(LIBRARY)]
    outside_usr = [path for path in seen if not Path(path).is_relative_to("/usr")]
    bars = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    bars += ["--hostname", "cage", "--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/lib", "/lib32", "/lib64", "/sbin"):
        if os.path.islink(name):
            bars += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            bars += ["--ro-bind", name, name]
    for path in ("/etc/ld.so.cache", "/etc/alternatives"):
        bars += ["--ro-bind-try", path, path]
    # Before what is bound: a copy of the library may lie below the machine's own /tmp.
    bars += ["--size", str(limits.scratch), "--tmpfs", "/tmp"]
    for path in dict.fromkeys(outside_usr):
        bars += ["--ro-bind", path, path]
    for path in _answers():
        bars += ["--tmpfs", path, "--remount-ro", path]
    bars += ["--dev", "/dev", "--remount-ro", "/dev"]  # and no /proc
    bars += ["--remount-ro", "/", "--chdir", "/tmp", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        bars += ["--setenv", name, value]
    return bars


def _packages() -> list[str]:
    """Return the folders that NumPy and, where there is one, PyTorch lie in."""
    found = [find_spec(name) for name in ("numpy", "torch")]
    files = [Path(spec.origin) for spec in found if spec and spec.origin]
    return list(dict.fromkeys(str(file.parents[1]) for file in files))


def _answers() -> list[str]:
    """Return the folders with the answers, wherever a copy of the library lies."""
    copies = [Path(folder) / "rnnlm_lib" for folder in _packages()]
    found = [copy / "exercises" for copy in (LIBRARY, *copies)]
    return [str(path) for path in dict.fromkeys(found) if path.is_dir()]
