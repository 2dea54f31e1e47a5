"""Jacobian of a leaky recurrent step, whose two weight matrices are one."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _jacobian_of_step(bug, x, h_prev, weight, bias, leak):
    size = h_prev.shape[1]
    n = np.tanh(np.concatenate([h_prev, x], axis=1) @ weight.T + bias)
    h = (1 - leak) * h_prev + leak * n
    slope = 1 - n**2
    if "slope_of_mixture" in bug:
        slope = 1 - h**2
    if "slope_of_old" in bug:
        slope = 1 - h_prev**2
    if "no_square" in bug:
        slope = 1 - n
    if "no_slope" in bug:
        slope = np.ones_like(n)
    recurrent = weight[:, -size:] if "wrong_columns" in bug else weight[:, :size]
    if "slope_in_columns" in bug:
        through = recurrent * slope[:, None, :]
    else:
        through = slope[:, :, None] * recurrent
    keep = np.ones((size, size)) if "keep_everywhere" in bug else np.eye(size)
    jacobian = (1 - leak) * ("no_keep" not in bug) * keep
    jacobian = jacobian + (1 if "no_leak" in bug else leak) * through
    return np.swapaxes(jacobian, 1, 2) if "transposed" in bug else jacobian


def _step(rng):
    batch, hidden, inputs = sizes(rng, 3, 2, 6)
    inputs = max(inputs, hidden + 1)  # enough columns to take the wrong ones
    inputs += inputs == batch
    weight = rng.normal(size=(hidden, hidden + inputs)) / np.sqrt(hidden + inputs)
    bias = rng.choice([-1, 1], hidden) * rng.uniform(0.3, 0.9, hidden)
    return (
        rng.normal(size=(batch, inputs)),
        rng.uniform(-0.9, 0.9, (batch, hidden)),
        2 * weight,
        bias,
        float(rng.uniform(0.3, 0.7)),
    )


exercise = Exercise(
    name="jacobian_of_step",
    chapter=7,
    ref=_jacobian_of_step,
    make=_step,
    bugs={
        "transposed": Mistake(
            "rows and columns are swapped: row i should hold the derivatives of the "
            "new number i",
            "generic",
        ),
        "slope_in_columns": Mistake(
            "the slopes of the tanh scale the columns of the recurrent matrix; they "
            "belong to its rows, because the tanh comes after the product",
            "trial",
        ),
        "no_slope": Mistake("the slope of the tanh is missing", "S-285"),
        "no_square": Mistake("the slope is 1 - n instead of 1 - n squared", "trial"),
        "slope_of_mixture": Mistake(
            "the slope is taken at the new state; it belongs to the tanh inside it",
            "trial",
        ),
        "slope_of_old": Mistake(
            "the slope is taken at the old state; it belongs to the new tanh", "trial"
        ),
        "no_keep": Mistake(
            "the part of the old state that is kept has no derivative", "S-156"
        ),
        "keep_everywhere": Mistake(
            "1 - leak is added to every number; a kept number depends on itself alone, "
            "so it belongs on the diagonal",
            "trial",
        ),
        "no_leak": Mistake("the factor leak of the tanh is missing", "trial"),
        "wrong_columns": Mistake(
            "the last H columns of the weight are used; the state is read by the first",
            "S-120",
        ),
    },
    done="You can say how far one step hands a change of its state on.",
    hints=(
        "the new state is a sum of two parts. Which numbers of the old state does each "
        "number of the first part depend on?",
        "the first part gives a diagonal. The second is the plain step's Jacobian "
        "times leak; mind which columns of weight read the state.",
    ),
    heading="One step back",
    switch_off={
        "the tanh (leak set to 0)": lambda x, h, w, b, leak: (x, h, w, b, 0.0),
        "what is kept (leak set to 1)": lambda x, h, w, b, leak: (x, h, w, b, 1.0),
        "the input (set to 0)": lambda x, h, w, b, leak: (0 * x, h, w, b, leak),
        "the old state (set to 0)": lambda x, h, w, b, leak: (x, 0 * h, w, b, leak),
        "the bias (set to 0)": lambda x, h, w, b, leak: (x, h, w, 0 * b, leak),
    },
)
