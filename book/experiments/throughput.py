"""One training step in NumPy and in PyTorch. Writes results/throughput.json.

An LSTM language model in float32, one thread, processor time, a process for
each entrant. They take turns, and a ratio is the median of the ratios within
the rounds. Then what `torch.compile` costs before the first step, and saves
after it.
"""

import hashlib
import json
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
import torch
from rnnlm_lib.learner import Options
from rnnlm_lib.pytorch.model import RNNLM as TorchRNNLM
from rnnlm_lib.pytorch.train import TorchLearner
from rnnlm_lib.scratch import blas
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.train import ScratchLearner

CONFIG = {
    "cell": "lstm",
    "num_layers": 2,
    "window": 35,
    "clip": 0.25,
    "shapes": {
        "characters": {"V": 65, "H": 128, "B": 32},
        "words": {"V": 10_000, "H": 200, "B": 20},
        "large": {"V": 10_000, "H": 650, "B": 20},
    },
    "entrants": ["NumPy", "PyTorch", "bf16"],
    "turn": 0.4,
    "rounds": 7,
    "seeds": [0, 1, 2],
}


def learner(name, shape, seed, config):
    """What trains: the same model in NumPy, in PyTorch, or there in bf16."""
    sizes = shape["V"], shape["H"], shape["H"]
    model = {"cell": config["cell"], "num_layers": config["num_layers"]}
    given = {"epochs": 1, "lr": 0.1, "batch_size": shape["B"]}
    options = Options(clip=config["clip"], window=config["window"], **given)
    if name == "NumPy":
        rng = np.random.default_rng(seed)
        net = RNNLM(*sizes, fused=True, rng=rng, **model)
        return ScratchLearner(net, options)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(seed)
    net = TorchRNNLM(*sizes, generator=generator, **model)
    autocast = torch.bfloat16 if name == "bf16" else None
    return TorchLearner(net, options, autocast=autocast)


def serve(name, shape, seed):
    """In a child: so many steps for each line of input; their mean seconds."""
    shape = CONFIG["shapes"][shape]
    trained = learner(name, shape, int(seed), CONFIG)
    trained.start(shape["B"])
    rng = np.random.default_rng(int(seed))
    size = 2, CONFIG["window"], shape["B"]
    batch = rng.integers(shape["V"], size=size)
    for line in sys.stdin:
        print(seconds(trained, batch, int(line)), flush=True)


def seconds(trained, batch, steps=1):
    """Processor seconds of a step."""
    began = time.process_time()
    for _ in range(steps):
        trained.gradients(*batch)
        trained.update(0.1)
    return (time.process_time() - began) / steps


def turn_of(process, steps):
    """Let a child take some steps."""
    process.stdin.write(f"{steps}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def race(shape, seed, config):
    """Seconds of a step of each entrant in each round; a process for each."""
    start = [sys.executable, __file__, "serve"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    entrants = {
        name: subprocess.Popen(
            [*start, name, shape, str(seed)], text=True, **pipes
        )
        for name in config["entrants"]
    }
    steps = {}
    for name, process in entrants.items():
        turn_of(process, 2)
        steps[name] = max(1, round(config["turn"] / turn_of(process, 1)))
    times = {name: [] for name in entrants}
    for turn in range(config["rounds"]):
        for name in sorted(entrants, reverse=bool(turn % 2)):
            times[name].append(turn_of(entrants[name], steps[name]))
    for process in entrants.values():
        process.communicate()
    return times


def compiled(shape, config):
    """Wall seconds of two compiled steps; the time of later ones to plain."""
    given = {"epochs": 1, "lr": 0.1, "batch_size": shape["B"]}
    options = Options(clip=config["clip"], window=config["window"], **given)
    rng = np.random.default_rng(0)
    batch = rng.integers(shape["V"], size=(2, config["window"], shape["B"]))
    made = {}
    for name, backend in (("plain", None), ("compiled", "inductor")):
        net = TorchRNNLM(shape["V"], shape["H"], shape["H"], num_layers=2)
        made[name] = TorchLearner(net, options, compile=backend)
        made[name].start(shape["B"])
    seconds(made["plain"], batch, 2)
    began = time.perf_counter()
    seconds(made["compiled"], batch, 2)
    first = time.perf_counter() - began
    pairs = [
        [seconds(made[name], batch) for name in ("compiled", "plain")]
        for _ in range(config["rounds"])
    ]
    ratios = [one / other for one, other in pairs]
    return {
        "first_two_steps_seconds": first,
        "ratio": float(np.median(ratios)),
    }


def main():
    """Race all shapes and seeds, compile once, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    torch.set_num_threads(1)
    measured = {}
    for name, shape in CONFIG["shapes"].items():
        runs = [race(name, seed, CONFIG) for seed in CONFIG["seeds"]]
        tokens = CONFIG["window"] * shape["B"]
        times = {k: np.concatenate([r[k] for r in runs]) for k in runs[0]}
        measured[name] = {
            entrant: {
                "time_to_numpy": [
                    float(np.median(np.divide(r[entrant], r["NumPy"])))
                    for r in runs
                ],
                "tokens_per_second": float(tokens / np.median(times[entrant])),
            }
            for entrant in times
        }
        print(name, measured[name], flush=True)
    compile_words = compiled(CONFIG["shapes"]["words"], CONFIG)
    print(compile_words, flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
        },
        "machine": platform.platform(),
        "blas_kernel": blas.kernel(),
        "bf16_instructions": "avx512_bf16" in blas.cpu_flags(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "shapes": measured,
        "compile": compile_words,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "throughput.json").write_text(text, "utf-8")


if __name__ == "__main__":
    serve(*sys.argv[2:]) if sys.argv[1:2] == ["serve"] else main()
