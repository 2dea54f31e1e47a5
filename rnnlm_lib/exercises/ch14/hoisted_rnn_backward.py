"""Backward through a plain RNN with all weight gradients after the loop."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _hoisted_rnn_backward(bug, doutputs, x, hs, weight_ih, weight_hh):
    new = hs[:-1] if "old_slope" in bug else hs[1:]
    da = np.ones_like(doutputs) if "no_slope" in bug else 1 - new**2
    dh = np.zeros_like(doutputs[0])
    steps = range(len(x)) if "forwards" in bug else reversed(range(len(x)))
    for t in steps:
        da[t] *= doutputs[t] if "no_carry" in bug else doutputs[t] + dh
        dh = da[t] @ (weight_hh.T if "carry_turned" in bug else weight_hh)
    read = hs[1:] if "new_state" in bug else hs[:-1]
    if "last_step" in bug:
        grads = da[-1].T @ x[-1], da[-1].T @ read[-1], da[-1].sum(axis=0)
    else:
        flat, width = da.reshape(-1, da.shape[2]), x.shape[2]
        grads = (
            flat.T @ x.reshape(-1, width),
            flat.T @ read.reshape(flat.shape),
            flat.sum(axis=0),
        )
    if "mean" in bug:
        grads = tuple(grad / len(x) for grad in grads)
    dweight_ih, dweight_hh, dbias = grads
    if "turned" in bug:
        dweight_hh = dweight_hh.T
    return da @ weight_ih, dweight_ih, dweight_hh, dbias


def _window(rng):
    batch, width, hidden = sizes(rng, 3, 5, 9)
    steps = 3  # and 4 states: no other axis has these sizes
    return (
        rng.normal(size=(steps, batch, hidden)),
        rng.normal(size=(steps, batch, width)),
        rng.uniform(-0.9, 0.9, (steps + 1, batch, hidden)),
        rng.normal(size=(hidden, width)),
        1.2 * rng.normal(size=(hidden, hidden)) / np.sqrt(hidden),
    )


exercise = Exercise(
    name="hoisted_rnn_backward",
    chapter=14,
    ref=_hoisted_rnn_backward,
    make=_window,
    returns=("dx", "dweight_ih", "dweight_hh", "dbias"),
    bugs={
        "no_carry": Mistake(
            "each step has the gradient of its own output only; what comes back from "
            "the step after it is missing",
            "S-240",
        ),
        "new_state": Mistake(
            "the gradient of weight_hh meets the states after each step; the matrix "
            "met the states before, hs[:-1]",
            "trial",
        ),
        "old_slope": Mistake(
            "the slope of tanh is taken at the states before each step; it belongs to "
            "the state that came out, hs[1:]",
            "trial",
        ),
        "no_slope": Mistake("the slope of tanh, 1 - h**2, is missing", "generic"),
        "carry_turned": Mistake(
            "the gradient is carried by the transposed matrix; forward it was "
            "h @ weight_hh.T, so backward it is da @ weight_hh",
            "generic",
        ),
        "forwards": Mistake(
            "the loop runs from the first step to the last; gradients come back from "
            "the future",
            "trial",
        ),
        "last_step": Mistake(
            "the parameters have the gradient of the last step only; they were used at "
            "every step",
            "S-237",
        ),
        "mean": Mistake(
            "the gradients of the parameters are divided by the number of steps; what "
            "is used many times gets the sum",
            "E-09",
        ),
        "turned": Mistake("the gradient of weight_hh is transposed", "generic"),
    },
    done="You can take products out of a loop, backward too.",
    hints=(
        "what has to wait for the step after it? Only that belongs into the loop.",
        "fill an array da (T, B, H) in the loop. After it, see (T, B) as one axis: a "
        "sum over all steps and texts is one matrix product.",
    ),
    heading="The ladder",
    switch_off={
        "what one step hands to the one before (weight_hh set to 0)": (
            lambda d, x, hs, wi, wh: (d, x, hs, wi, 0 * wh)
        ),
    },
)
