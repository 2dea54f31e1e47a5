"""Models that count, on the corpora of the leaderboard.

Writes results/counting.json: for each corpus the uniform model, unigrams to
5-grams (characters: to 8-grams) under four smoothings, their perplexity on
test text, their size and their seconds. Takes a few minutes.
"""

import json
import math
import time
from pathlib import Path

import rnnlm_lib
from rnnlm_lib import recipes, reproduce
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.lm import UniformLM
from rnnlm_lib.ngram import SMOOTHINGS, NGramLM

RESULTS = Path(rnnlm_lib.__file__).parent / "results" / "counting.json"
# corpus: a recipe that reads it, and the largest order
CORPORA = {
    "penn-treebank": ("zaremba-small", 5),
    "wikitext-2": ("wikitext-small", 5),
    "tiny-shakespeare": ("shakespeare-lstm", 8),
}


def measured(model, texts, began):
    """Perplexity of the test and valid texts, size and seconds."""
    test, valid = (
        evaluate(model, ids, first=texts.data.first, window=10_000)
        for ids in (texts.test, texts.data.valid)
    )
    seconds = time.perf_counter() - began
    return {
        # JSON has no infinity: a word of probability 0.
        "test_perplexity": test.perplexity if test.nats < math.inf else None,
        "valid_perplexity": valid.perplexity if test.nats < math.inf else None,
        "test_tokens": test.tokens,
        "bytes": getattr(model, "nbytes", 0),
        "seconds": seconds,
    }


def models(size, order, recipe, texts):
    """Pairs of a row's config and its model, fitted."""
    yield {"smoothing": "uniform", "order": 0}, UniformLM(size)
    boundary = texts.data.first if recipe.level == "word" else None
    for smoothing in SMOOTHINGS:
        # Of a stretch of characters, low orders have too few rare ones to
        # estimate discounts from.
        rest = {"fallback_discounts": (0.5, 1.0, 1.5), "k": 1.0}
        rest |= {"boundary": boundary, "smoothing": smoothing}
        for n in range(1, order + 1):
            model = NGramLM(n, size, **rest)
            model.fit(texts.data.train, held_out=texts.data.valid)
            yield {"smoothing": smoothing, "order": n}, model


def main():
    """Count, measure, write."""
    facts = reproduce.provenance(__file__)
    rows = []
    for corpus, (name, order) in CORPORA.items():
        recipe = recipes.find(name)
        texts = reproduce.read_texts(recipe)
        size = len(texts.vocabulary)
        began = time.perf_counter()
        for config, model in models(size, order, recipe, texts):
            row = {"config": {"corpus": corpus, "vocab_size": size, **config}}
            row |= measured(model, texts, began)
            rows.append(row | {"corpus_sha256": texts.sha256} | facts)
            print(row["config"], row["test_perplexity"])
            began = time.perf_counter()
    RESULTS.write_text(json.dumps({"rows": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
