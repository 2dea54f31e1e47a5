"""Precision, recall and F1 of whole names."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _spans(tags, lengths):
    """Spans as (text, begin, end)."""
    spans = set()
    for b, n in enumerate(lengths):
        edges = np.diff(np.concatenate([[0], tags[:n, b], [0]])).nonzero()[0]
        spans |= {(b, *pair) for pair in edges.reshape(-1, 2).tolist()}
    return spans


def _share(part, whole):
    return part / whole if whole else 0.0


def _span_scores(bug, found, wanted, lengths):
    if "padding_counted" in bug:
        lengths = np.full_like(lengths, len(found))
    if "one_less" in bug:
        lengths = lengths - 1
    got, want = _spans(found, lengths), _spans(wanted, lengths)
    if "end_lost" in bug:
        got, want = ({s for s in x if s[2] < lengths[s[0]]} for x in (got, want))
    hits = len(got & want)
    if "beginnings" in bug:
        hits = len({s[:2] for s in got} & {s[:2] for s in want})
    if "ends" in bug:
        hits = len({(b, e) for b, _, e in got} & {(b, e) for b, _, e in want})
    if "overlap" in bug:
        hits = sum(
            any(b == c and i < k and j < e for c, j, k in want) for b, i, e in got
        )
    got, want = len(got), len(want)
    if "words" in bug:
        real = np.arange(len(found))[:, None] < lengths
        hits = (found * wanted * real).sum()
        got, want = (found * real).sum(), (wanted * real).sum()
    precision, recall = _share(hits, got), _share(hits, want)
    f1 = _share(2 * precision * recall, precision + recall)
    if "plain_mean" in bug:
        f1 = (precision + recall) / 2
    if "swapped" in bug:
        precision, recall = recall, precision
    return precision, recall, f1


def _runs(rng, steps, batch):
    tags = np.zeros((steps, batch), int)
    for b in range(batch):
        t = rng.integers(0, 3)
        while t < steps:
            n = rng.integers(1, 4)
            tags[t : t + n, b] = 1
            t += n + rng.integers(2, 8)
    return tags


def _two_taggings(rng):
    steps, batch = 24 + rng.integers(4), 8 + rng.integers(4)
    wanted = _runs(rng, steps, batch)
    near = wanted + np.roll(wanted, 1, axis=0) + np.roll(wanted, -1, axis=0)
    odds = np.where(wanted == 1, 0.04, np.where(near > 0, 0.08, 0.5))
    found = np.where(rng.random(wanted.shape) < odds, 1 - wanted, wanted)
    lengths = rng.integers(steps // 2, steps, batch)
    lengths[rng.integers(batch)] = steps
    return found, wanted, lengths


exercise = Exercise(
    name="span_scores",
    chapter=4,
    ref=_span_scores,
    make=_two_taggings,
    returns=("precision", "recall", "f1"),
    bugs={
        "words": Mistake(
            "words are counted; a name of two words is one span, and half is none",
            "S-106",
        ),
        "overlap": Mistake(
            "a found span counts if it shares a word with a true one; both its ends "
            "must be right",
            "S-107",
        ),
        "beginnings": Mistake(
            "a found span counts if it begins where a true one does, wherever it ends",
            "trial",
        ),
        "ends": Mistake(
            "a found span counts if it ends where a true one does, wherever it begins",
            "trial",
        ),
        "padding_counted": Mistake("what stands at padding is read as tags", "S-111"),
        "one_less": Mistake("the last word of each text is left out", "E-44"),
        "end_lost": Mistake(
            "a span that ends with the last word of its text is lost, because no 0 "
            "comes after it",
            "trial",
        ),
        "swapped": Mistake(
            "precision and recall have changed places; precision divides by what was "
            "found",
            "generic",
        ),
        "plain_mean": Mistake(
            "the third number is the plain mean of the two, not the harmonic one",
            "trial",
        ),
    },
    done="You can judge a name tagger as the field does.",
    hints=(
        "write each span as three numbers: its text, where it begins, where it ends. "
        "When are two of them the same?",
        "put a 0 before and after the real tags of a text. A span begins where the "
        "difference is 1 and ends where it is -1.",
    ),
    heading="A trigger word",
    switch_off={
        "the padding (all texts of full length)": lambda found, wanted, lengths: (
            found,
            wanted,
            0 * lengths + len(found),
        ),
        "the batch (one text)": lambda found, wanted, lengths: (
            found[:, :1],
            wanted[:, :1],
            lengths[:1],
        ),
    },
)
