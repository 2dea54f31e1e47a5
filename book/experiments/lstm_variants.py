"""Which parts of an LSTM matter? Writes results/lstm_variants.json.

Character models of equal core size read python-docs: RNN, GRU, LSTM with two
forget biases, and LSTMs without output tanh, with another candidate, with
one-hot input.
"""

import hashlib
import json
import platform
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib import corpora
from rnnlm_lib.batching import batchify, bptt_windows
from rnnlm_lib.scratch.cells import CELLS, Cell
from rnnlm_lib.scratch.functional import (
    sigmoid,
    sigmoid_backward,
    tanh_backward,
)
from rnnlm_lib.scratch.lstm import init_lstm, set_forget_bias
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.scratch.rnn import preactivation, preactivation_backward
from rnnlm_lib.text import Vocabulary, characters

CONFIG = {
    "corpus": "python-docs",
    "min_count": 20,
    "embedding_size": 32,
    "batch_size": 20,
    "window": 35,
    "lr": 0.004,
    "clip": 1.0,
    "stages": [250, 500, 1000, 2000],
    "test_columns": 200,
    "test_steps": 100,
    "seeds": [0, 1, 2],
    "models": {
        "RNN": {"cell": "rnn", "hidden_size": 142, "steps": 2000},
        "GRU": {"cell": "gru", "hidden_size": 76, "steps": 2000},
        "LSTM": {"cell": "lstm", "hidden_size": 64, "steps": 2000},
        "LSTM, forget bias 1": {
            "cell": "lstm",
            "hidden_size": 64,
            "bias": 1,
            "steps": 2000,
        },
        "no output tanh": {
            "cell": "lstm_without_output_tanh",
            "hidden_size": 64,
            "bias": 1,
        },
        "candidate ReLU": {
            "cell": "relu_candidate",
            "hidden_size": 64,
            "bias": 1,
        },
        "candidate linear": {
            "cell": "linear_candidate",
            "hidden_size": 64,
            "bias": 1,
        },
        "one-hot input": {
            "cell": "lstm",
            "hidden_size": 64,
            "bias": 1,
            "one_hot": True,
        },
    },
}


def candidate_step(bend, x, state, params):
    """One step of an LSTM whose candidate is bend(a_g)."""
    h_prev, c_prev = state
    a_i, a_f, a_g, a_o = np.split(preactivation(x, h_prev, params), 4, axis=1)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), bend(a_g), sigmoid(a_o)
    c = f * c_prev + i * g
    return (o * np.tanh(c), c), (x, state, (i, f, g, o), c, params)


def candidate_step_backward(slope, dstate, cache):
    """Gradients of `candidate_step`, given the slope of bend in terms of g."""
    x, (h_prev, c_prev), (i, f, g, o), c, params = cache
    dh, dc = dstate
    tanh_c = np.tanh(c)
    dc = dc + tanh_backward(dh * o, tanh_c)
    da = [
        sigmoid_backward(dc * g, i),
        sigmoid_backward(dc * c_prev, f),
        dc * i * slope(g),
        sigmoid_backward(dh * tanh_c, o),
    ]
    da = np.concatenate(da, axis=1)
    dx, dh_prev, grads = preactivation_backward(da, x, h_prev, params)
    return dx, (dh_prev, dc * f), grads


def candidate_cell(bend, slope):
    """The cell of `candidate_step` for the table of cells."""
    forward, backward = (
        partial(candidate_step, bend),
        partial(candidate_step_backward, slope),
    )
    return Cell(forward, backward, init_lstm, "ifgo", "hc")


CELLS["relu_candidate"] = candidate_cell(
    lambda a: np.maximum(a, 0), lambda g: (g > 0).astype(g.dtype)
)
CELLS["linear_candidate"] = candidate_cell(lambda a: a, np.ones_like)


def build(vocab_size, settings, seed, config):
    """The untrained model of these settings."""
    one_hot = settings.get("one_hot", False)
    size = vocab_size if one_hot else config["embedding_size"]
    rng = np.random.default_rng(seed)
    model = RNNLM(
        vocab_size,
        size,
        settings["hidden_size"],
        cell=settings["cell"],
        one_hot=one_hot,
        fused=True,
        rng=rng,
    )
    if "bias" in settings:
        set_forget_bias(model.params, settings["bias"])
    return model


def measure(model, columns):
    """Nats per character, and the largest number in the memory c."""
    state, largest, nats = model.initial_state(columns.shape[1]), 0.0, 0.0
    for x, y in pairwise(columns):
        nll, state = model.score(x[None], y[None], state)
        nats += float(nll.sum())
        memory = state[1] if isinstance(state, tuple) else state
        largest = max(largest, float(np.abs(memory).max()))
    return nats / columns[1:].size, largest


def train(model, columns, test, config, steps):
    """Validation nats and largest memory at each stage."""
    optimizer, found, done = Adam(config["lr"]), [], 0
    while done < steps:
        state = model.initial_state(config["batch_size"])
        for inputs, targets in bptt_windows(columns, config["window"]):
            _, grads, state = model.loss_and_grads(inputs, targets, state)
            clip_grad_norm(grads, config["clip"])
            optimizer.step(model.params, grads)
            done += 1
            if done in config["stages"]:
                found.append(measure(model, test))
            if done == steps:
                break
    return [list(column) for column in zip(*found, strict=True)]


def main():
    """Train every model with every seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    corpus = corpora.load(CONFIG["corpus"])
    letters = characters(corpus.train)
    vocabulary = Vocabulary.from_tokens(letters, min_count=CONFIG["min_count"])
    columns = batchify(vocabulary.encode(letters), CONFIG["batch_size"])
    test = batchify(
        vocabulary.encode(characters(corpus.valid)), CONFIG["test_columns"]
    )[: CONFIG["test_steps"] + 1]
    models = {}
    for name, settings in CONFIG["models"].items():
        runs = []
        for seed in CONFIG["seeds"]:
            model = build(len(vocabulary), settings, seed, CONFIG)
            steps = settings.get("steps", 1000)
            runs.append(train(model, columns, test, CONFIG, steps))
        core = [v.size for k, v in model.params.items() if "rnn." in k]
        models[name] = {
            "core_parameters": sum(core),
            "valid_nats": [nats for nats, _ in runs],
            "largest_memory": [largest for _, largest in runs],
        }
        print(
            f"{name}: {models[name]}, {time.perf_counter() - start:.0f} s",
            flush=True,
        )
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "corpus_sha256": corpus.sha256,
        "vocab_size": len(vocabulary),
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "models": models,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "lstm_variants.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
