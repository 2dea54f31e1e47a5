"""Dropout with one mask for all steps, forward and backward."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _scale(bug, kept, p):
    if "no_scale" in bug:
        return 1.0
    if "scale_multiplied" in bug:
        return 1 - p
    if "scale_of_p" in bug or "p_stays" in bug:
        return 1 / p
    if "scale_of_draws" in bug:
        return 1 / kept.mean()
    return 1 / (1 - p)


def _locked_dropout_both_ways(bug, x, draws, p, dout):
    kept = draws < p if "inverted" in bug or "p_stays" in bug else draws >= p
    if "one_text" in bug:
        kept = np.broadcast_to(kept[:1], kept.shape)
    scale = _scale(bug, kept, p)
    mask = np.broadcast_to(kept * scale, x.shape).copy()
    steps = slice(None)
    if "first_step" in bug:
        steps = slice(1, None)
    if "last_step" in bug:
        steps = slice(None, -1)
    if steps != slice(None):
        mask[steps] = 1.0
    y, dx = x * mask, dout * mask
    if "forward_unscaled" in bug:
        y = y / scale
    if "backward_unscaled" in bug:
        dx = dx / scale
    if "backward_not_masked" in bug:
        dx = dout.copy()
    if "times_x" in bug:
        dx = dx * x
    if "steps_summed" in bug:
        dx = dx.sum(axis=0)
    return y, dx


def _batch(rng):
    steps, batch, width = sizes(rng, 3)
    p = float(rng.uniform(0.25, 0.4))
    draws = rng.random((batch, width))
    draws[:, 0], draws[:, 1] = 0.5 * p, 0.5 + 0.5 * p  # both kinds in each text
    draws = rng.permuted(draws, axis=1)
    x, dout = rng.normal(size=(2, steps, batch, width))
    return x, draws, p, dout


exercise = Exercise(
    name="locked_dropout_both_ways",
    chapter=13,
    ref=_locked_dropout_both_ways,
    make=_batch,
    returns=("y", "dx"),
    bugs={
        "inverted": Mistake(
            "the units that should go have stayed, and the others are gone", "trial"
        ),
        "p_stays": Mistake(
            "p is read as the chance that a unit stays, in the mask and in the scale",
            "generic",
        ),
        "no_scale": Mistake(
            "what is kept is not scaled, so that the mean shrinks", "trial"
        ),
        "scale_multiplied": Mistake(
            "what is kept is multiplied by 1 - p; to keep the mean, divide", "trial"
        ),
        "scale_of_p": Mistake("what is kept is divided by p", "trial"),
        "scale_of_draws": Mistake(
            "the scale comes from the share that these draws happen to keep; it comes "
            "from p, whatever the draws",
            "generic",
        ),
        "forward_unscaled": Mistake("only the gradient is scaled", "trial"),
        "backward_unscaled": Mistake("only the forward pass is scaled", "trial"),
        "backward_not_masked": Mistake(
            "the gradient passes as if nothing had been dropped", "trial"
        ),
        "times_x": Mistake(
            "the gradient is multiplied by x as well; the slope of a product with a "
            "mask is the mask",
            "trial",
        ),
        "steps_summed": Mistake(
            "the gradient is summed over the steps, as for a weight that all steps "
            "share; x is not shared, only the mask is",
            "S-115",
        ),
        "first_step": Mistake(
            "only the first step is masked; a unit is gone at every step", "generic"
        ),
        "last_step": Mistake(
            "only the last step is masked; a unit is gone at every step", "generic"
        ),
        "one_text": Mistake(
            "all texts have the mask of the first one; each text has its own", "generic"
        ),
    },
    done="You can drop units from a recurrent network without cutting its memory.",
    hints=(
        "the mask has no axis for time. What does broadcasting make of that?",
        "build one array of zeros and scales from the draws, and use it in both "
        "directions.",
    ),
    heading="What the recipes add",
    switch_off={
        "the gradient (dout set to 0)": lambda x, draws, p, dout: (
            x,
            draws,
            p,
            0 * dout,
        ),
        "all steps but the first": lambda x, draws, p, dout: (
            x[:1],
            draws,
            p,
            dout[:1],
        ),
        "all texts but the first": lambda x, draws, p, dout: (
            x[:, :1],
            draws[:1],
            p,
            dout[:, :1],
        ),
    },
)
