"""What does a network score that looks ahead? Writes results/future_leak.json.

Taggers whose tag is the next character: one direction, and both. They read
windows of python-docs. The loss is taken at every position of the window.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib import corpora
from rnnlm_lib.scratch.heads import Tagger
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.text import Vocabulary, characters

CONFIG = {
    "corpus": "python-docs",
    "characters": 200_000,
    "valid_characters": 20_000,
    "min_count": 20,
    "window": 35,
    "embedding_size": 32,
    "hidden_size": 64,
    "cell": "gru",
    "batch_size": 20,
    "lr": 0.004,
    "clip": 1.0,
    "steps": 400,
    "seeds": [0, 1, 2],
    "test_windows": 500,
    "test_seed": 9,
}


def windows(ids, size, length, rng):
    """Inputs and targets (T, B): characters, and those one later."""
    start = rng.integers(0, len(ids) - length, size)
    text = ids[start + np.arange(length + 1)[:, None]]
    return text[:-1], text[1:]


def nats(model, x, y):
    """Mean nats at each position of the window, (T,)."""
    logits = model.forward(x)[0].astype(float)
    logits -= logits.max(axis=2, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    at_target = np.take_along_axis(log_probs, y[..., None], axis=2)
    return -at_target[..., 0].mean(axis=1)


def train(ids, valid, vocab_size, bidirectional, seed, config):
    """Nats at each position of new windows, after training."""
    rng = np.random.default_rng(seed)
    model = Tagger(
        vocab_size,
        config["embedding_size"],
        config["hidden_size"],
        vocab_size,
        cell=config["cell"],
        bidirectional=bidirectional,
        fused=True,
        rng=rng,
    )
    optimizer = Adam(config["lr"])
    for _ in range(config["steps"]):
        x, y = windows(ids, config["batch_size"], config["window"], rng)
        _, _, grads = model.loss_and_grads(x, y)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
    rng = np.random.default_rng(config["test_seed"])
    test = windows(valid, config["test_windows"], config["window"], rng)
    return nats(model, *test).tolist()


def main():
    """Train both networks with every seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    corpus = corpora.load(CONFIG["corpus"])
    letters = characters(corpus.train)
    alphabet = Vocabulary.from_tokens(letters, min_count=CONFIG["min_count"])
    ids = np.array(alphabet.encode(letters[: CONFIG["characters"]]))
    letters = characters(corpus.valid)[: CONFIG["valid_characters"]]
    valid = np.array(alphabet.encode(letters))
    found = {}
    for name, bidirectional in (("left only", False), ("both sides", True)):
        found[name] = [
            train(ids, valid, len(alphabet), bidirectional, seed, CONFIG)
            for seed in CONFIG["seeds"]
        ]
        print(name, np.exp(np.mean(found[name], axis=1)), flush=True)
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
        "nats_by_position": found,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "future_leak.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
