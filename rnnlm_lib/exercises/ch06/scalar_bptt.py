"""Backpropagation through time for a network of one unit."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _scalar_bptt(bug, x, y, w, u):
    h = [0.0]
    for x_t in x:
        h.append(np.tanh(w * x_t + u * h[-1]))
    dw = du = carried = 0.0
    for t in range(len(x), 0, -1):
        error = h[t] - y[t - 1]
        last_only = "last_loss_only" in bug and t < len(x)
        dh = carried + (0 if last_only else error)
        da = dh if "no_slope" in bug else dh * (1 - h[t] ** 2)
        term_w, term_u = da * x[t - 1], da * h[t if "newer_state" in bug else t - 1]
        over = "overwritten" in bug
        dw, du = (term_w, term_u) if over else (dw + term_w, du + term_u)
        carried = (dh if "slope_not_carried" in bug else da) * u
        if "weight_not_carried" in bug:
            carried = da
        if "not_carried" in bug:
            carried = 0.0
    share = 1 / len(x) if "mean" in bug else 2 if "factor_two" in bug else 1
    return share * dw, share * du


def _text(rng):
    steps = int(rng.integers(4, 8))
    sign = rng.choice([-1, 1], 2)
    return (
        rng.normal(size=steps),
        rng.uniform(-0.9, 0.9, steps),
        float(sign[0] * rng.uniform(0.4, 0.9)),
        float(sign[1] * rng.uniform(0.7, 1.2)),
    )


exercise = Exercise(
    name="scalar_bptt",
    chapter=6,
    ref=_scalar_bptt,
    make=_text,
    returns=("dw", "du"),
    bugs={
        "overwritten": Mistake(
            "each step overwrites the gradient of the steps after it; a weight used T "
            "times receives the sum",
            "S-125",
        ),
        "not_carried": Mistake(
            "no gradient goes back to the step before: each loss stays at its own step",
            "S-235",
        ),
        "last_loss_only": Mistake(
            "only the last step has a loss; here every step has one", "S-241"
        ),
        "newer_state": Mistake(
            "u is given the state after its step; in the forward pass it met the state "
            "before",
            "E-19",
        ),
        "no_slope": Mistake("the slope of tanh is missing", "S-239"),
        "slope_not_carried": Mistake(
            "what goes back to the step before skips the slope of tanh", "S-239"
        ),
        "weight_not_carried": Mistake(
            "what goes back to the step before is not multiplied with u", "S-239"
        ),
        "mean": Mistake(
            "the loss is averaged over the steps; here it is their sum", "E-09"
        ),
        "factor_two": Mistake(
            "the factor 1/2 of the loss is forgotten, so all is twice as large",
            "generic",
        ),
    },
    done="You can train a recurrent network without anybody's backward pass.",
    hints=(
        "run forward and keep every state, h_0 = 0 too. Which two gradients meet at "
        "the state of step t?",
        "walk from the last step to the first with one variable for the gradient that "
        "comes from the step after.",
    ),
    heading="The double sum and the single walk",
    switch_off={
        "time (one step)": lambda x, y, w, u: (x[:1], y[:1], w, u),
        "the recurrent weight (set to 0)": lambda x, y, w, u: (x, y, w, 0.0),
        "the input (set to 0)": lambda x, y, w, u: (0 * x, y, w, u),
    },
)
