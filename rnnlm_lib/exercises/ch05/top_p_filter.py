"""Top-p: the fewest likeliest words that together hold probability p."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, distributions


def _top_p_filter(bug, probs, p):
    order = np.argsort(probs if "rarest" in bug else -probs)
    total = np.cumsum(probs[order])
    kept = total - probs[order] < p
    if "one_short" in bug:
        kept = (total <= p) | (np.arange(len(probs)) == 0)
    if "one_more" in bug:
        kept = np.append(True, kept[:-1])
    mask = np.zeros(len(probs), bool)
    mask[order] = kept
    if "as_threshold" in bug:
        mask = probs >= (1 - p) * probs.max()
    if "by_id" in bug:
        mask = np.cumsum(probs) - probs < p
    if "top_k" in bug:
        mask[order] = np.arange(len(probs)) < round(p * len(probs))
    result = np.where(mask, probs, 0.0)
    if "not_normalised" not in bug:
        result = result / result.sum()
    return result[order] if "sorted" in bug else result


def _words(rng):
    vocab_size = int(rng.integers(6, 11))
    return distributions(rng, vocab_size), float(rng.uniform(0.45, 0.8))


exercise = Exercise(
    name="top_p_filter",
    chapter=5,
    ref=_top_p_filter,
    make=_words,
    bugs={
        "one_short": Mistake(
            "the word with which the sum passes p is dropped, so that the kept words "
            "hold less than p",
            "trial",
        ),
        "one_more": Mistake("one word more is kept than is needed", "trial"),
        "not_normalised": Mistake(
            "the kept probabilities do not sum to one again", "S-151"
        ),
        "rarest": Mistake(
            "the rarest words are collected first and not the likeliest", "generic"
        ),
        "sorted": Mistake(
            "the result is in the order of probability; each word should keep its "
            "place",
            "trial",
        ),
        "by_id": Mistake(
            "the words are collected in the order of their ids; sort them first",
            "trial",
        ),
        "as_threshold": Mistake(
            "each word is compared with the likeliest one, which is another filter; "
            "here a sum decides",
            "trial",
        ),
        "top_k": Mistake(
            "a share p of the words is kept, whatever their probabilities: that is "
            "top-k",
            "trial",
        ),
    },
    done="You can cut off a tail of bad words that is long when the model is sure.",
    hints=(
        "sort the probabilities from large to small and add them up. Which word is the "
        "first that is not needed?",
        "a word is kept if the words before it in that order hold less than p; then "
        "put the answers back to the places of the words.",
    ),
    heading="Temperature",
    switch_off={
        "the cut (p = 1)": lambda probs, p: (probs, 1.0),
        "the order (sorted words)": lambda probs, p: (-np.sort(-probs), p),
    },
)
