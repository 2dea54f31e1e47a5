"""The state after the last real word of each padded text."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _last_states(bug, outputs, lengths):
    column, places = np.arange(len(lengths)), np.arange(len(outputs))
    real = (places[:, None] < lengths)[..., None]
    if "last_row" in bug:
        return outputs[-1]
    if "longest" in bug:
        return outputs[lengths.max() - 1]
    if "shortest" in bug:
        return outputs[lengths.min() - 1]
    if "mean" in bug:
        return (outputs * real).sum(axis=0) / lengths[:, None]
    if "largest" in bug:
        return np.where(real, outputs, -np.inf).max(axis=0)
    last = lengths - 1
    if "one_late" in bug:
        last = last + 1
    if "one_early" in bug:
        last = last - 1
    return outputs[last, column]


def _padded_states(rng):
    batch, hidden = sizes(rng, 2, 3, 6)
    steps = 8 + rng.integers(2)
    outputs = rng.uniform(-0.95, 0.95, (steps, batch, hidden))
    lengths = rng.integers(2, steps - 1, batch)
    lengths[:2] = 2, steps - 2
    return outputs, rng.permutation(lengths)


exercise = Exercise(
    name="last_states",
    chapter=4,
    ref=_last_states,
    make=_padded_states,
    bugs={
        "last_row": Mistake(
            "the last row of the array is taken for every text, which is padding for "
            "most of them",
            "S-111",
        ),
        "longest": Mistake("every text is read where the longest one ends", "S-111"),
        "shortest": Mistake("every text is read where the shortest one ends", "trial"),
        "one_late": Mistake(
            "the length is used as the place; places are counted from 0, so it is the "
            "first place of the padding",
            "E-44",
        ),
        "one_early": Mistake("the last but one state is taken", "E-44"),
        "mean": Mistake(
            "the mean of all real states is taken; the last one is asked for", "S-040"
        ),
        "largest": Mistake(
            "the largest value of each unit over the real states is taken", "generic"
        ),
    },
    done="You can make many to one out of the outputs of any network.",
    hints=(
        "each text has a row of its own to be read from. Which row, counted from 0?",
        "an array may be indexed with two arrays of B numbers: one row and one column "
        "for each text.",
    ),
    heading="Padding and masks",
    switch_off={
        "the differences of length (all equal)": lambda outputs, lengths: (
            outputs,
            0 * lengths + lengths.max(),
        ),
        "the batch (one text)": lambda outputs, lengths: (
            outputs[:, :1],
            lengths[:1],
        ),
    },
)
