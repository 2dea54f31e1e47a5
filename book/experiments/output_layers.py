"""What do cheap output layers cost? Writes results/output_layers.json.

Word models of python-docs, LSTM, equal steps: the full softmax, the adaptive
softmax of `torch.nn`, and a sampled softmax that is judged by the full one.
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
from rnnlm_lib.batching import batchify, bptt_windows
from rnnlm_lib.text import Vocabulary, tokenize
from torch import nn
from torch.nn import functional as F

CONFIG = {
    "corpus": "python-docs",
    "min_count": 2,
    "size": 128,
    "batch_size": 20,
    "window": 35,
    "lr": 0.003,
    "clip": 1.0,
    "cutoffs": [200, 1000],
    "samples": 200,
    "stages": [200, 400, 800],
    "seeds": [0, 1, 2],
    "layers": ["full", "adaptive", "sampled"],
}


class Full(nn.Linear):
    """A score for every word."""

    def loss(self, h, targets):
        """Mean loss of states h (N, H)."""
        return F.cross_entropy(self(h), targets)

    def log_prob(self, h):
        """Log-probabilities (N, V)."""
        return F.log_softmax(self(h), dim=1)


class Sampled(Full):
    """A score for the right word and for a few that are drawn by frequency."""

    def __init__(self, size, vocab_size, frequency, samples):
        super().__init__(size, vocab_size)
        self.samples = samples
        self.register_buffer("q", frequency)

    def loss(self, h, targets):
        """Mean loss among the drawn words; log q makes up for the drawing."""
        drawn = torch.multinomial(self.q, self.samples, replacement=True)
        expected = (self.samples * self.q).log()
        right = (h * self.weight[targets]).sum(dim=1) + self.bias[targets]
        right = right - expected[targets]
        others = h @ self.weight[drawn].T + self.bias[drawn] - expected[drawn]
        hit = drawn == targets[:, None]  # the right word is there already
        others = others.masked_fill(hit, -torch.inf)
        scores = torch.cat([right[:, None], others], dim=1)
        return F.cross_entropy(scores, torch.zeros_like(targets))


class Adaptive(nn.AdaptiveLogSoftmaxWithLoss):
    """Frequent words first; rare ones in clusters, with shorter vectors."""

    def loss(self, h, targets):
        """Mean loss of states h (N, H)."""
        return self(h, targets).loss


def build(layer, frequency, config):
    """An output layer of that name."""
    size, vocab_size = config["size"], len(frequency)
    if layer == "adaptive":
        return Adaptive(size, vocab_size, config["cutoffs"])
    if layer == "sampled":
        return Sampled(size, vocab_size, frequency, config["samples"])
    return Full(size, vocab_size)


def run(layer, seed, columns, test, frequency, config):
    """Validation nats at each stage, and how many numbers the layer has."""
    torch.manual_seed(seed)
    size = config["size"]
    embedding, lstm = nn.Embedding(len(frequency), size), nn.LSTM(size, size)
    nn.init.uniform_(embedding.weight, -0.1, 0.1)
    output = build(layer, frequency, config)
    model = nn.ModuleList([embedding, lstm, output])
    optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
    found, steps = [], 0
    while steps < config["stages"][-1]:
        state = None
        for inputs, targets in bptt_windows(columns, config["window"]):
            inputs, targets = map(torch.from_numpy, (inputs, targets))
            outputs, (h, c) = lstm(embedding(inputs), state)
            state = h.detach(), c.detach()
            optimizer.zero_grad()
            output.loss(outputs.flatten(0, 1), targets.flatten()).backward()
            nn.utils.clip_grad_norm_(model.parameters(), config["clip"])
            optimizer.step()
            steps += 1
            if steps in config["stages"]:
                found.append(judge(embedding, lstm, output, test))
            if steps == config["stages"][-1]:
                break
    return found, sum(p.numel() for p in output.parameters())


@torch.no_grad()
def judge(embedding, lstm, output, test):
    """Nats per token of the validation text, from all probabilities."""
    outputs, _ = lstm(embedding(test[:-1]))
    log_probs = output.log_prob(outputs.flatten(0, 1))
    return F.nll_loss(log_probs, test[1:].flatten()).item()


def main():
    """Train every layer with every seed, and write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    torch.set_num_threads(1)
    corpus = corpora.load(CONFIG["corpus"])
    tokens = tokenize(corpus.train, lower=True)
    words = Vocabulary.from_tokens(tokens, min_count=CONFIG["min_count"])
    ids = words.encode(tokens)
    counts = np.bincount(ids, minlength=len(words)) + 1
    rank = np.empty_like(counts)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(words))
    frequency = torch.from_numpy(np.sort(counts)[::-1] / counts.sum()).float()
    columns = batchify(rank[ids], CONFIG["batch_size"])
    valid = rank[words.encode(tokenize(corpus.valid, lower=True))]
    test = torch.from_numpy(batchify(valid, 16))
    layers = {}
    for layer in CONFIG["layers"]:
        runs = [
            run(layer, seed, columns, test, frequency, CONFIG)
            for seed in CONFIG["seeds"]
        ]
        layers[layer] = {
            "valid_nats": [nats for nats, _ in runs],
            "parameters": runs[0][1],
        }
        print(layer, layers[layer], flush=True)
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
        },
        "machine": platform.platform(),
        "corpus_sha256": corpus.sha256,
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "vocab_size": len(words),
        "layers": layers,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "output_layers.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
