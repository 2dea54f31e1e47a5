"""How good is a truncated gradient? Writes results/truncation.json.

A character model reads python-docs. After 0, 300 and 1,000 steps of training,
the gradient of W_h over 100 characters is computed in one piece and in windows
of k steps.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib import corpora
from rnnlm_lib.batching import batchify, bptt_windows
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.text import Vocabulary, characters

CONFIG = {
    "corpus": "python-docs",
    "min_count": 20,
    "embedding_size": 32,
    "hidden_size": 128,
    "batch_size": 20,
    "window": 35,
    "lr": 0.004,
    "clip": 1.0,
    "stages": [0, 300, 1000],
    "windows": [1, 2, 5, 10, 20, 50],
    "length": 100,
    "cells": ["rnn", "lstm"],
    "seeds": [0, 1, 2],
}


def window_gradient(model, columns, state, window):
    """Gradient of W_h over a text (T+1, B) cut into windows, as one vector."""
    total = 0
    for inputs, targets in bptt_windows(columns, window):
        _, grads, state = model.loss_and_grads(inputs, targets, state)
        total = total + grads["rnn.weight_hh_l0"] * len(inputs)  # mean -> sum
    return total.ravel()


def cosines(model, columns, config):
    """Cosine between truncated and full gradient for each window."""
    length, zero = config["length"], model.initial_state(columns.shape[1])
    _, state = model.score(columns[:length], columns[1 : length + 1], zero)
    text = columns[length : 2 * length + 1]
    full = window_gradient(model, text, state, length)
    found = []
    for window in config["windows"]:
        cut = window_gradient(model, text, state, window)
        lengths = np.linalg.norm(cut) * np.linalg.norm(full)
        found.append(float(cut @ full / lengths))
    return found


def train_and_measure(cell, seed, train, test, vocab_size, config):
    """Cosines (stages, windows) of one model while it learns."""
    sizes = config["embedding_size"], config["hidden_size"]
    rng = np.random.default_rng(seed)
    model = RNNLM(vocab_size, *sizes, cell=cell, fused=True, rng=rng)
    optimizer, found = Adam(config["lr"]), []
    state = model.initial_state(config["batch_size"])
    windows = bptt_windows(train, config["window"])
    for n, (inputs, targets) in enumerate(windows):
        if n in config["stages"]:
            found.append(cosines(model, test, config))
        if n == config["stages"][-1]:
            return found
        _, grads, state = model.loss_and_grads(inputs, targets, state)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
    raise ValueError(f"the text has only {n + 1} windows: use fewer steps")


def main():
    """Measure every cell and seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    corpus = corpora.load(CONFIG["corpus"])
    letters = characters(corpus.train)
    vocabulary = Vocabulary.from_tokens(letters, min_count=CONFIG["min_count"])
    train = batchify(vocabulary.encode(letters), CONFIG["batch_size"])
    test = batchify(vocabulary.encode(characters(corpus.valid)), 32)
    cosine = {
        cell: [
            train_and_measure(cell, seed, train, test, len(vocabulary), CONFIG)
            for seed in CONFIG["seeds"]
        ]
        for cell in CONFIG["cells"]
    }
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "corpus_sha256": corpus.sha256,
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "cosine": cosine,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "truncation.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
