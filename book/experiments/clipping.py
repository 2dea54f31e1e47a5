"""Does clipping keep a ReLU network alive? Writes results/clipping.json.

Networks whose recurrent matrix has a given spectral radius read characters of
python-docs for 80 steps of SGD, each window from a state of zeros.
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
from rnnlm_lib.scratch.optim import SGD, clip_grad_norm
from rnnlm_lib.text import Vocabulary, characters

CONFIG = {
    "corpus": "python-docs",
    "characters": 200_000,
    "min_count": 20,
    "embedding_size": 32,
    "hidden_size": 64,
    "batch_size": 20,
    "window": 35,
    "steps": 80,
    "lr": 0.1,
    "clip": [None, 5.0],
    "radius": [1.0, 1.25, 1.5],
    "cells": ["relu_rnn", "rnn"],
    "seeds": [0, 1, 2, 3, 4],
}


def losses(cell, radius, clip, seed, columns, vocab_size, config):
    """Loss in nats per character before each step."""
    rng = np.random.default_rng(seed)
    sizes = config["embedding_size"], config["hidden_size"]
    model = RNNLM(vocab_size, *sizes, cell=cell, dtype=np.float64, rng=rng)
    weight = model.params["rnn.weight_hh_l0"]
    weight *= radius / np.abs(np.linalg.eigvals(weight)).max()
    optimizer, found = SGD(config["lr"]), []
    state = model.initial_state(config["batch_size"])
    windows = bptt_windows(columns, config["window"])
    for _, (inputs, targets) in zip(
        range(config["steps"]), windows, strict=False
    ):
        with np.errstate(all="ignore"):
            nats, grads, _ = model.loss_and_grads(inputs, targets, state)
            clip_grad_norm(grads, np.inf if clip is None else clip)
            optimizer.step(model.params, grads)
        found.append(nats / targets.size)
    return found


def main():
    """Train every network, and write the results."""
    start = time.perf_counter()
    corpus = corpora.load(CONFIG["corpus"])
    letters = characters(corpus.train)[: CONFIG["characters"]]
    vocabulary = Vocabulary.from_tokens(letters, min_count=CONFIG["min_count"])
    columns = batchify(vocabulary.encode(letters), CONFIG["batch_size"])
    setting = columns, len(vocabulary), CONFIG
    last = {
        cell: {
            str(clip): [
                [
                    losses(cell, radius, clip, seed, *setting)[-1]
                    for seed in CONFIG["seeds"]
                ]
                for radius in CONFIG["radius"]
            ]
            for clip in CONFIG["clip"]
        }
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
        "script_sha256": hashlib.sha256(
            Path(__file__).read_bytes()
        ).hexdigest(),
        "log_vocab_size": float(np.log(len(vocabulary))),
        "last_loss": nan_to_none(last),
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1, allow_nan=False) + "\n"
    (folder / "clipping.json").write_text(text, "utf-8")


def nan_to_none(value):
    """Replace what JSON cannot hold."""
    if isinstance(value, dict):
        return {key: nan_to_none(x) for key, x in value.items()}
    if isinstance(value, list):
        return [nan_to_none(x) for x in value]
    return value if np.isfinite(value) else None


if __name__ == "__main__":
    main()
