"""The loss of padded texts, step by step and in all."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _loss_over_time(bug, nll, lengths):
    steps = np.arange(len(nll))[:, None]
    if "one_more" in bug:
        steps = steps - 1
    if "one_less" in bug:
        steps = steps + 1
    mask = steps < lengths
    if "padding_counted" in bug:
        mask = np.ones_like(mask)
    real = np.where(mask, nll, 0.0)
    texts = mask.sum(axis=1)
    if "zeros_counted" in bug:
        texts = texts * 0 + nll.shape[1]
    per_step = real.sum(axis=1) / np.maximum(texts, 1)
    mean = real.sum() / (nll.size if "zeros_counted" in bug else mask.sum())
    if "mean_of_steps" in bug:
        mean = per_step.mean()
    if "mean_of_texts" in bug:
        mean = (real.sum(axis=0) / mask.sum(axis=0)).mean()
    if "summed" in bug:
        mean = real.sum()
    return per_step, mean


def _losses(rng):
    steps, batch = sizes(rng, 2, 4, 8)
    lengths = rng.integers(2, steps, batch)
    lengths[rng.integers(batch)] = steps
    return rng.uniform(0.2, 6.0, (steps, batch)), lengths


exercise = Exercise(
    name="loss_over_time",
    chapter=5,
    ref=_loss_over_time,
    make=_losses,
    returns=("per_step", "mean"),
    bugs={
        "padding_counted": Mistake(
            "the losses at padded places are counted like the others", "E-09"
        ),
        "zeros_counted": Mistake(
            "padded places are set to zero, and still counted when it comes to divide",
            "S-056",
        ),
        "mean_of_steps": Mistake(
            "the mean of the steps' means is taken, in which a step of few texts "
            "counts as much as one of many",
            "S-056",
        ),
        "mean_of_texts": Mistake(
            "the mean of the texts' means is taken, in which a short text counts as "
            "much as a long one",
            "S-055",
        ),
        "summed": Mistake("the sum comes back and not the mean", "E-09"),
        "one_more": Mistake(
            "a text of length n is given n + 1 losses; its last one is at step n - 1, "
            "counted from 0",
            "generic",
        ),
        "one_less": Mistake("the last loss of each text is left out", "E-44"),
    },
    done="You can train and measure on sentences of different lengths.",
    hints=(
        "which places of a column of length n hold real words, counted from 0?",
        "a mask (T, B) of real places; then sums of losses over sums of the mask.",
    ),
    heading="Sum or mean",
    switch_off={
        "the padding (all texts of full length)": lambda nll, lengths: (
            nll,
            0 * lengths + len(nll),
        ),
        "the batch (one text)": lambda nll, lengths: (
            nll[: lengths[0], :1],
            lengths[:1],
        ),
    },
)
