"""Measure every row of the speed table, print it, and write benchmarks/results.json.

Ratios are medians over rounds in which all entrants take turns, on one thread, by
processor time. Two-thread wall time is printed too, as information: it depends on what
else the machine does. Takes about five minutes.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.memory import needed, peak
from benchmarks.models import Shape
from benchmarks.ngram import print_table
from benchmarks.race import Entrant, race
from rnnlm_lib.scratch import blas

RESULTS = Path(__file__).parent / "results.json"
TREEBANK = 929_589  # tokens of an epoch
# Most time beside PyTorch, with AVX2 and AVX-512 kernels; least share of the bound.
TARGETS = {
    "LSTM, H=200, V=10,000": (Shape(), (0.70, 0.48), (0.85, 0.78)),
    "GRU, H=200, V=10,000": (Shape("gru"), (0.65, 0.65), (0.85, 0.78)),
    "GRU reset before, H=200, V=10,000": (
        Shape("gru_reset_before"),
        (0.65, 0.65),
        (0.85, 0.78),
    ),
    "RNN, H=200, V=10,000": (Shape("rnn"), (0.65, 0.65), (0.85, 0.78)),
    "LSTM, H=650, V=10,000": (Shape(hidden_size=650), (1.10, 0.75), (0.85, 0.78)),
    "LSTM, H=128, 65 characters": (
        Shape(vocab_size=65, hidden_size=128),
        (1.7, 1.4),
        (0.65, 0.65),
    ),
}


def row(what, against, ratios, *, target=None, most=True, kernel=""):
    """One line of the table: the median ratio, its range, and whether it is enough.

    Without a target the line is information.
    """
    ratio = float(np.median(ratios))
    verdict = "information"
    if target is not None:
        enough = ratio <= target if most else ratio >= target
        verdict = "reached" if enough else "NOT REACHED"
    return {
        "what": what,
        "against": against,
        "kernel": kernel,
        "ratio": ratio,
        "lowest": float(np.min(ratios)),
        "highest": float(np.max(ratios)),
        "target": f"{'<=' if most else '>='} {target:g}" if target else "",
        "verdict": verdict,
    }


def kernels():
    """The kernels NumPy chooses by itself, and the other kind where it can run."""
    chosen = blas.kernel()
    wide = blas.cpu_flags() >= blas.AVX512_FLAGS
    others = ["Haswell"] if chosen not in blas.AVX2_KERNELS else ["SkylakeX"] * wide
    return [None, *others], chosen


def training_steps():
    """NumPy beside PyTorch, beside its own matrix products, and beside the textbook."""
    forced, chosen = kernels()
    for what, (shape, times, shares) in TARGETS.items():
        entrants = {"pytorch": Entrant("pytorch", shape)}
        for kernel in forced:
            for maker in ("scratch", "products"):
                entrants[maker, kernel] = Entrant(maker, shape, kernel=kernel)
        if what == next(iter(TARGETS)):
            entrants["textbook"] = Entrant("textbook", shape)
        cpu, _ = race(entrants)
        for kernel in forced:
            ours, bound = cpu["scratch", kernel], cpu["products", kernel]
            name = kernel or f"{chosen} (chosen)"
            wide = (kernel or chosen) not in blas.AVX2_KERNELS
            time, share = times[wide], shares[wide]
            beside = ours / cpu["pytorch"]
            yield row(what, "PyTorch", beside, target=time, most=True, kernel=name)
            yield row(
                what, "products", bound / ours, target=share, most=False, kernel=name
            )
        if "textbook" in cpu:
            faster = cpu["textbook"] / cpu["scratch", None]
            yield row(what, "textbook", faster, target=3, most=False, kernel=chosen)


def one_at_a_time():
    """A batch beside a character loop that reads one example at a time."""
    shape = Shape("rnn", 65, 100, num_layers=1, batch_size=1, window=25)
    batch = replace(shape, batch_size=32)
    cpu, _ = race(
        {
            "loop": Entrant("one at a time", shape),
            "one": Entrant("scratch", shape),
            "batch": Entrant("scratch", batch),
        }
    )
    what = "RNN, H=100, 65 characters"
    alone, together = cpu["loop"] / cpu["one"], 32 * cpu["loop"] / cpu["batch"]
    yield row(f"{what}, B=1", "one at a time", alone)
    yield row(f"{what}, B=32", "one at a time", together)


def epoch():
    """Wall time of a Penn Treebank epoch on two threads, from single steps of T=20."""
    shape = Shape(window=20)
    entrants = {m: Entrant(m, shape, threads=2) for m in ("scratch", "pytorch")}
    _, wall = race(entrants)
    for name, seconds in wall.items():
        minutes = TREEBANK / shape.tokens * np.median(seconds) / 60
        print(f"  {name}: {minutes:.2f} minutes for a Penn Treebank epoch, 2 threads")
    ratios = wall["scratch"] / wall["pytorch"]
    yield row("PTB epoch, 2 threads, wall", "PyTorch", ratios, target=1, most=True)


def memory():
    """Peak of a step beside what the arithmetic needs; see `benchmarks.memory`."""
    for cell in ("lstm", "gru", "rnn"):
        shape = Shape(cell)
        ratio = [peak(shape) / needed(shape)]
        yield row(f"{cell}, memory", "count", ratio, target=1.5, most=True)


def ngrams():
    """The rows of `benchmarks.ngram`, measured in a process of its own."""
    code = "import json; from benchmarks.ngram import rows; "
    code += "print(json.dumps(rows(), default=bool))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def machine():
    """What the numbers depend on."""
    packages = ("numpy", "torch", "nltk")
    return {
        "processor": platform.processor() or platform.machine(),
        "flags": sorted(flag for flag in blas.cpu_flags() if "avx" in flag),
        "kernel": blas.kernel(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "load": os.getloadavg(),
        "date": datetime.date.today().isoformat(),
    }


def main():
    """Measure, print, write."""
    here = machine()
    print(f"BLAS kernels: {here['kernel']}; processor: {', '.join(here['flags'])}")
    print(blas.advise() or "No better kernels are known for this processor.")
    layout = "{what:36} {against:14} {kernel:20} {ratio:8.2f}  "
    layout += "[{lowest:.2f}-{highest:.2f}]  {target:8}  {verdict}"
    table = []
    for measure in (training_steps, one_at_a_time, epoch, memory):
        for line in measure():
            table.append(line)
            print(layout.format(**line), flush=True)
    counted = ngrams()
    print_table(counted)
    result = {"machine": here, "rows": table, "ngrams": counted}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    print(f"wrote {RESULTS}")


if __name__ == "__main__":
    main()
