"""Turn each padded text round within its own length."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _flip_by_length(bug, x, lengths):
    if "whole" in bug:
        return x[::-1].copy()
    if "longest" in bug:
        lengths = np.full_like(lengths, lengths.max())
    if "first_length" in bug:
        lengths = np.full_like(lengths, lengths[0])
    lengths = lengths - ("one_short" in bug) + ("one_long" in bug)
    if "axes" in bug:
        x = x.swapaxes(0, 1)
    flipped = x.copy()
    for text, length in enumerate(lengths):
        flipped[:length, text] = x[:length, text][::-1]
        if "zero_padding" in bug:
            flipped[length:, text] = 0
        if "padding_too" in bug:
            flipped[length:, text] = x[length:, text][::-1]
    if "axes" in bug:
        flipped = flipped.swapaxes(0, 1).copy()
    if "features" in bug:
        flipped = flipped[:, :, ::-1].copy()
    if "texts" in bug:
        flipped = flipped[:, ::-1].copy()
    return flipped


def _padded(rng):
    batch, steps, width = sizes(rng, 3, 4, 9)
    batch, steps = sorted((batch, steps))  # or exchanged axes are no places at all
    lengths = rng.integers(2, steps - 1, batch)
    return rng.normal(size=(steps, batch, width)), lengths


exercise = Exercise(
    name="flip_by_length",
    chapter=10,
    ref=_flip_by_length,
    make=_padded,
    bugs={
        "whole": Mistake(
            "the whole time axis is turned round, so that short texts begin with "
            "their padding",
            "S-363",
        ),
        "longest": Mistake(
            "every text is turned round within the length of the longest one", "trial"
        ),
        "first_length": Mistake(
            "every text is turned round within the length of the first one", "trial"
        ),
        "one_short": Mistake("the last word of each text stays where it is", "trial"),
        "one_long": Mistake(
            "one position of padding is turned round with each text", "trial"
        ),
        "zero_padding": Mistake("the padding is set to 0; it stays as it was", "trial"),
        "padding_too": Mistake(
            "the padding is turned round as well; it stays as it was", "trial"
        ),
        "axes": Mistake(
            "the first axis of x is taken for the texts; it counts positions, and the "
            "second one counts texts",
            "trial",
        ),
        "features": Mistake(
            "the numbers of each vector are turned round too; a vector stays as it is",
            "generic",
        ),
        "texts": Mistake(
            "the texts have changed places; each stays in its column", "generic"
        ),
    },
    done="You can hand a padded batch to a chain that reads backwards.",
    hints=(
        "a text of 3 words in a batch of 5 positions: which word must come first, and "
        "where does the padding stand?",
        "for each text, the first lengths[b] positions are turned round, and nothing "
        "else moves.",
    ),
    heading="Texts of different lengths",
    switch_off={
        "unequal lengths (all set to the shortest)": lambda x, lengths: (
            x,
            np.full_like(lengths, lengths.min()),
        ),
        "the padding (cut off)": lambda x, lengths: (
            x[: lengths.min()],
            np.full_like(lengths, lengths.min()),
        ),
    },
)
