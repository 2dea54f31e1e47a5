"""A network and an n-gram, mixed: does either know what the other does not?

For networks that leaderboard.py has trained on the Penn Treebank and left in
`_build/runs`. The weight is chosen on the validation text, the perplexity is
of the test text. Writes results/mixture.json; a minute for each network.
"""

import json
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from agreement import networks
from rnnlm_lib import recipes, reproduce
from rnnlm_lib.batching import shift
from rnnlm_lib.ngram import NGramLM

RESULTS = Path(rnnlm_lib.__file__).parent / "results" / "mixture.json"
WEIGHTS = np.linspace(0, 1, 21)


def probabilities(model, ids, first, window=64):
    """What a model gives to each of the ids (T,), its state carried."""
    targets, state, nats = ids[:, None], model.initial_state(1), []
    inputs = shift(targets, np.array([first]))
    for t in range(0, len(ids), window):
        part = slice(t, t + window)
        nll, state = model.score(inputs[part], targets[part], state)
        nats.append(nll[:, 0])
    return np.exp(-np.concatenate(nats).astype(float))


def perplexities(network, counting):
    """Of the mixture, for each of WEIGHTS on the network."""
    mixed = WEIGHTS[:, None] * network + (1 - WEIGHTS[:, None]) * counting
    return np.exp(-np.log(mixed).mean(axis=1))


def main():
    """Mix, choose, measure, write."""
    texts = reproduce.read_texts(recipes.find("zaremba-small"))
    size, first = len(texts.vocabulary), texts.data.first
    counting = NGramLM(5, size, boundary=first).fit(texts.data.train)
    parts = texts.data.valid, texts.test
    counted = [probabilities(counting, ids, first) for ids in parts]
    rows = []
    for name, model in networks(size):
        began = time.perf_counter()
        read = [probabilities(model, ids, first) for ids in parts]
        valid, test = map(perplexities, read, counted)
        best = int(valid.argmin())
        found = {
            "config": {"network": name, "weights": WEIGHTS.round(2).tolist()},
            "weight": float(WEIGHTS[best]),
            "valid_perplexities": valid.tolist(),
            "test_perplexities": test.tolist(),
            "test_perplexity": float(test[best]),
            "seconds": time.perf_counter() - began,
        }
        rows.append(found | reproduce.provenance(__file__))
        print(name, f"{test[0]:.2f} {test[-1]:.2f} -> {test[best]:.2f}")
    RESULTS.write_text(json.dumps({"rows": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
