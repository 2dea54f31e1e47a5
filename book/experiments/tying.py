"""Does tying help? Writes results/tying.json.

Word models of python-docs, LSTM, equal steps: two tables, one table, one table
and a projection, and two tables with as few numbers as the tied model has.
"""

import hashlib
import json
import platform
import time
from itertools import permutations, product
from pathlib import Path

import numpy as np
import rnnlm_lib
import torch
from rnnlm_lib import corpora
from rnnlm_lib.batching import batchify, bptt_windows
from rnnlm_lib.pytorch.model import RNNLM
from rnnlm_lib.pytorch.network import detach
from rnnlm_lib.text import Vocabulary, tokenize
from torch.nn import functional as F

CONFIG = {
    "corpus": "python-docs",
    "min_count": 3,
    "cell": "lstm",
    "size": 128,
    "batch_size": 16,
    "window": 30,
    "lr": 0.003,
    "clip": 1.0,
    "stages": [200, 400, 800, 1200],
    "seeds": [0, 1, 2],
    "bands": [3, 10, 100],
    "compared_words": 500,
    "neighbours_of": ["string", "returns", "is", "none", "file", "two"],
    "models": {
        "untied": {},
        "tied": {"tied": True},
        "tied, projection": {"tied": True, "projection": True},
        "tied, projection, penalty": {
            "tied": True,
            "projection": True,
            "penalty": 0.005,
        },
        "untied, equal size": {"as_small_as": "tied"},
    },
}


def build(vocab_size, settings, seed, config):
    """The untrained model of these settings."""
    size = config["size"]
    if "as_small_as" in settings:
        wanted = vocab_size * (size + 1) + 8 * size * (size + 1)
        counts = [2 * vocab_size * d + 8 * d * (d + 1) for d in range(size)]
        wanted -= vocab_size  # the output's bias
        size = int(np.argmin(np.abs(np.array(counts) - wanted)))
    return RNNLM(
        vocab_size,
        size,
        size,
        cell=config["cell"],
        tie_weights=settings.get("tied", False),
        projection=settings.get("projection", False),
        generator=torch.Generator().manual_seed(seed),
    )


def measure(model, test, band_of):
    """Validation nats per token, and those of the targets of each band."""
    nll, _ = model.score(test[:-1], test[1:], model.initial_state(16))
    bands = band_of[test[1:]]
    by_band = [nll[bands == band].mean() for band in range(band_of.max() + 1)]
    return float(nll.mean()), [float(nats) for nats in by_band]


def train(model, columns, test, band_of, settings, config):
    """Validation nats at each stage, and at the end those of each band."""
    optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
    found, done, steps = [], 0, config["stages"][-1]
    while done < steps:
        state = model.initial_state(config["batch_size"])
        for inputs, targets in bptt_windows(columns, config["window"]):
            logits, state = model(inputs, detach(state))
            wanted = torch.from_numpy(targets).flatten()
            loss = F.cross_entropy(logits.flatten(0, 1), wanted)
            if "penalty" in settings:
                penalty = model.projection.weight.norm()
                loss = loss + settings["penalty"] * penalty
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), config["clip"])
            optimizer.step()
            done += 1
            if done in config["stages"]:
                nats, by_band = measure(model, test, band_of)
                found.append(nats)
            if done == steps:
                break
    return found, by_band


def similarities(table, words):
    """Ranks of the cosines of all pairs of these words."""
    rows = table[words] / np.linalg.norm(table[words], axis=1, keepdims=True)
    cosines = (rows @ rows.T)[np.triu_indices(len(words), 1)]
    return cosines.argsort().argsort()


def resemblance(tables, words):
    """Median rank correlation of similarities, over pairs of seeds."""
    ranks = {
        name: [similarities(table, words) for table in of_seeds]
        for name, of_seeds in tables.items()
    }
    found = {}
    for one, other in product(ranks, repeat=2):
        pairs = permutations(range(len(ranks[one])), 2)
        found[f"{one} ~ {other}"] = float(
            np.median(
                [
                    np.corrcoef(ranks[one][a], ranks[other][b])[0, 1]
                    for a, b in pairs
                ]
            )
        )
    same = zip(ranks["input"], ranks["output"], strict=True)
    found["input ~ output, same seed"] = float(
        np.median([np.corrcoef(*pair)[0, 1] for pair in same])
    )
    return found


def neighbours(table, words, vocabulary, among, count=4):
    """For each word the nearest others by cosine."""
    rows = table / np.linalg.norm(table, axis=1, keepdims=True)
    found = {}
    for word in words:
        (here,) = vocabulary.encode([word])
        order = among[np.argsort(-(rows[among] @ rows[here]))]
        near = [i for i in order if i != here][:count]
        found[word] = vocabulary.decode(near)
    return found


def distances(before, after, band_of):
    """Median length of the way that the rows of each band have gone."""
    way = np.linalg.norm(after - before, axis=1)
    return [
        float(np.median(way[band_of == band]))
        for band in range(band_of.max() + 1)
    ]


def main():
    """Train every model with every seed, and write the results."""
    torch.set_num_threads(1)
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    cpu = time.process_time()
    corpus = corpora.load(CONFIG["corpus"])
    words, valid = (
        tokenize(part, lower=True) for part in (corpus.train, corpus.valid)
    )
    vocabulary = Vocabulary.from_tokens(words, min_count=CONFIG["min_count"])
    ids, V = vocabulary.encode(words), len(vocabulary)
    columns = batchify(ids, CONFIG["batch_size"])
    test = batchify(vocabulary.encode(valid), 16)
    counts = np.bincount(ids, minlength=V)
    band_of = np.digitize(counts, CONFIG["bands"][1:], right=True)
    frequent = np.argsort(-counts, kind="stable")
    frequent = frequent[frequent != vocabulary.unk_id]
    models, tables, moved = {}, {}, {}
    for name, settings in CONFIG["models"].items():
        runs = []
        for seed in CONFIG["seeds"]:
            model = build(V, settings, seed, CONFIG)
            before = model.export_params()
            runs.append(train(model, columns, test, band_of, settings, CONFIG))
            after = model.export_params()
            roles = {"tied": {"tied": "embedding.weight"}}
            roles["untied"] = {
                "input": "embedding.weight",
                "output": "decoder.weight",
            }
            for role, key in roles.get(name, {}).items():
                tables.setdefault(role, []).append(after[key])
                way = distances(before[key], after[key], band_of)
                moved.setdefault(role, []).append(way)
        models[name] = {
            "parameters": sum(p.numel() for p in model.parameters()),
            "size": model.config["hidden_size"],
            "valid_nats": [nats for nats, _ in runs],
            "valid_nats_by_band": [by_band for _, by_band in runs],
        }
        seconds = time.process_time() - cpu
        shown = np.exp([nats for nats, _ in runs]).round(1).tolist()
        print(f"{name}: {shown}, {seconds:.0f} CPU seconds", flush=True)
    most = frequent[: CONFIG["compared_words"]]
    near = {
        role: neighbours(
            of_seeds[0], CONFIG["neighbours_of"], vocabulary, frequent[:1000]
        )
        for role, of_seeds in tables.items()
    }
    targets = np.bincount(band_of[test[1:].ravel()]).tolist()
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        "corpus_sha256": corpus.sha256,
        "train_tokens": len(ids),
        "vocab_size": V,
        "words_by_band": np.bincount(band_of).tolist(),
        "targets_by_band": targets,
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "models": models,
        "resemblance": resemblance(tables, most),
        "moved": moved,
        "neighbours": near,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "tying.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
