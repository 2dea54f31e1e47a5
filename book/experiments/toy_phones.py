"""What is the future worth, and its price? Writes results/toy_phones.json.

A toy, not speech recognition. Vowels and silent consonants alternate. Half of
the consonants show in the frame before them, half in the frame after them.
Networks label each frame: in one direction, with a delay, or in both.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib.scratch.heads import Tagger
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm

CONFIG = {
    "vowels": 3,
    "finals": 3,
    "stops": 3,
    "features": 9,
    "noise": 0.3,
    "shortest": 3,
    "longest": 6,
    "frames": 48,
    "cell": "lstm",
    "hidden_size": 32,
    "hidden_size_of_two": 21,
    "batch_size": 32,
    "lr": 0.01,
    "clip": 1.0,
    "steps": 800,
    "delays": [0, 1, 2, 3, 4, 5, 8],
    "seeds": [0, 1, 2],
    "test_texts": 200,
    "test_seed": 99,
}


def speak(rng, size, config):
    """Frames (T, B, 9) and the phone of each frame (T, B), 0 to 8."""
    length = config["frames"]
    x = config["noise"] * rng.normal(size=(length, size, config["features"]))
    y = np.zeros((length, size), int)
    for text in range(size):
        t, vowel, owed = 0, True, 0
        while t < length:
            end = t + rng.integers(config["shortest"], config["longest"])
            phone = rng.integers(3) if vowel else rng.integers(3, 9)
            y[t:end, text] = phone
            if vowel:
                x[t:end, text, phone] += 1
            elif phone < 6 and t:  # a final: shown by the frame before it
                x[t - 1, text, phone] += 1
            if owed and vowel:  # a stop: shown by the frame after it
                x[t, text, owed] += 1
            owed = phone if phone >= 6 else 0
            t, vowel = end, not vowel
    return x.astype(np.float32), y


class MergedTagger(Tagger):
    """A tagger that adds its two directions, times a scale."""

    scale = 1.0

    def __init__(self, *sizes, rng, **options):
        super().__init__(*sizes, bidirectional=True, rng=rng, **options)
        first, _ = np.split(self.params["decoder.weight"], 2, axis=1)
        self.params["decoder.weight"] = first.copy()

    def select(self, outputs, state):
        """The sum of both directions (T, B, H)."""
        forward, backward = np.split(outputs, 2, axis=2)
        return self.scale * (forward + backward)

    def select_backward(self, dselected, outputs, state):
        """Each direction gets the whole gradient."""
        dboth, dstate = super().select_backward(dselected, outputs, state)
        return self.scale * np.concatenate([dboth, dboth], axis=2), dstate


class MeanTagger(MergedTagger):
    """The same with the mean."""

    scale = 0.5


def share(grads):
    """Give both directions the sum of their two gradients."""
    for name in [name for name in grads if name.endswith("_reverse")]:
        one = name.removesuffix("_reverse")
        grads[one] = grads[one] + grads[name]
        grads[name] = grads[one].copy()


def build(kind, rng, config):
    """A tagger of the given kind."""
    two = kind not in ("forward", "backward")
    size = config["hidden_size_of_two" if two else "hidden_size"]
    make = {"sum": MergedTagger, "mean": MeanTagger}.get(kind, Tagger)
    options = {} if make is not Tagger else {"bidirectional": two}
    model = make(
        None,
        config["features"],
        size,
        9,
        cell=config["cell"],
        fused=True,
        rng=rng,
        **options,
    )
    if kind == "shared":
        for name in [n for n in model.params if n.endswith("_reverse")]:
            one = name.removesuffix("_reverse")
            model.params[name] = model.params[one].copy()
    return model


def arranged(x, y, kind, delay):
    """Frames and labels as a network of this kind reads and writes them."""
    if kind == "backward":
        x, y = x[::-1].copy(), y[::-1].copy()
    return x, y[: len(y) - delay], delay


def accuracy(model, x, y, kind, delay):
    """Share of right frames: of all, of finals, of stops."""
    x, y, delay = arranged(x, y, kind, delay)
    right = model.forward(x)[0][delay:].argmax(axis=2) == y
    final, stop = (y >= 3) & (y < 6), y >= 6
    return [float(right[part].mean()) for part in (y >= 0, final, stop)]


def train(kind, delay, seed, config):
    """Accuracy on new frames, and the number of parameters."""
    rng = np.random.default_rng(seed)
    model = build(kind, rng, config)
    optimizer = Adam(config["lr"])
    for _ in range(config["steps"]):
        x, y = speak(rng, config["batch_size"], config)
        x, y, delay = arranged(x, y, kind, delay)
        mask = np.arange(len(x)) >= delay  # the first frames have no answer
        padded = np.concatenate([np.zeros((delay, y.shape[1]), int), y])
        logits, cache = model.forward(x)
        counted = np.broadcast_to(mask[:, None], padded.shape)
        _, count, kept = model.loss(logits, padded, counted)
        grads = model.backward(model.loss_backward(1 / count, kept), cache)
        if kind == "shared":
            share(grads)
        clip_grad_norm(grads, config["clip"])
        optimizer.step(model.params, grads)
    rng = np.random.default_rng(config["test_seed"])
    scores = accuracy(
        model, *speak(rng, config["test_texts"], config), kind, delay
    )
    own = [n for n in model.params if kind != "shared" or "reverse" not in n]
    return scores, sum(model.params[name].size for name in own)


def main():
    """Train every kind with every seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    runs = {f"forward, delay {d}": ("forward", d) for d in CONFIG["delays"]}
    runs |= {
        "backward": ("backward", 0),
        "both": ("both", 0),
        "both, sum": ("sum", 0),
        "both, mean": ("mean", 0),
        "both, shared weights": ("shared", 0),
    }
    found = {}
    for name, (kind, delay) in runs.items():
        scores = [train(kind, delay, seed, CONFIG) for seed in CONFIG["seeds"]]
        found[name] = {
            "parameters": scores[0][1],
            "delay": delay,
            "accuracy": [score[0] for score, _ in scores],
            "finals": [score[1] for score, _ in scores],
            "stops": [score[2] for score, _ in scores],
        }
        print(name, found[name], flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "models": found,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "toy_phones.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
