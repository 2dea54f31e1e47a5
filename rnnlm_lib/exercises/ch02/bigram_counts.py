"""Count the bigrams of sentences bounded by <eos>."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _bigram_counts(bug, sentences, vocab_size, eos):
    start = [] if "no_start" in bug else [eos]
    end = [] if "no_end" in bug else [eos]
    texts = [np.array([*start, *ids, *end]) for ids in sentences]
    if "joined" in bug:
        texts = [np.array([*start, *np.concatenate(sentences), *end])]
    counts = np.zeros((vocab_size, vocab_size), int)
    for text in texts:
        first, second = text[:-1], text[1:]
        if "never_moves" in bug:
            first = np.full(len(second), eos)
        if "repeats_lost" in bug:
            counts[first, second] += 1
        else:
            np.add.at(counts, (first, second), 1)
    if "both_directions" in bug:
        counts = counts + counts.T
    if "seen_only" in bug:
        counts = (counts > 0) * 1
    if "divided" in bug:
        counts = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    return counts.T if "transposed" in bug else counts


def _sentences(rng):
    vocab_size, count = sizes(rng, 2, 5, 8)
    ids = rng.permutation(vocab_size)
    words = ids[1:5]  # few words, so that pairs repeat
    lengths = rng.integers(2, 9, count)
    return [rng.choice(words, n) for n in lengths], vocab_size, int(ids[0])


exercise = Exercise(
    name="bigram_counts",
    chapter=2,
    ref=_bigram_counts,
    make=_sentences,
    bugs={
        "transposed": Mistake(
            "rows and columns are exchanged: the row is the word that comes first",
            "generic",
        ),
        "joined": Mistake(
            "the sentences are joined without <eos> between them, so that the last "
            "word of one and the first of the next make a pair",
            "trial",
        ),
        "no_end": Mistake(
            "the last pair of each sentence, (last word, <eos>), is missing", "S-142"
        ),
        "no_start": Mistake(
            "the first pair of each sentence, (<eos>, first word), is missing", "S-011"
        ),
        "repeats_lost": Mistake(
            "a pair that occurs twice in a sentence is counted once, as `counts[a, b] "
            "+= 1` does with arrays a and b; use np.add.at",
            "trial",
        ),
        "never_moves": Mistake(
            "the previous word never moves on: every pair starts with <eos>",
            "karpathy/makemore#3",
        ),
        "seen_only": Mistake("a pair counts 1 however often it occurs", "S-015"),
        "both_directions": Mistake(
            "each pair is counted in both orders, as if order did not matter", "S-135"
        ),
        "divided": Mistake(
            "the rows are divided by their sums already: those are probabilities",
            "S-011",
        ),
    },
    done="You can turn any text into the table behind a bigram model.",
    hints=(
        "write one sentence down with <eos> at both ends. How many pairs do you see?",
        "a sentence of n words gives n + 1 pairs, and no pair reaches from one "
        "sentence into the next.",
        "counts[a, b] += 1 with arrays counts a repeated pair once; np.add.at counts "
        "all.",
    ),
    heading="Counting pairs",
    switch_off={
        "all sentences but the first": lambda sentences, vocab_size, eos: (
            sentences[:1],
            vocab_size,
            eos,
        ),
        "all words but the first of each sentence": lambda sentences, vocab_size, eos: (
            [ids[:1] for ids in sentences],
            vocab_size,
            eos,
        ),
    },
)
