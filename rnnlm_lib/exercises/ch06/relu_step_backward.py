"""The backward step of a recurrent network of ReLU units."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _relu_step_backward(bug, dh, x, h_prev, h, weight_ih, weight_hh):
    slope = 1.0 * (h > 0)
    if "tanh_slope" in bug:
        slope = 1 - h**2
    if "no_slope" in bug:
        slope = np.ones_like(h)
    if "slope_before" in bug:
        slope = 1.0 * (h_prev > 0)
    if "value_for_slope" in bug:
        slope = h
    da = dh * slope
    back = dh if "slope_not_carried" in bug else da
    dh_prev = back @ (weight_hh.T if "carried_transposed" in bug else weight_hh)
    dweight_hh = da.T @ (h if "newer_state" in bug else h_prev)
    share = 1 / len(dh) if "mean" in bug else 1
    return (
        da @ weight_ih,
        dh_prev,
        share * da.T @ x,
        share * (dweight_hh.T if "outer_transposed" in bug else dweight_hh),
        da if "bias_not_summed" in bug else share * da.sum(axis=0),
    )


def _relu_step(rng):
    batch, inputs, hidden = sizes(rng, 3)
    weight_ih = rng.normal(size=(hidden, inputs)) / np.sqrt(inputs)
    weight_hh = rng.normal(size=(hidden, hidden)) / np.sqrt(hidden)
    x = rng.normal(size=(batch, inputs))
    h_prev = np.maximum(rng.normal(size=(batch, hidden)), 0)
    h = np.maximum(x @ weight_ih.T + h_prev @ weight_hh.T, 0)
    return rng.normal(size=(batch, hidden)), x, h_prev, h, weight_ih, weight_hh


exercise = Exercise(
    name="relu_step_backward",
    chapter=6,
    ref=_relu_step_backward,
    make=_relu_step,
    returns=("dx", "dh_prev", "dweight_ih", "dweight_hh", "dbias"),
    bugs={
        "tanh_slope": Mistake(
            "the slope is that of tanh, 1 - h**2; a ReLU has slope 1 or 0", "E-15"
        ),
        "no_slope": Mistake(
            "the slope of the activation is missing: dh itself is used as the "
            "gradient of the sums",
            "S-239",
        ),
        "slope_before": Mistake(
            "the slope is taken at the state before the step, not at the one after it",
            "S-239",
        ),
        "value_for_slope": Mistake(
            "dh is multiplied with the value of the activation and not with its slope",
            "E-68",
        ),
        "slope_not_carried": Mistake(
            "what goes back to the state before skips the slope of this step", "S-239"
        ),
        "newer_state": Mistake(
            "the recurrent matrix is given the state after the step; in the forward "
            "pass it met the state before",
            "E-19",
        ),
        "mean": Mistake(
            "the gradients of the weights are means over the batch; every text is one "
            "more use, and uses are summed",
            "E-09",
        ),
        "bias_not_summed": Mistake(
            "the gradient of the bias is not summed over the batch", "trial"
        ),
        "carried_transposed": Mistake(
            "what goes back to the state before uses the transposed recurrent matrix",
            "generic",
        ),
        "outer_transposed": Mistake(
            "the gradient of the recurrent matrix is transposed", "generic"
        ),
    },
    done="You can write the backward step of any activation.",
    hints=(
        "which number of the tanh step came from tanh, and which from the products?",
        "start with the gradient of the sums: dh where the unit was on, 0 elsewhere.",
    ),
    heading="One step back",
    switch_off={
        "the input (set to 0)": lambda dh, x, h_prev, h, w, u: (
            dh,
            0 * x,
            h_prev,
            h,
            w,
            u,
        ),
        "the state before (set to 0)": lambda dh, x, h_prev, h, w, u: (
            dh,
            x,
            0 * h_prev,
            h,
            w,
            u,
        ),
        "the slope (every unit on)": lambda dh, x, h_prev, h, w, u: (
            dh,
            x,
            h_prev,
            np.abs(h) + 1,
            w,
            u,
        ),
        "the batch (one text)": lambda dh, x, h_prev, h, w, u: (
            dh[:1],
            x[:1],
            h_prev[:1],
            h[:1],
            w,
            u,
        ),
    },
)
