"""One level of interpolated Kneser-Ney smoothing."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _lower(bug, counts):
    """The lower distribution: in how many different contexts does a word occur?"""
    kinds = (counts > 0).sum(axis=1 if "followers" in bug else 0)
    if "raw_counts" in bug:
        kinds = counts.sum(axis=0)
    if "uniform" in bug:
        kinds = np.ones(len(counts))
    return kinds if "lower_not_normalised" in bug else kinds / kinds.sum()


def _kneser_ney_bigram(bug, counts, discount):
    totals = counts.sum(axis=1, keepdims=True)
    kept = np.maximum(counts - discount, 0)
    if "no_floor" in bug:
        kept = counts - discount
    if "not_discounted" in bug:
        kept = counts
    kinds = (counts > 0).sum(axis=1, keepdims=True)
    if "kinds_before" in bug:
        kinds = (counts > 0).sum(axis=0)[:, None]
    if "all_words" in bug:
        kinds = len(counts)
    share = (1 if "whole_counts" in bug else discount) * kinds / totals
    rest = 0 if "no_lower" in bug else share * _lower(bug, counts)
    if "unseen_only" in bug:
        rest = rest * (counts == 0)
    return kept / totals + rest


def _counts(rng):
    size = sizes(rng, 1, 4, 8)[0]
    counts = rng.integers(1, 5, (size, size)) * (rng.random((size, size)) < 0.5)
    counts[np.arange(size), rng.permutation(size)] += 1  # every word occurs
    return counts, float(rng.uniform(0.55, 0.85))


exercise = Exercise(
    name="kneser_ney_bigram",
    chapter=2,
    ref=_kneser_ney_bigram,
    make=_counts,
    bugs={
        "raw_counts": Mistake(
            "the lower distribution is how often a word occurs; Kneser-Ney asks after "
            "how many different words it occurs",
            "trial",
        ),
        "followers": Mistake(
            "the lower distribution counts the different words that follow a word; "
            "count those that come before it",
            "trial",
        ),
        "kinds_before": Mistake(
            "the share of the lower distribution uses the words seen before the "
            "context; use those seen after it, since they were discounted",
            "trial",
        ),
        "no_lower": Mistake(
            "the discounted mass is not handed on: the lower distribution is missing "
            "and the rows sum to less than one",
            "S-010",
        ),
        "whole_counts": Mistake(
            "the share of the lower distribution lacks the factor discount", "trial"
        ),
        "no_floor": Mistake(
            "the discount is subtracted from zero counts too, which makes them "
            "negative",
            "trial",
        ),
        "not_discounted": Mistake(
            "the counts are not discounted, so that the rows sum to more than one",
            "S-010",
        ),
        "all_words": Mistake(
            "the share of the lower distribution counts the whole vocabulary; only "
            "the words seen after the context were discounted",
            "trial",
        ),
        "uniform": Mistake(
            "the lower distribution gives the same to every word", "trial"
        ),
        "unseen_only": Mistake(
            "only unseen pairs get a share of the lower distribution: that is "
            "back-off, and in interpolation seen pairs get one too",
            "S-012",
        ),
        "lower_not_normalised": Mistake(
            "the lower distribution is not divided by its sum", "generic"
        ),
    },
    done="You can build the smoothing that neural models had to beat.",
    hints=(
        "each row must sum to one: what was taken away, and from how many pairs?",
        "a row of total c loses the discount once for each different word in it; this "
        "share, discount * kinds / c, goes to the lower distribution.",
        "the lower distribution asks of each word: how many different words stand "
        "before it? Divide by the number of all different pairs.",
    ),
    heading="Kneser–Ney, one level",
    switch_off={
        "the discount (set to 0)": lambda counts, discount: (counts, 0.0),
        "the lower distribution (all words equally varied)": lambda counts, discount: (
            counts + 1,
            discount,
        ),
    },
)
