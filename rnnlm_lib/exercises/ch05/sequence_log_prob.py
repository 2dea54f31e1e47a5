"""The log-probability of a sentence from a network's scores."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _sequence_log_prob(bug, logits, ids):
    axis = 0 if "over_time" in bug else 1
    log_probs = logits - np.log(np.exp(logits).sum(axis=axis, keepdims=True))
    if "scores" in bug:
        log_probs = logits
    rows = np.arange(len(ids)) + ("own_row" in bug)
    taken = log_probs[rows, ids]
    if "best_words" in bug:
        taken = log_probs[rows].max(axis=1)
    if "no_first" in bug:
        taken = taken[1:]
    if "no_last" in bug:
        taken = taken[:-1]
    total = taken.mean() if "per_token" in bug else taken.sum()
    if "loss" in bug:
        total = -total
    if "in_bits" in bug:
        total = total / np.log(2)
    return np.exp(total) if "probability" in bug else total


def _scored(rng):
    length, more = sizes(rng, 2, 3, 7)
    vocab_size = length + more
    logits = 1.5 * rng.normal(size=(length + 1, vocab_size))
    return logits, rng.integers(0, vocab_size, length)


exercise = Exercise(
    name="sequence_log_prob",
    chapter=5,
    ref=_sequence_log_prob,
    make=_scored,
    bugs={
        "own_row": Mistake(
            "each word is looked up in the row that was made after reading it; the row "
            "before it predicts it",
            "E-42",
        ),
        "scores": Mistake("the scores are added up without a softmax", "S-256"),
        "over_time": Mistake(
            "the softmax runs over time; the words are the last axis", "E-45"
        ),
        "no_first": Mistake(
            "the first word is missing; row 0 was made after <eos> and predicts it",
            "E-44",
        ),
        "no_last": Mistake("the last word is missing", "S-142"),
        "per_token": Mistake(
            "the mean over the words comes back and not their sum", "E-09"
        ),
        "best_words": Mistake(
            "the likeliest word of each step is scored and not the word of the "
            "sentence",
            "S-266",
        ),
        "probability": Mistake(
            "the result is the probability itself and not its logarithm", "S-258"
        ),
        "loss": Mistake(
            "the result is the loss, the negative of the log-probability", "generic"
        ),
        "in_bits": Mistake("the result is in bits and not in nats", "generic"),
    },
    done="You can score any sentence with what a network returns.",
    hints=(
        "there is one row more than words. Which row is not needed?",
        "log-softmax of each row, then from row i the number of word i, both counted "
        "from 0.",
    ),
    heading="Teacher forcing is a shift",
    switch_off={
        "all words but the first": lambda logits, ids: (logits[:2], ids[:1]),
        "the scores (all 0)": lambda logits, ids: (0 * logits, ids),
    },
)
