"""What do the gates of a GRU buy? Writes results/gates.json.

Models learn to agree a verb with its subject across a row of attractors, and
to recall a symbol. Some are trained with a gate held at one value. The trained
GRUs are then looked into: how much do their units keep, and where is the
subject's number?
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib import languages
from rnnlm_lib.batching import batchify, bptt_windows, pad
from rnnlm_lib.scratch.gru import gru_reset_before_step, set_update_bias
from rnnlm_lib.scratch.lstm import set_forget_bias
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.text import EOS

CONFIG = {
    "embedding_size": 16,
    "hidden_size": 64,
    "batch_size": 64,
    "window": 32,
    "steps": 800,
    "check_every": 50,
    "lr": 0.02,
    "clip": 1.0,
    "gate_bias": 2.0,
    "more": 0.5,
    "most": 12,
    "sentences": 100,
    "fewest": [0, 2],
    "cells": ["rnn", "gru_reset_before", "lstm"],
    "ablations": {
        "full": {},
        "r=1": {"r": 30},
        "u=1/2": {"z": 0},
        "u=1": {"z": -30},
    },
    "lag": 10,
    "seeds": [0, 1, 2],
}
GRU, BLOCKS = "gru_reset_before", "rzn"


def build(cell, vocab_size, rng, gate_bias):
    """A model whose gates start out keeping, if a bias is given."""
    sizes = CONFIG["embedding_size"], CONFIG["hidden_size"]
    model = RNNLM(vocab_size, *sizes, cell=cell, fused=True, rng=rng)
    if gate_bias is not None and cell != "rnn":
        set_bias = set_forget_bias if cell == "lstm" else set_update_bias
        set_bias(model.params, gate_bias)
    return model


def hold(arrays, held, *, bias=False):
    """Zero the rows of the held gates, in parameters or in gradients."""
    size = CONFIG["hidden_size"]
    for gate, value in held.items():
        rows = slice(
            BLOCKS.index(gate) * size, (BLOCKS.index(gate) + 1) * size
        )
        for name in [name for name in arrays if name.startswith("rnn.")]:
            arrays[name][rows] = 0
        if bias:
            arrays["rnn.bias_ih_l0"][rows] = value


def train(model, batches, accuracy, held):
    """Train until `accuracy` is 1, or to the end; the steps taken."""
    hold(model.params, held, bias=True)
    optimizer, state = Adam(CONFIG["lr"]), None
    for n, (inputs, targets) in enumerate(batches, 1):
        optimizer.lr = CONFIG["lr"] * (1 - n / (CONFIG["steps"] + 1))
        if state is None:
            state = model.initial_state(inputs.shape[1])
        _, grads, after = model.loss_and_grads(inputs, targets, state)
        state = after if len(inputs) == CONFIG["window"] else None
        hold(grads, held)
        clip_grad_norm(grads, CONFIG["clip"])
        optimizer.step(model.params, grads)
        if n % CONFIG["check_every"] == 0 and accuracy(model) == 1:
            break
    return n


def encode(language, sentences):
    """Ids (T+1, B) of whole sentences, an <eos> before and after each."""
    return pad([language.vocabulary.encode([EOS, *s]) for s in sentences])[0]


def verb_accuracy(model, ids, verbs):
    """How often the model prefers the right verb, where a verb comes."""
    logits, _, _ = model.forward(ids[:-1], model.initial_state(ids.shape[1]))
    at = np.isin(ids[1:], verbs)
    guess = logits[at][:, verbs].argmax(axis=1)
    return float((guess == (ids[1:][at] == verbs[1])).mean())


def agreement_sentences(language, fewest, *, seed):
    """Sentences with each number of attractors."""
    sentences = {}
    for count in range(fewest, CONFIG["most"] + 1):
        exact = languages.agreement(fewest=count, most=count)
        rng = np.random.default_rng([count, seed])
        drawn = exact.sample(rng, CONFIG["sentences"])
        sentences[count] = encode(language, drawn)
    return sentences


def agreement(cell, fewest, seed, *, gate_bias=None, held=None):
    """Train on agreement; the model, its language, accuracies and steps."""
    language = languages.agreement(
        fewest=fewest, most=CONFIG["most"], more=CONFIG["more"]
    )
    verbs, rng = (
        language.vocabulary.encode(["was", "were"]),
        np.random.default_rng(seed),
    )
    valid = agreement_sentences(language, fewest, seed=1)
    test = agreement_sentences(language, fewest, seed=0)

    def accuracies(model, sentences):
        return [verb_accuracy(model, ids, verbs) for ids in sentences.values()]

    def worst(model):
        # The longest sentences are enough to go on; all must be right to stop.
        if verb_accuracy(model, valid[CONFIG["most"]], verbs) < 1:
            return 0.0
        return min(accuracies(model, valid))

    model = build(cell, len(language.vocabulary), rng, gate_bias)
    length = CONFIG["window"] * CONFIG["steps"] + 1
    text = language.stream(rng, length * CONFIG["batch_size"])
    batches = bptt_windows(
        batchify(text, CONFIG["batch_size"]), CONFIG["window"]
    )
    steps = train(model, batches, worst, held or {})
    found = {"accuracy": accuracies(model, test), "steps": steps}
    return model, language, found


def recall(seed, *, held):
    """Train a GRU on recall; its accuracy at the symbol, and the steps."""
    language = languages.recall(lag=CONFIG["lag"])
    rng = np.random.default_rng(seed)
    valid, test = (
        encode(language, language.sample(np.random.default_rng(n), 500))
        for n in (98, 99)
    )

    def accuracy(model, ids=valid):
        state = model.initial_state(ids.shape[1])
        logits, _, _ = model.forward(ids[:-1], state)
        return float((logits[-2].argmax(axis=1) == ids[-2]).mean())

    def batches():
        for _ in range(CONFIG["steps"]):
            ids = encode(language, language.sample(rng, CONFIG["batch_size"]))
            yield ids[:-1], ids[1:]

    model = build(GRU, len(language.vocabulary), rng, CONFIG["gate_bias"])
    steps = train(model, batches(), accuracy, held)
    return {"accuracy": accuracy(model, test), "steps": steps}


def look_inside(model, language):
    """Gates, stillness and a probe for number, inside the clause."""
    exact = languages.agreement(fewest=4, most=4)
    ids = encode(language, exact.sample(np.random.default_rng(5), 400))
    verbs = language.vocabulary.encode(["was", "were"])
    params = {
        k[4:-3]: v for k, v in model.params.items() if k.startswith("rnn.")
    }
    h, states, z = np.zeros((ids.shape[1], CONFIG["hidden_size"])), [], []
    for tokens in ids:
        x = model.params["embedding.weight"][tokens]
        h, cache = gru_reset_before_step(x, h, params)
        states.append(h)
        z.append(cache[2][1])
    states, z = np.array(states), np.array(z)
    verb_at = np.isin(ids, verbs).argmax(axis=0)
    inside = range(
        3, verb_at.min()
    )  # after <eos> the cat, and before the first verb
    plural = ids[verb_at, np.arange(len(verb_at))] == verbs[1]
    mean_z = z[inside].mean(axis=(0, 1))
    moved = np.abs(np.diff(states, axis=0))[[t - 1 for t in inside]]
    return {
        "mean_z": sorted(mean_z.tolist()),
        "share_above_0.9": float((mean_z > 0.9).mean()),
        "largest_mean_z": float(mean_z.max()),
        "share_still": float((moved < 0.05).mean()),
        "probe": [probe(states[t], plural) for t in inside],
    }


def probe(states, plural):
    """Accuracy of a linear readout of number, on the half not fitted to."""
    x = np.concatenate([states, np.ones((len(states), 1))], axis=1)
    half = len(x) // 2
    ridge = x[:half].T @ x[:half] + 1e-3 * np.eye(x.shape[1])
    weight = np.linalg.solve(ridge, x[:half].T @ (2.0 * plural[:half] - 1))
    return float(((x[half:] @ weight > 0) == plural[half:]).mean())


def main():
    """Train everything, look inside, and write the results."""
    start, found = (
        time.perf_counter(),
        {"agreement": {}, "inside": {}, "ablation": {}},
    )
    bias = CONFIG["gate_bias"]
    for fewest in CONFIG["fewest"]:
        for cell in CONFIG["cells"]:
            runs = [
                agreement(cell, fewest, s, gate_bias=bias)
                for s in CONFIG["seeds"]
            ]
            found["agreement"][f"{cell} {fewest}"] = [run[2] for run in runs]
            if cell == GRU:
                found["inside"][f"bias 2, {fewest}"] = [
                    look_inside(*r[:2]) for r in runs
                ]
    runs = [agreement(GRU, 0, seed) for seed in CONFIG["seeds"]]
    found["agreement"]["default gru_reset_before 0"] = [run[2] for run in runs]
    found["inside"]["default, 0"] = [look_inside(*run[:2]) for run in runs]
    for name, held in CONFIG["ablations"].items():
        found["ablation"][name] = {
            "agreement": [
                agreement(GRU, 2, seed, gate_bias=bias, held=held)[2]
                for seed in CONFIG["seeds"]
            ],
            "recall": [recall(seed, held=held) for seed in CONFIG["seeds"]],
        }
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(
            Path(__file__).read_bytes()
        ).hexdigest(),
        **found,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    (folder / "gates.json").write_text(
        json.dumps(results, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
