"""Which of two verbs agrees with a subject far back? Real sentences.

The sentences of Linzen, Dupoux & Goldberg (2016), by the number of attractors,
for Kneser-Ney and for the networks that leaderboard.py has trained on the Penn
Treebank and left in `_build/runs`. Writes results/agreement.json. A few
minutes for each network.
"""

import json
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib import checkpoint, corpora, recipes, reproduce
from rnnlm_lib.batching import pad, shift
from rnnlm_lib.commands.models import build_rnn
from rnnlm_lib.ngram import NGramLM

RUNS = Path(__file__).parents[2] / "_build" / "runs"
RESULTS = Path(rnnlm_lib.__file__).parent / "results" / "agreement.json"
ATTRACTORS = range(5)


def questions(vocabulary):
    """Triples of ids up to the verb, the two verbs, the number of attractors.

    Sentences whose verbs are not both in the vocabulary are left out.
    """
    for line in corpora.load("linzen").test.splitlines():
        position, right, wrong, attractors, sentence = line.split("\t")
        verbs = right, wrong
        if all(verb in vocabulary for verb in verbs) and right != wrong:
            before = sentence.split()[: int(position)]
            ids = vocabulary.encode(before)
            yield ids, vocabulary.encode(verbs), int(attractors)


def answers(model, asked, first, batch_size=64):
    """For each question, whether the right verb is the more probable one."""
    right = np.zeros(len(asked), bool)
    order = sorted(range(len(asked)), key=lambda i: len(asked[i][0]))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        rows = [np.append(asked[i][0], asked[i][1][0]) for i in batch]
        rows += [np.append(asked[i][0], asked[i][1][1]) for i in batch]
        ids, mask = pad(rows, pad_id=first)
        state = model.initial_state(ids.shape[1])
        nats, _ = model.score(shift(ids, first), ids, state)
        last = nats[mask.sum(axis=0) - 1, np.arange(ids.shape[1])]
        right[batch] = last[: len(batch)] < last[len(batch) :]
    return right


def row(name, model, asked, first):
    """Share of right answers for each number of attractors."""
    began = time.perf_counter()
    right = answers(model, asked, first)
    attractors = np.array([number for _, _, number in asked])
    shares = [float(right[attractors == n].mean()) for n in ATTRACTORS]
    counts = [int((attractors == n).sum()) for n in ATTRACTORS]
    seconds = time.perf_counter() - began
    print(name, *(f"{share:.3f}" for share in shares), f"{seconds:.0f} s")
    config = {"model": name, "attractors": list(ATTRACTORS)}
    found = {"config": config, "right": shares, "sentences": counts}
    return found | {"seconds": seconds} | reproduce.provenance(__file__)


def networks(size):
    """Pairs of a run's name and its model, best epoch."""
    for file in sorted(RUNS.glob("*.safetensors")):
        recipe, _, _ = file.stem.rpartition("-")[0].rpartition("-")
        known = recipes.RECIPES.get(recipe)
        if (
            ".last" in file.name
            or not known
            or known.corpus != "penn-treebank"
        ):
            continue
        backend = file.stem.split("-")[-2]
        params, meta, _ = checkpoint.load(file)
        model = build_rnn(backend, meta["config"], 0)
        model.load_params(params)
        assert model.vocab_size == size
        yield file.stem, model


def main():
    """Ask everybody, write."""
    texts = reproduce.read_texts(recipes.find("zaremba-small"))
    size, first = len(texts.vocabulary), texts.data.first
    asked = list(questions(texts.vocabulary))
    counting = NGramLM(5, size, boundary=first).fit(texts.data.train)
    rows = [row("kneser-ney-5", counting, asked, first)]
    rows += [row(*found, asked, first) for found in networks(size)]
    RESULTS.write_text(json.dumps({"rows": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
