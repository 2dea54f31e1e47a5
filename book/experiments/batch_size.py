"""How many steps does a larger batch save? Writes results/batch_size.json.

A character LSTM on python-docs is trained with every batch size and every
learning rate until its validation loss reaches a target. The steps and the
tokens that it took are what counts; the best learning rate of each batch size
is the one with the smallest median number of steps.
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
    "cell": "lstm",
    "embedding_size": 32,
    "hidden_size": 128,
    "window": 35,
    "clip": 1.0,
    "target_nats": 1.8,
    "batch_sizes": [4, 16, 64, 256],
    "learning_rates": [0.008, 0.016, 0.032],
    "look_every_tokens": 30_000,
    "give_up_after_tokens": 1_500_000,
    "seeds": [0, 1, 2],
}


def windows_for_ever(ids, batch_size, window):
    """Inputs, targets, and whether an epoch begins here."""
    columns = batchify(ids, batch_size)
    while True:
        first = True
        for inputs, targets in bptt_windows(columns, window):
            yield inputs, targets, first
            first = False


def validation(model, test):
    """Nats per character of the validation text."""
    start = model.initial_state(test.shape[1])
    return float(model.score(test[:-1], test[1:], start)[0].mean())


def steps_to_target(ids, test, vocab_size, batch_size, lr, seed, config):
    """Steps until the loss is there, a fraction too; None if it never is."""
    rng = np.random.default_rng(seed)
    sizes = vocab_size, config["embedding_size"], config["hidden_size"]
    model = RNNLM(*sizes, cell=config["cell"], fused=True, rng=rng)
    optimizer, target = Adam(lr), config["target_nats"]
    per_step = batch_size * config["window"]
    every = max(1, config["look_every_tokens"] // per_step)
    before, steps, state = (0, np.log(vocab_size)), 0, None
    windows = windows_for_ever(ids, batch_size, config["window"])
    while steps * per_step < config["give_up_after_tokens"]:
        inputs, targets, first = next(windows)
        state = model.initial_state(batch_size) if first else state
        _, grads, state = model.loss_and_grads(inputs, targets, state)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
        steps += 1
        if steps % every == 0:
            now = validation(model, test)
            if now <= target:
                share = (before[1] - target) / (before[1] - now)
                return before[0] + share * (steps - before[0])
            before = steps, now
    return None


def main():
    """Run every batch size, learning rate and seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    corpus = corpora.load(CONFIG["corpus"])
    vocabulary = Vocabulary.from_tokens(characters(corpus.train))
    ids = vocabulary.encode(characters(corpus.train))
    test = batchify(vocabulary.encode(characters(corpus.valid)), 32)[:301]
    rows = []
    for batch_size in CONFIG["batch_sizes"]:
        for lr in CONFIG["learning_rates"]:
            given = ids, test, len(vocabulary), batch_size, lr
            steps = [
                steps_to_target(*given, s, CONFIG) for s in CONFIG["seeds"]
            ]
            rows.append({"batch_size": batch_size, "lr": lr, "steps": steps})
            print(rows[-1], flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "machine": platform.platform(),
        "corpus_sha256": corpus.sha256,
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "runs": rows,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "batch_size.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
