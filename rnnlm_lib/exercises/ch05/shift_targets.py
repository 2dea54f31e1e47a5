"""Targets from inputs: teacher forcing seen from the other side."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _shift_targets(bug, inputs, last):
    if "own_word" in bug:
        return inputs
    if "wrong_way" in bug:
        return np.concatenate([last[None], inputs[:-1]])
    if "wrapped" in bug:
        return np.roll(inputs, -1, axis=0)
    if "across_texts" in bug:
        return np.roll(inputs, -1, axis=1)
    if "two_ahead" in bug:
        return np.concatenate([inputs[2:], last[None], last[None]])
    if "repeated" in bug:
        return np.concatenate([inputs[1:], inputs[-1:]])
    if "one_short" in bug:
        return inputs[1:]
    return np.concatenate([inputs[1:], last[None]])


def _window(rng):
    steps, batch = sizes(rng, 2, 3, 7)
    return rng.integers(0, 30, (steps, batch)), rng.integers(0, 30, batch)


exercise = Exercise(
    name="shift_targets",
    chapter=5,
    ref=_shift_targets,
    make=_window,
    bugs={
        "own_word": Mistake(
            "each word is its own target: the model has just read it", "E-42"
        ),
        "wrong_way": Mistake(
            "each target is the word before the input; it should be the word after it",
            "S-140",
        ),
        "wrapped": Mistake(
            "the last target is the first input of the window, as np.roll makes it; it "
            "should be the word in `last`",
            "trial",
        ),
        "across_texts": Mistake(
            "the ids are moved from text to text; time is the first axis", "trial"
        ),
        "two_ahead": Mistake("each target lies two words ahead", "generic"),
        "repeated": Mistake(
            "the last input stands for the last target; it should be the word in "
            "`last`",
            "trial",
        ),
        "one_short": Mistake(
            "the last step has no target; its word is in `last`", "E-44"
        ),
    },
    done="You can cut a text into inputs and targets without losing a word.",
    hints=(
        "write four words in a row, and below each the word that should be predicted "
        "there.",
        "all rows but the first, and then one more row.",
    ),
    heading="Teacher forcing is a shift",
    switch_off={
        "the batch (one text)": lambda inputs, last: (inputs[:, :1], last[:1]),
        "time (one step)": lambda inputs, last: (inputs[:1], last),
    },
)
