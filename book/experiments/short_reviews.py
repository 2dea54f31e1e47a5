"""Does a second direction help to judge a text? Writes short_reviews.json.

One-sentence film reviews (sentence-polarity): 0 is bad, 1 is good. LSTM
classifiers of equal core size read them forward or in both directions.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
import torch
from rnnlm_lib import corpora
from rnnlm_lib.batching import pad
from rnnlm_lib.pytorch.heads import Classifier
from rnnlm_lib.text import Vocabulary

CONFIG = {
    "corpus": "sentence-polarity",
    "min_count": 3,
    "embedding_size": 32,
    "hidden_sizes": {"forward": 64, "both": 40},
    "cell": "lstm",
    "dropout": 0.3,
    "batch_size": 64,
    "lr": 0.003,
    "clip": 1.0,
    "epochs": 3,
    "seeds": [0, 1, 2],
}


def reviews(text):
    """Pairs of a list of words and a label."""
    pairs = [line.split("\t") for line in text.splitlines()]
    return [(words.split(), int(label)) for label, words in pairs]


def batches(pairs, vocabulary, size):
    """Ids and mask (T, B) and labels (B,), batch by batch."""
    for start in range(0, len(pairs), size):
        some = pairs[start : start + size]
        ids, mask = pad([vocabulary.encode(words) for words, _ in some])
        yield ids, mask, np.array([label for _, label in some])


def accuracy(model, pairs, vocabulary):
    """Share of reviews that are judged rightly."""
    model.eval()
    right = 0
    with torch.no_grad():
        for ids, mask, labels in batches(pairs, vocabulary, 256):
            scores = model(ids, mask=mask)
            right += int((scores.argmax(dim=1).numpy() == labels).sum())
    return right / len(pairs)


def train(kind, seed, parts, vocabulary, config):
    """Validation accuracy after each epoch, and the size of the core."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)  # for dropout
    model = Classifier(
        len(vocabulary),
        config["embedding_size"],
        config["hidden_sizes"][kind],
        2,
        cell=config["cell"],
        bidirectional=kind == "both",
        dropout=config["dropout"],
        generator=generator,
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
    rng, found = np.random.default_rng(seed), []
    for _ in range(config["epochs"]):
        model.train()
        order = [parts[0][i] for i in rng.permutation(len(parts[0]))]
        for ids, mask, labels in batches(
            order, vocabulary, config["batch_size"]
        ):
            optimizer.zero_grad()
            model.loss(ids, labels, mask=mask).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), config["clip"])
            optimizer.step()
        found.append(accuracy(model, parts[1], vocabulary))
    return found, sum(p.numel() for p in model.rnn.parameters())


def main():
    """Train both kinds with every seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    corpus = corpora.load(CONFIG["corpus"])
    parts = reviews(corpus.train), reviews(corpus.valid)
    words = [word for text, _ in parts[0] for word in text]
    vocabulary = Vocabulary.from_tokens(words, min_count=CONFIG["min_count"])
    found = {}
    for kind in CONFIG["hidden_sizes"]:
        runs = [
            train(kind, seed, parts, vocabulary, CONFIG)
            for seed in CONFIG["seeds"]
        ]
        found[kind] = {
            "core_parameters": runs[0][1],
            "valid_accuracy": [scores for scores, _ in runs],
        }
        print(kind, found[kind], flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        "corpus_sha256": corpus.sha256,
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "train_reviews": len(parts[0]),
        "valid_reviews": len(parts[1]),
        "models": found,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "short_reviews.json").write_text(text, "utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
