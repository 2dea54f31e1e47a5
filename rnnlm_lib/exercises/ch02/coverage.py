"""The share of the n-grams of a new text that training has shown, for each n."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _ngrams(bug, ids, n):
    ngrams = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return [tuple(sorted(x)) for x in ngrams] if "any_order" in bug else ngrams


def _share(bug, train, held_out, n):
    known, asked = _ngrams(bug, train, n), _ngrams(bug, held_out, n)
    seen = set(known[:-1] if "last_unseen" in bug else known)
    if "last_not_asked" in bug:
        asked = asked[:-1]
    if "kinds" in bug:
        asked = sorted(set(asked))
    hits = sum(ngram in seen for ngram in asked)
    share = hits / (len(held_out) if "per_word" in bug else len(asked))
    return 1 - share if "unseen" in bug else share


def _coverage(bug, train, held_out, max_order):
    texts = train.tolist(), held_out.tolist()
    if "other_way" in bug:
        texts = texts[::-1]
    first = 1 + ("one_longer" in bug)
    shares = [_share(bug, *texts, n) for n in range(first, first + max_order)]
    return np.array(shares[-1] if "only_last" in bug else shares)


def _texts(rng):
    words = 10 + rng.permutation(50)[:6]
    shares = np.array([0.38, 0.24, 0.16, 0.1, 0.08, 0.04])
    train, held_out = (
        rng.choice(words, size, p=shares)
        for size in (rng.integers(50, 70), rng.integers(20, 30))
    )
    max_order, at = rng.integers(3, 5), rng.integers(0, 16)
    # The end of the training text, and words it lacks, must both matter.
    held_out[at : at + max_order] = train[-max_order:]
    held_out[rng.choice(np.r_[0:at, at + max_order : len(held_out)], 2)] = 9
    return train, held_out, int(max_order)


exercise = Exercise(
    name="coverage",
    chapter=2,
    ref=_coverage,
    make=_texts,
    bugs={
        "kinds": Mistake(
            "each different n-gram of the new text counts once; every occurrence "
            "should count",
            "C-01",
        ),
        "other_way": Mistake(
            "the two texts have changed places: this is the share of the training "
            "n-grams that the new text shows",
            "C-01",
        ),
        "unseen": Mistake("these are the shares of the n-grams never seen", "E-04"),
        "one_longer": Mistake(
            "the shares start with pairs; the first is for single words, n = 1", "E-44"
        ),
        "only_last": Mistake(
            "only the share of the longest n-grams comes back; one is wanted for each "
            "n from 1 to max_order",
            "S-014",
        ),
        "last_unseen": Mistake(
            "the last n-gram of the training text is missing: T words hold T - n + 1",
            "E-44",
        ),
        "last_not_asked": Mistake(
            "the last n-gram of the new text is missing: T words hold T - n + 1", "E-44"
        ),
        "any_order": Mistake(
            "the order of the words within an n-gram is lost", "S-135"
        ),
        "per_word": Mistake(
            "the hits are divided by the number of words and not of n-grams", "trial"
        ),
    },
    done="You can measure how much of a language an n-gram table has really seen.",
    hints=(
        "how many n-grams does a text of length T have? Try T = 5, n = 2 with a "
        "pencil.",
        "put the n-grams of the training text into a set; ask it about every n-gram "
        "of the new text, repeated ones too.",
    ),
    heading="Sparsity",
    switch_off={
        "longer n-grams (max_order = 1)": lambda train, new, _: (train, new, 1),
        "repetition (no word of the new text occurs twice)": lambda train, new, n: (
            train,
            np.array(sorted(set(new.tolist()))),
            n,
        ),
    },
)
