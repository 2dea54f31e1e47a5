"""Do peepholes help to measure time? Writes results/timing.json.

Pulses come at random times. The network must fire exactly 20 steps after each
pulse and be silent otherwise. LSTM and peephole LSTM have 8 units and the same
budget.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib.scratch.heads import BinaryTagger
from rnnlm_lib.scratch.lstm import set_forget_bias
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm

CONFIG = {
    "delay": 20,
    "length": 60,
    "rest": [22, 32],
    "hidden_size": 8,
    "batch_size": 32,
    "lr": 0.02,
    "clip": 1.0,
    "stages": [400, 800, 1200, 1600, 2000],
    "forget_biases": [1, 3],
    "cells": ["lstm", "peephole_lstm"],
    "seeds": [0, 1, 2, 3, 4],
    "test_texts": 200,
    "test_seed": 99,
}


def pulses(rng, size, config):
    """Inputs and targets (T, B, 1): 1 at a pulse, and `delay` steps later."""
    length, delay = config["length"], config["delay"]
    x, y = np.zeros((2, length, size, 1), np.float32)
    shortest, longest = config["rest"]
    for text in range(size):
        t = rng.integers(0, delay // 2)
        while t < length:
            x[t, text] = 1
            y[t + delay : t + delay + 1, text] = 1
            t += rng.integers(shortest, longest + 1)
    return x, y


def f1(model, x, y):
    """Harmonic mean of precision and recall of the steps at which it fires."""
    fired, wanted = model.forward(x)[0] > 0, y > 0
    return float(2 * (fired & wanted).sum() / (fired.sum() + wanted.sum()))


def train(cell, bias, seed, config):
    """F1 on new texts at each stage."""
    rng, found = np.random.default_rng(seed), []
    size = config["hidden_size"]
    model = BinaryTagger(None, 1, size, 1, cell=cell, fused=True, rng=rng)
    set_forget_bias(model.params, bias)
    test = pulses(
        np.random.default_rng(config["test_seed"]),
        config["test_texts"],
        config,
    )
    optimizer = Adam(config["lr"])
    steps = config["stages"][-1]
    for step in range(1, steps + 1):
        optimizer.lr = config["lr"] * (1 - (step - 1) / steps)
        x, y = pulses(rng, config["batch_size"], config)
        _, _, grads = model.loss_and_grads(x, y)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
        if step in config["stages"]:
            found.append(f1(model, *test))
    return found


def main():
    """Train every cell with every bias and seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    scores = {}
    for bias in CONFIG["forget_biases"]:
        for cell in CONFIG["cells"]:
            runs = [
                train(cell, bias, seed, CONFIG) for seed in CONFIG["seeds"]
            ]
            scores[f"{cell}, forget bias {bias}"] = runs
            print(cell, bias, runs, flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "f1": scores,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "timing.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
