"""How long a source fits into one vector? Writes results/bottleneck.json.

An encoder-decoder of two GRUs learns to write numbers in digits: from number
words, "six hundred two", and from the digits' names, "six zero two", in which
a longer number brings no new word. Exact match by length, up to 12 digits.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib import languages
from rnnlm_lib.batching import pad, shift
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.scratch.writers import EncoderDecoder
from rnnlm_lib.text import EOS, Vocabulary

NAMES = ["zero", *languages.ONES.split("|")]
CONFIG = {
    "embedding_size": 16,
    "batch_size": 64,
    "steps": 2400,
    "lr": 0.006,
    "clip": 1.0,
    "test_numbers": 200,
    "lengths": list(range(1, 13)),
    "seeds": [0, 1, 2],
    "runs": [
        {"task": "number words", "longest": 3, "hidden_size": 64},
        {"task": "number words", "longest": 6, "hidden_size": 64},
        {"task": "number words", "longest": 9, "hidden_size": 64},
        {"task": "number words", "longest": 12, "hidden_size": 64},
        {"task": "digit names", "longest": 6, "hidden_size": 64},
        {"task": "digit names", "longest": 12, "hidden_size": 32},
        {"task": "digit names", "longest": 12, "hidden_size": 64},
        {"task": "digit names", "longest": 12, "hidden_size": 128},
    ],
}


def draw(rng, size, digits, task):
    """Pairs of words and digits for this task."""
    pairs = languages.number_pairs(rng, size, digits=digits)
    if task == "digit names":
        return [([*(NAMES[int(d)] for d in y[:-1]), EOS], y) for _, y in pairs]
    return pairs


def vocabularies():
    """The words of both tasks, and the digits."""
    rng = np.random.default_rng(0)
    words = [w for x, _ in draw(rng, 5000, (1, 12), "number words") for w in x]
    return Vocabulary({*words, *NAMES}), Vocabulary([*"0123456789", EOS])


def batch(pairs, words, digits):
    """Arguments of loss_and_grads."""
    x, given_mask = pad([words.encode(x) for x, _ in pairs])
    y, mask = pad([digits.encode(y) for _, y in pairs], pad_id=digits.eos_id)
    masks = {"mask": mask, "given_mask": given_mask}
    return (x, shift(y, digits.eos_id), y), masks


def exact_match(model, pairs, words, digits):
    """Share of the sources whose greedy translation is right throughout."""
    (x, inputs, y), masks = batch(pairs, words, digits)
    state, _ = model.start(x, masks["given_mask"])
    token, right = inputs[0], np.ones(len(pairs), bool)
    for target, real in zip(y, masks["mask"], strict=True):
        log_probs, state = model.step(token, state)
        token = log_probs.argmax(axis=1)
        right &= (token == target) | ~real
    return float(right.mean())


def train(settings, seed, words, digits, config):
    """Exact match at each length, after training."""
    rng = np.random.default_rng(seed)
    model = EncoderDecoder(
        len(words),
        len(digits),
        config["embedding_size"],
        settings["hidden_size"],
        cell="gru",
        fused=True,
        rng=rng,
    )
    optimizer = Adam(config["lr"])
    task, reach = settings["task"], (1, settings["longest"])
    for step in range(config["steps"]):
        optimizer.lr = config["lr"] * (1 - step / config["steps"])
        pairs = draw(rng, config["batch_size"], reach, task)
        given, masks = batch(pairs, words, digits)
        _, _, grads = model.loss_and_grads(*given, **masks)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
    found, size = [], config["test_numbers"]
    for n in config["lengths"]:
        test = draw(np.random.default_rng(1000 + n), size, (n, n), task)
        found.append(exact_match(model, test, words, digits))
    return found


def main():
    """Train every setting with every seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    words, digits = vocabularies()
    runs = []
    for settings in CONFIG["runs"]:
        scores = [
            train(settings, seed, words, digits, CONFIG)
            for seed in CONFIG["seeds"]
        ]
        runs.append(settings | {"exact_match": scores})
        print(runs[-1], f"{time.perf_counter() - start:.0f} s", flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "runs": runs,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "bottleneck.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
