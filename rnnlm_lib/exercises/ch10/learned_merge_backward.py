"""Gradients of a merge that weighs the two directions, unit by unit."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _learned_merge_backward(bug, dmerged, forward, backward, v):
    s = 1 / (1 + np.exp(-v))
    to_forward, to_backward = dmerged * s, dmerged * (1 - s)
    if "swapped" in bug:
        to_forward, to_backward = to_backward, to_forward
    if "whole" in bug:
        to_forward, to_backward = dmerged.copy(), dmerged.copy()
    if "halves" in bug:
        to_forward = to_backward = dmerged / 2
    difference = forward - backward
    if "forward_only" in bug:
        difference = forward
    if "added" in bug:
        difference = forward + backward
    if "sign" in bug:
        difference = -difference
    slope = 1 if "no_slope" in bug else s * (1 - s)
    if "tanh_slope" in bug:
        slope = 1 - s**2
    if "last_position" in bug:
        dv = (dmerged * difference)[-1].sum(axis=0) * slope
    elif "mean" in bug:
        dv = (dmerged * difference).mean(axis=(0, 1)) * slope
    else:
        dv = (dmerged * difference).sum(axis=(0, 1)) * slope
    return to_forward, to_backward, dv


def _states(rng):
    shape = sizes(rng, 3, 2, 7)
    signs = rng.choice([-1, 1], shape[2])
    return (
        rng.normal(size=shape),
        rng.uniform(-0.9, 0.9, shape),
        rng.uniform(-0.9, 0.9, shape),
        signs * rng.uniform(0.4, 1.5, shape[2]),
    )


exercise = Exercise(
    name="learned_merge_backward",
    chapter=10,
    ref=_learned_merge_backward,
    make=_states,
    returns=("dforward", "dbackward", "dv"),
    bugs={
        "swapped": Mistake(
            "the two directions have got each other's share of the gradient", "trial"
        ),
        "whole": Mistake(
            "each direction gets the whole gradient; that is the backward of a sum",
            "trial",
        ),
        "halves": Mistake(
            "each direction gets half of the gradient; that is the backward of a mean",
            "trial",
        ),
        "forward_only": Mistake(
            "dv counts the forward state alone; the weight of the backward one, "
            "1 - s, depends on v too",
            "trial",
        ),
        "added": Mistake(
            "dv has the sum of the two states; 1 - s falls when s rises", "trial"
        ),
        "no_slope": Mistake("dv is without the slope of the sigmoid", "trial"),
        "tanh_slope": Mistake(
            "dv has the slope of a tanh, 1 - s squared; that of a sigmoid is s(1 - s)",
            "trial",
        ),
        "last_position": Mistake(
            "dv counts the last position alone; v is used at every one", "trial"
        ),
        "mean": Mistake(
            "dv is the mean over positions and texts; a shared number receives the sum",
            "generic",
        ),
        "sign": Mistake("the sign of dv is wrong", "generic"),
    },
    done="You can write the backward step of any merge.",
    hints=(
        "hold v fixed first: how far does the merged number move with each state? "
        "Then hold the states fixed.",
        "the merged number has the slope forward - backward in s, and s has the slope "
        "s(1 - s) in v. All positions and texts use the same v.",
    ),
    heading="How to merge",
    switch_off={
        "the backward states (set to 0)": lambda d, f, b, v: (d, f, 0 * b, v),
        "the forward states (set to 0)": lambda d, f, b, v: (d, 0 * f, b, v),
        "the weights of the merge (v set to 0)": lambda d, f, b, v: (d, f, b, 0 * v),
    },
)
