"""Over which distance does a network recall? Writes results/recall.json.

A text is one of 8 symbols, `lag` random bits, a question mark and the symbol
again. The loss counts every word, as in a language model, or the answer alone.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib.scratch.functional import cross_entropy, cross_entropy_backward
from rnnlm_lib.scratch.gru import set_update_bias
from rnnlm_lib.scratch.lstm import set_forget_bias
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.scratch.rnn import set_orthogonal

CONFIG = {
    "vocab_size": 11,
    "embedding_size": 16,
    "hidden_size": 64,
    "batch_size": 64,
    "lr": 0.003,
    "clip": 1.0,
    "most_steps": 1500,
    "test_texts": 1000,
    "seeds": [0, 1, 2],
}
START = {
    "default": lambda params, rng: None,
    "orthogonal": set_orthogonal,
    "update bias 1": lambda params, rng: set_update_bias(params, 1.0),
    "forget bias 3": lambda params, rng: set_forget_bias(params, 3.0),
}
RUNS = [
    ("rnn", "default", "every word", [5, 10, 20]),
    ("rnn", "orthogonal", "every word", [10, 20]),
    ("gru", "default", "every word", [20]),
    ("lstm", "forget bias 3", "every word", [20]),
    ("rnn", "default", "answer", [5, 10, 20, 50]),
    ("rnn", "orthogonal", "answer", [20, 50]),
    ("gru", "default", "answer", [20, 50]),
    ("gru", "update bias 1", "answer", [50]),
    ("lstm", "default", "answer", [20]),
    ("lstm", "forget bias 3", "answer", [50]),
]


def draw(lag, size, rng):
    """Texts (lag + 3, size): symbol 0-7, bits 8-9, a question mark, symbol."""
    symbol = rng.integers(8, size=size)
    bits = rng.integers(8, 10, (lag, size))
    return np.vstack([symbol, bits, np.full(size, 10), symbol])


def train(cell, start, counted, lag, seed, config):
    """Train until the symbol is recalled; return steps and accuracy."""
    rng = np.random.default_rng(seed)
    sizes = (
        config[f"{name}_size"] for name in ("vocab", "embedding", "hidden")
    )
    model = RNNLM(*sizes, cell=cell, fused=True, rng=rng)
    START[start](model.params, rng)
    optimizer = Adam(config["lr"])
    test = draw(lag, config["test_texts"], np.random.default_rng(99))
    mask = np.ones((lag + 2, config["batch_size"]), bool)
    mask[:-1] = counted == "every word"
    for step in range(1, config["most_steps"] + 1):
        texts = draw(lag, config["batch_size"], rng)
        state = model.initial_state(config["batch_size"])
        logits, _, cache = model.forward(texts[:-1], state)
        _, count, kept = cross_entropy(logits, texts[1:], mask)
        grads = model.backward(cross_entropy_backward(1 / count, kept), cache)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
        if step % 100 == 0 and accuracy(model, test) >= 0.999:
            break
    return step, accuracy(model, test)


def accuracy(model, texts):
    """Share of texts whose answer gets the highest score."""
    logits, _, _ = model.forward(
        texts[:-1], model.initial_state(texts.shape[1])
    )
    return float((logits[-1].argmax(axis=1) == texts[-1]).mean())


def main():
    """Train every network, and write the results."""
    begin = time.perf_counter()
    runs = []
    for cell, start, counted, lags in RUNS:
        for lag in lags:
            found = [
                train(cell, start, counted, lag, s, CONFIG)
                for s in CONFIG["seeds"]
            ]
            steps, scores = zip(*found, strict=True)
            names = {"cell": cell, "start": start, "loss": counted, "lag": lag}
            runs.append({**names, "steps": steps, "accuracy": scores})
            print(runs[-1], flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - begin, 1),
        "script_sha256": hashlib.sha256(
            Path(__file__).read_bytes()
        ).hexdigest(),
        "runs": runs,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "recall.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
