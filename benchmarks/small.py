"""Guard the speed of a training step: `make bench-small`, half a minute.

Calls of NumPy's functions, peak memory and pages asked for are exact, or nearly, on a
busy machine too. Processor time is compared with the bare matrix products of the same
step, in turns. The exit code is 1 if a limit is passed, after a second try for time.
"""

import os
import resource
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is imported

import numpy as np

from benchmarks.memory import needed, peak
from benchmarks.models import Shape, scratch, zipf_ids
from benchmarks.race import Entrant, race
from rnnlm_lib.scratch.model import RNNLM

COUNTED = {"vocab_size": 2000, "hidden_size": 64, "window": 20, "batch_size": 8}
TIMED = {"vocab_size": 2000, "hidden_size": 100}
MEMORY = 0.8  # times what the arithmetic needs
FAULTS = 50  # pages a step; 2,000 when freed memory goes back to the system
# Calls of NumPy's functions, memory, page faults, time beside the matrix products.
LIMITS = {
    "rnn": (305, MEMORY, FAULTS, 1.65),
    "gru": (825, MEMORY, FAULTS, 1.75),
    "gru_reset_before": (945, MEMORY, FAULTS, 1.8),
    "lstm": (787, MEMORY, FAULTS, 1.9),
}


class Counted(np.ndarray):
    """An array that counts the functions of NumPy in which it takes part."""

    calls = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        """Count, compute with plain arrays, and go on counting with the result."""
        Counted.calls += 1
        if out is not None:
            options["out"] = tuple(plain(array) for array in out)
        result = getattr(ufunc, method)(*map(plain, inputs), **options)
        return result.view(Counted) if isinstance(result, np.ndarray) else result


def plain(value):
    """The same memory as an ordinary array."""
    return value.view(np.ndarray) if isinstance(value, Counted) else value


def calls(cell):
    """Calls of NumPy's element-wise functions and products in one step."""
    shape = Shape(cell, **COUNTED)
    sizes = shape.vocab_size, shape.hidden_size, shape.hidden_size
    rng = np.random.default_rng(0)
    model = RNNLM(*sizes, cell=cell, num_layers=2, fused=True, rng=rng)
    model.params = {name: value.view(Counted) for name, value in model.params.items()}
    Counted.calls = 0
    model.loss_and_grads(*zipf_ids(shape), model.initial_state(shape.batch_size))
    return Counted.calls


def page_faults(cell):
    """Pages of memory that a step has to ask the system for."""
    step = scratch(Shape(cell, vocab_size=65, hidden_size=128))
    for _ in range(5):
        step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 10


def time_beside_products(cell):
    """Processor time of a step, in times of its matrix products."""
    shape = Shape(cell, **TIMED)
    makers = ("scratch", "products")
    cpu, _ = race({m: Entrant(m, shape) for m in makers}, rounds=15, turn=0.1)
    return float(np.median(cpu["scratch"] / cpu["products"]))


def main():
    """Measure every cell; 1 if a limit is passed."""
    passed = []
    for cell, (most_calls, _, _, most_time) in LIMITS.items():
        shape = Shape(cell, **COUNTED)
        count, memory = calls(cell), peak(shape) / needed(shape)
        faults = page_faults(cell)
        times = time_beside_products(cell)
        if times > most_time:
            times = min(times, time_beside_products(cell))
        print(
            f"{cell}: {count} calls (limit {most_calls}), {memory:.2f} x the memory "
            f"needed (limit {MEMORY}), {faults} page faults (limit {FAULTS}), "
            f"{times:.2f} x its products (limit {most_time})"
        )
        numbers, limits = (count, memory, faults, times), LIMITS[cell]
        if any(n > most for n, most in zip(numbers, limits, strict=True)):
            passed.append(cell)
    if passed:
        print(f"slower than agreed: {', '.join(passed)}")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
