"""The chain rule from a table of next-word probabilities."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, distributions, sizes


def _sentence_log_prob(bug, log_probs, ids, eos):
    table = log_probs.T if "read_backwards" in bug else log_probs
    text = np.array([eos, *ids, eos])
    text = text[1:] if "no_start" in bug else text
    text = text[:-1] if "no_end" in bug else text
    steps = table[text[1:] if "own_row" in bug else text[:-1], text[1:]]
    if "last_divides" in bug:
        steps = np.append(steps[:-1], -steps[-1])
    total = steps.prod() if "logs_multiplied" in bug else steps.sum()
    if "per_token" in bug:
        total = total / len(steps)
    if "in_bits" in bug:
        total = total / np.log(2)
    return np.exp(total) if "probability" in bug else total


def _sentence(rng):
    vocab_size, length = sizes(rng, 2, 4, 9)
    words = rng.permutation(vocab_size)
    ids = rng.choice(words[1:], length)
    return np.log(distributions(rng, vocab_size, vocab_size)), ids, int(words[0])


exercise = Exercise(
    name="sentence_log_prob",
    chapter=1,
    ref=_sentence_log_prob,
    make=_sentence,
    bugs={
        "no_end": Mistake(
            "the last factor, the probability of <eos> after the last word, is missing",
            "S-142",
        ),
        "no_start": Mistake(
            "the first factor, the probability of the first word, is missing",
            "S-144",
        ),
        "own_row": Mistake(
            "each word is looked up in its own row: the row of the word before it "
            "predicts it",
            "E-42",
        ),
        "last_divides": Mistake(
            "the last factor divides instead of multiplying",
            "E-22",
        ),
        "logs_multiplied": Mistake(
            "the logarithms are multiplied; the logarithm of a product is a sum",
            "S-138",
        ),
        "per_token": Mistake(
            "the sum is divided by the number of predictions, which gives a mean",
            "E-02",
        ),
        "probability": Mistake(
            "the result is the probability itself and not its logarithm", "S-258"
        ),
        "read_backwards": Mistake(
            "rows and columns of the table are exchanged: a row is a previous word",
            "generic",
        ),
        "in_bits": Mistake("the result is in bits and not in nats", "generic"),
    },
    done="You can score any sentence with any table of next-word probabilities.",
    hints=(
        "a sentence of n words has n + 1 predictions; which word does each one see?",
        "write the text as <eos>, its words, <eos>: the pairs of neighbours are the "
        "predictions.",
    ),
    heading="The chain rule",
    switch_off={
        "the first word's factor (set to 1)": lambda log_probs, ids, eos: (
            np.where(np.arange(len(log_probs))[:, None] == eos, 0.0, log_probs),
            ids,
            eos,
        ),
        "the factor of the last <eos> (set to 1)": lambda log_probs, ids, eos: (
            np.where(np.arange(len(log_probs)) == eos, 0.0, log_probs),
            ids,
            eos,
        ),
        "all words but the first": lambda log_probs, ids, eos: (
            log_probs,
            ids[:1],
            eos,
        ),
    },
)
