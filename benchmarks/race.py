"""Run several programs in turn, each in its own process, and compare their times.

Other work on the machine makes single times useless. So every entrant gets a turn in
every round, the order changes from round to round, the clock counts the processor time
of its own process, and only ratios within a round are used.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field

import numpy as np

from benchmarks import models, textbook

MAKERS = {
    "scratch": models.scratch,
    "pytorch": models.pytorch,
    "products": models.products,
    "textbook": textbook.textbook,
    "one at a time": textbook.one_at_a_time,
}


@dataclass(frozen=True)
class Entrant:
    """Who runs which shape, with how many threads and which BLAS kernels."""

    maker: str
    shape: models.Shape
    threads: int = 1
    kernel: str | None = None
    environment: dict = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        threads = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
            str(self.threads),
        )
        kernel = {"OPENBLAS_CORETYPE": self.kernel} if self.kernel else {}
        object.__setattr__(self, "environment", os.environ | threads | kernel)

    def start(self):
        """Start the process; it waits for its turns."""
        shape = json.dumps(asdict(self.shape))
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.race", self.maker, shape],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def race(entrants, *, rounds=9, turn=0.4):
    """Times of one step of each entrant in each round.

    Parameters
    ----------
    entrants : dict of str to Entrant
    rounds : int
    turn : float, seconds that a turn should last at least

    Returns
    -------
    cpu, wall : dicts of str to array (rounds,), seconds
    """
    processes = {name: entrant.start() for name, entrant in entrants.items()}
    steps = dict.fromkeys(entrants, 1)
    for name, process in processes.items():
        take_turn(process, 2)  # the first steps allocate and warm up
        steps[name] = max(1, round(turn / take_turn(process, 1)[1]))
    times = {name: [] for name in entrants}
    order = list(entrants)
    for _ in range(rounds):
        for name in order:
            times[name].append(take_turn(processes[name], steps[name]))
        order.reverse()
    for process in processes.values():
        process.communicate("")
    arrays = {name: np.array(values).T for name, values in times.items()}
    return {k: v[0] for k, v in arrays.items()}, {k: v[1] for k, v in arrays.items()}


def take_turn(process, steps):
    """Processor and wall-clock seconds of one step, over a turn of so many."""
    process.stdin.write(f"{steps}\n")
    process.stdin.flush()
    return [float(seconds) / steps for seconds in process.stdout.readline().split()]


def serve(maker, shape):
    """In the child: one turn for each line of input."""
    step = MAKERS[maker](models.Shape(**json.loads(shape)))
    for line in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.process_time() - cpu, time.perf_counter() - wall, flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
