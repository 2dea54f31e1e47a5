"""Top-k: the k likeliest words of each row."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _top_k_filter(bug, probs, k):
    ranked = np.argsort(probs if "rarest" in bug else -probs, axis=1, kind="stable")
    if "last_of_equals" in bug:
        ranked = np.argsort(probs, axis=1, kind="stable")[:, ::-1]
        if "rarest" in bug:
            ranked = ranked[:, ::-1]
    if "one_choice" in bug:
        ranked = np.repeat(ranked[:1], len(probs), axis=0)
    number = k - 1 if "one_short" in bug else k
    mask = np.zeros(probs.shape, bool)
    np.put_along_axis(mask, ranked[:, :number], True, axis=1)
    if "equals_kept" in bug:
        border = np.take_along_axis(probs, ranked[:, number - 1 : number], 1)
        mask = mask | (probs == border)
    kept = np.where(mask, probs, 0.0)
    axis = (0, 1) if "over_all" in bug else 1
    if "shared_equally" in bug:
        free = 1 - kept.sum(axis=1, keepdims=True)
        kept = np.where(mask, kept + free / number, 0.0)
    elif "softmax_again" in bug:
        powers = np.exp(kept) * mask
        kept = powers / powers.sum(axis=axis, keepdims=True)
    elif "not_normalised" not in bug:
        kept = kept / kept.sum(axis=axis, keepdims=True)
    return np.take_along_axis(kept, ranked, 1) if "sorted" in bug else kept


def _rows(rng):
    """Rows in which two or three words are equal where the cut falls."""
    batch, vocab_size = sizes(rng, 2, 5, 9)
    k = int(rng.integers(2, vocab_size - 2))
    ranks = np.argsort(rng.random((batch, vocab_size)), axis=1)
    levels = np.exp(-0.35 * np.arange(vocab_size)) * rng.uniform(
        0.9, 1.1, (batch, vocab_size)
    )
    for row, equal in zip(levels, rng.integers(1, 4, batch), strict=True):
        row[k - 1 : k - 1 + equal] = row[k - 1]
    weights = np.take_along_axis(levels, ranks, 1)
    return weights / weights.sum(axis=1, keepdims=True), k


exercise = Exercise(
    name="top_k_filter",
    chapter=5,
    ref=_top_k_filter,
    make=_rows,
    bugs={
        "equals_kept": Mistake(
            "every word that is as probable as the last one kept stays too, so that a "
            "row can hold more than k words",
            "trial",
        ),
        "last_of_equals": Mistake(
            "of equally probable words those with the larger ids are kept, as when a "
            "sorted row is turned round",
            "trial",
        ),
        "one_short": Mistake(
            "one word less than k is kept: the k-th word belongs to the likeliest k",
            "trial",
        ),
        "one_choice": Mistake(
            "the words of the first row are kept in every row; each row has its own",
            "trial",
        ),
        "not_normalised": Mistake(
            "the kept probabilities do not sum to one again", "S-151"
        ),
        "over_all": Mistake(
            "the whole table sums to one; each row is a distribution of its own", "E-45"
        ),
        "shared_equally": Mistake(
            "what the dropped words leave is shared equally; the kept words should "
            "keep their ratios",
            "trial",
        ),
        "softmax_again": Mistake(
            "a softmax is applied to the kept probabilities; it wants their logarithms",
            "S-256",
        ),
        "sorted": Mistake(
            "the result is in the order of probability; each word should keep its "
            "place",
            "trial",
        ),
        "rarest": Mistake(
            "the k rarest words are kept and not the likeliest", "generic"
        ),
    },
    done="You can cut a whole batch of distributions to its likeliest words.",
    hints=(
        "sort each row by itself, and ask for the places of the words and not for "
        "their probabilities. What does your sort do with equal numbers?",
        "NumPy has a kind of sort that keeps equal numbers in their old order. Set "
        "the first k places to what they were, in an array of zeros; then divide each "
        "row by its own sum.",
    ),
    heading="Temperature",
    switch_off={
        "the batch (one row)": lambda probs, k: (probs[:1], k),
        "the cut (k = V)": lambda probs, k: (probs, probs.shape[1]),
    },
)
