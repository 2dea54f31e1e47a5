"""How many words back does a gradient reach? Writes character_reach.json.

Language models of one size read python-docs, as characters and as words. After
training, the gradient of one prediction is followed back over four words.
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
from rnnlm_lib.scratch.bptt import hidden, trace_backward, unroll
from rnnlm_lib.scratch.cells import CELLS
from rnnlm_lib.scratch.functional import softmax
from rnnlm_lib.scratch.layer import select
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.text import Vocabulary, characters, tokenize

CONFIG = {
    "corpus": "python-docs",
    "vocab_size": {"characters": 100, "words": 2000},
    "embedding_size": 64,
    "hidden_size": 128,
    "batch_size": 20,
    "window": 35,
    "steps": 500,
    "lr": 0.003,
    "clip": 1.0,
    "words_back": 4,
    "read": 41,
    "cells": ["rnn", "lstm"],
    "seeds": [0, 1, 2],
}


def train(cell, seed, columns, vocab_size, config):
    """Train a language model for a fixed number of steps."""
    rng = np.random.default_rng(seed)
    sizes = config["embedding_size"], config["hidden_size"]
    model = RNNLM(vocab_size, *sizes, cell=cell, fused=True, rng=rng)
    optimizer, state = (
        Adam(config["lr"]),
        model.initial_state(config["batch_size"]),
    )
    windows = bptt_windows(columns, config["window"])
    for _, (inputs, targets) in zip(
        range(config["steps"]), windows, strict=False
    ):
        _, grads, state = model.loss_and_grads(inputs, targets, state)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
    return model


def reach(model, ids):
    """Gradient k steps back: its length over that of the last, (T, B)."""
    cell = CELLS[model.config["cell"]]
    params = {
        name: value.astype(float) for name, value in model.params.items()
    }
    x = params["embedding.weight"][ids[:-1]]
    zeros = np.zeros((ids.shape[1], model.config["hidden_size"]))
    start = (zeros, zeros) if cell.state == "hc" else zeros
    layer = {
        k.removeprefix("rnn."): v for k, v in params.items() if "rnn." in k
    }
    _, state, caches = unroll(cell.step, x, start, select(layer, "_l0"))
    scores = (
        hidden(state) @ params["decoder.weight"].T + params["decoder.bias"]
    )
    dscores = softmax(scores) - np.eye(scores.shape[1])[ids[-1]]
    dh = dscores @ params["decoder.weight"]
    dlast = (dh, zeros) if cell.state == "hc" else dh
    dstates, _ = trace_backward(cell.step_backward, dlast, caches)
    norms = np.array([length(dstate) for dstate in dstates[::-1]])
    return norms / norms[0]


def length(dstate):
    """Norm of the gradient of a state, h or h and c, for each text (B,)."""
    parts = dstate if isinstance(dstate, tuple) else (dstate,)
    return np.sqrt(sum((part**2).sum(axis=1) for part in parts))


def main():
    """Train and measure every network, and write the results."""
    start = time.perf_counter()
    corpus = corpora.load(CONFIG["corpus"])
    tokens = {
        "characters": characters(corpus.train),
        "words": tokenize(corpus.train, lower=True),
    }
    lags, columns, sizes = {}, {}, {}
    for level, text in tokens.items():
        vocabulary = Vocabulary.from_tokens(
            text, max_size=CONFIG["vocab_size"][level]
        )
        sizes[level] = len(vocabulary)
        columns[level] = batchify(
            vocabulary.encode(text), CONFIG["batch_size"]
        )
        per_word = len(text) / len(tokens["words"])
        lags[level] = round(CONFIG["words_back"] * per_word)
    found = {}
    for cell in CONFIG["cells"]:
        found[cell] = {"characters": [], "words": []}
        for seed in CONFIG["seeds"]:
            for level, ids in columns.items():
                model = train(cell, seed, ids, sizes[level], CONFIG)
                lengths = reach(model, ids[-CONFIG["read"] :])[lags[level]]
                found[cell][level].append(float(np.median(lengths)))
        print(cell, found[cell], flush=True)
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
        "lags": lags,
        "gradient": found,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "character_reach.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
