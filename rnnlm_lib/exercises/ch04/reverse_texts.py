"""Texts read from their end, with the padding left where it was."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _reverse_texts(bug, ids, lengths):
    if "whole" in bug:
        return ids[::-1].copy()
    if "columns" in bug:
        return ids[:, ::-1].copy()
    turned = ids.copy()
    for b, n in enumerate(lengths):
        if "longest" in bug:
            n = lengths.max()
        if "one_more" in bug:
            n = n + 1
        if "one_less" in bug:
            n = n - 1
        turned[:n, b] = ids[:n, b][::-1]
        if "from_padding" in bug:
            turned[:n, b] = ids[np.arange(n, 0, -1).clip(max=len(ids) - 1), b]
        if "same_copy" in bug:
            turned[n // 2 : n, b] = ids[n // 2 : n, b]
        if "first_kept" in bug:
            turned[0, b] = ids[0, b]
            turned[1:n, b] = ids[1:n, b][::-1]
        if "zeros" in bug:
            turned[n:, b] = 0
        if "rotated" in bug:
            turned[:n, b] = np.roll(ids[:n, b], 1)
    return turned


def _padded_texts(rng):
    batch, steps = 4 + rng.integers(3), 8 + rng.integers(3)
    lengths = rng.integers(3, steps - 1, batch)
    lengths[:2] = 3, steps - 2
    lengths = rng.permutation(lengths)
    ids = rng.permutation(np.arange(1, steps * batch + 1)).reshape(steps, batch)
    pad_id = steps * batch + rng.integers(5, 20)
    return np.where(np.arange(steps)[:, None] < lengths, ids, pad_id), lengths


exercise = Exercise(
    name="reverse_texts",
    chapter=4,
    ref=_reverse_texts,
    make=_padded_texts,
    bugs={
        "whole": Mistake(
            "the whole array is turned over, so the network reads padding first and "
            "the words after it",
            "S-111",
        ),
        "columns": Mistake(
            "the order of the texts is reversed; time is the first axis", "S-056"
        ),
        "longest": Mistake(
            "every text is turned over as if it were as long as the longest", "S-111"
        ),
        "one_more": Mistake(
            "one place of padding is turned over with each text", "E-44"
        ),
        "one_less": Mistake("the last word of each text stays at its place", "E-44"),
        "first_kept": Mistake("the first word of each text stays at its place", "E-44"),
        "from_padding": Mistake(
            "the walk back begins one place too late, so padding comes first and the "
            "first word of each text is lost",
            "E-44",
        ),
        "same_copy": Mistake(
            "the second half is read after the first has been written over it, in one "
            "and the same array, so half of each text is lost",
            "trial",
        ),
        "zeros": Mistake(
            "the padding is written anew, as 0; it should stay as it was", "trial"
        ),
        "rotated": Mistake(
            "each text is moved round by one place and not reversed", "generic"
        ),
    },
    done="You can feed any network a text from the other side.",
    hints=(
        "how many ids of column b may move? Where does its first word go?",
        "copy the array, then turn over the real part of each column.",
    ),
    heading="Padding and masks",
    switch_off={
        "the padding (all texts of full length)": lambda ids, lengths: (
            ids,
            0 * lengths + len(ids),
        ),
        "the batch (one text)": lambda ids, lengths: (ids[:, :1], lengths[:1]),
    },
)
