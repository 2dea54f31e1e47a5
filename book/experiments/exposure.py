"""Do a model's own words lead it astray? Writes results/exposure.json.

One character model learns python-docs with teacher forcing, another one with
scheduled sampling. Both continue real text. A strong 6-gram, which read the
same text, says how surprising each character is: the real one, the one that a
model draws after real text ("forced"), or after its own ("free").
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
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.ngram import NGramLM
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.text import Vocabulary, characters

CONFIG = {
    "corpus": "python-docs",
    "min_count": 20,
    "cell": "gru",
    "embedding_size": 32,
    "hidden_size": 128,
    "batch_size": 20,
    "window": 35,
    "lr": 0.004,
    "clip": 1.0,
    "steps": 1500,
    "own_share": {"teacher forcing": 0.0, "scheduled sampling": 0.25},
    "judge_order": 6,
    "texts": 1000,
    "given": 50,
    "horizon": 200,
    "bins": [1, 2, 3, 5, 10, 25, 50, 100, 200],
    "seeds": [0, 1, 2],
}


def draw(log_probs, rng):
    """One word of each row (..., V), as drawn from its distribution."""
    below = np.exp(log_probs).cumsum(axis=-1)
    return (rng.random((*below.shape[:-1], 1)) * below[..., -1:] > below).sum(
        axis=-1
    )


def mix(model, inputs, state, share, rng):
    """Inputs (T, B) of which the model itself has drawn a share.

    All are drawn at once, after the true history: one more pass and no loop.
    """
    logits, _, _ = model.forward(inputs, state)
    own = draw(logits - logits.max(axis=-1, keepdims=True), rng)
    use = rng.random(inputs[1:].shape) < share
    mixed = inputs.copy()
    mixed[1:][use] = own[:-1][use]
    return mixed


def train(vocab_size, columns, own_share, seed, config):
    """A model that reads more and more of its own words while it learns."""
    rng = np.random.default_rng(seed)
    sizes = vocab_size, config["embedding_size"], config["hidden_size"]
    model = RNNLM(*sizes, cell=config["cell"], fused=True, rng=rng)
    optimizer = Adam(config["lr"])
    windows = list(bptt_windows(columns, config["window"]))
    for n in range(config["steps"]):
        inputs, targets = windows[n % len(windows)]
        if n % len(windows) == 0:
            state = model.initial_state(config["batch_size"])
        if own_share > 0:
            share = own_share * n / config["steps"]
            inputs = mix(model, inputs, state, share, rng)
        _, grads, state = model.loss_and_grads(inputs, targets, state)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
    return model


def continue_texts(model, judge, real, given, rng):
    """Judge's nats (3, horizon) of the real, the forced and the free text."""
    forced_state = model.initial_state(real.shape[1])
    states = [judge.initial_state(real.shape[1]) for _ in range(2)]
    for t in range(given):
        log_probs, forced_state = model.step(real[t], forced_state)
        on_real, states[0] = judge.step(real[t], states[0])
        on_free, states[1] = judge.step(real[t], states[1])
    free_probs, free_state = log_probs, forced_state
    texts, nats = np.arange(real.shape[1]), []
    for word in real[given:]:
        forced, free = draw(log_probs, rng), draw(free_probs, rng)
        chosen = (on_real, word), (on_real, forced), (on_free, free)
        nats.append([-scores[texts, ids].mean() for scores, ids in chosen])
        log_probs, forced_state = model.step(word, forced_state)
        free_probs, free_state = model.step(free, free_state)
        on_real, states[0] = judge.step(word, states[0])
        on_free, states[1] = judge.step(free, states[1])
    return np.transpose(nats)


def binned(nats, edges):
    """Mean over the steps from one edge to the next: (3, bins) as lists."""
    parts = [part.mean(axis=1) for part in np.split(nats, edges[:-1], axis=1)]
    return np.transpose(parts).round(4).tolist()


def run(seed, own_share, judge, vocab_size, columns, valid, config):
    """One model, trained and left to itself."""
    model = train(vocab_size, columns, own_share, seed, config)
    rng = np.random.default_rng(100 + seed)
    length = config["given"] + config["horizon"]
    starts = rng.integers(0, len(valid) - length, config["texts"])
    real = valid[starts + np.arange(length)[:, None]]
    nats = continue_texts(model, judge, real, config["given"], rng)
    kinds = zip(
        ("real", "forced", "free"), binned(nats, config["bins"]), strict=True
    )
    cost = evaluate(model, valid[1:10_001], first=valid[0]).nats_per_token
    return {"valid_nats": round(cost, 4), **dict(kinds)}


def main():
    """Train both kinds of model with every seed, and write the results."""
    start = time.perf_counter()
    corpus = corpora.load(CONFIG["corpus"])
    letters = characters(corpus.train)
    vocabulary = Vocabulary.from_tokens(letters, min_count=CONFIG["min_count"])
    ids, valid = map(vocabulary.encode, (letters, characters(corpus.valid)))
    judge = NGramLM(
        CONFIG["judge_order"],
        len(vocabulary),
        fallback_discounts=(0.5, 1.0, 1.5),
    ).fit(ids)
    columns = batchify(ids, CONFIG["batch_size"])
    nats = {
        name: [
            run(seed, share, judge, len(vocabulary), columns, valid, CONFIG)
            for seed in CONFIG["seeds"]
        ]
        for name, share in CONFIG["own_share"].items()
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
        "nats": nats,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "exposure.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
