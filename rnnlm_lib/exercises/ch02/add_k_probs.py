"""Add-k smoothing of a table of bigram counts."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _add_k_probs(bug, counts, k):
    k = 1.0 if "k_is_one" in bug else k
    axis = 0 if "columns" in bug else 1
    totals = counts.sum(axis=axis, keepdims=True)
    kinds = len(counts)
    if "seen_kinds" in bug:
        kinds = (counts > 0).sum(axis=axis, keepdims=True)
    if "one_k" in bug:
        kinds = 1
    if "no_k_below" in bug:
        kinds = 0
    if "joint" in bug:
        totals, kinds = counts.sum(), counts.size
    above = counts + (0 if "no_k_above" in bug else k)
    if "zeros_only" in bug:
        above = np.where(counts == 0, k, counts)
    return above / (totals + k * kinds)


def _counts(rng):
    size = sizes(rng, 1, 4, 8)[0]
    counts = rng.integers(0, 6, (size, size)) * (rng.random((size, size)) < 0.7)
    counts[np.arange(size), rng.permutation(size)] += 1  # every word occurs
    return counts, float(rng.uniform(0.2, 0.6))


exercise = Exercise(
    name="add_k_probs",
    chapter=2,
    ref=_add_k_probs,
    make=_counts,
    bugs={
        "no_k_below": Mistake(
            "k is added to the counts and not to their total, so that the rows sum to "
            "more than one",
            "S-010",
        ),
        "one_k": Mistake(
            "the total grows by k only: k goes to every word of the vocabulary, so "
            "the total grows by k times its size",
            "S-012",
        ),
        "seen_kinds": Mistake(
            "the total grows by k for each different word seen in the row; the unseen "
            "ones get k as well",
            "S-012",
        ),
        "no_k_above": Mistake(
            "k is added to the totals and not to the counts, so that unseen pairs "
            "keep the probability 0",
            "S-012",
        ),
        "zeros_only": Mistake(
            "only the zero counts get k; every count should get it", "S-012"
        ),
        "joint": Mistake(
            "the table is divided by the total of all rows: these are probabilities "
            "of pairs, not of a word after another",
            "S-011",
        ),
        "k_is_one": Mistake("1 is added and not k", "trial"),
        "columns": Mistake(
            "the columns are normalised; a row holds what follows one word", "generic"
        ),
    },
    done="You can give every pair a probability, also those that nobody has seen.",
    hints=(
        "what must each row of the result sum to?",
        "if every one of the V counts of a row grows by k, by how much does the sum "
        "of the row grow?",
    ),
    heading="Add-k smoothing",
    switch_off={
        "the smoothing (k = 0)": lambda counts, k: (counts + 1, 0.0),
        "the differences between words (all counts 2)": lambda counts, k: (
            0 * counts + 2,
            k,
        ),
    },
)
