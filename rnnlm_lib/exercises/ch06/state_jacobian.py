"""How the last state depends on an earlier one: a product of Jacobians."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _state_jacobian(bug, h, weight_hh, k):
    weight = weight_hh.T if "weight_transposed" in bug else weight_hh
    first = k - 1 if "one_too_many" in bug else k + 1 if "one_too_few" in bug else k
    product = np.eye(h.shape[1])
    for j in range(first, len(h)):  # h[j] is the state after step j + 1
        slope = 1 - h[j - 1 if "slope_before" in bug else j] ** 2
        if "no_slope" in bug:
            slope = np.ones_like(slope)
        step = slope[:, None] * weight
        if "columns_scaled" in bug:
            step = weight * slope
        if "elementwise" in bug:
            product = step if j == first else product * step
        elif "oldest_left" in bug:
            product = product @ step
        else:
            product = step @ product
    return product.T if "transposed" in bug else product


def _states(rng):
    hidden, steps = sizes(rng, 2, 4, 8)
    weight_hh = 1.2 * rng.normal(size=(hidden, hidden)) / np.sqrt(hidden)
    return (
        rng.uniform(-0.9, 0.9, (steps, hidden)),
        weight_hh,
        int(rng.integers(2, steps - 1)),
    )


exercise = Exercise(
    name="state_jacobian",
    chapter=6,
    ref=_state_jacobian,
    make=_states,
    bugs={
        "oldest_left": Mistake(
            "the oldest factor stands on the left; matrices do not commute, and the "
            "newest belongs there",
            "S-239",
        ),
        "columns_scaled": Mistake(
            "the slopes scale the columns of the recurrent matrix; tanh comes after "
            "the product, so they scale its rows",
            "S-239",
        ),
        "no_slope": Mistake("the slope of tanh is missing", "S-239"),
        "slope_before": Mistake(
            "each slope is taken at the state before its step", "S-239"
        ),
        "one_too_many": Mistake(
            "there is one factor too many: the step from k - 1 to k is in the product",
            "E-44",
        ),
        "one_too_few": Mistake(
            "there is one factor too few: the step from k to k + 1 is missing", "E-44"
        ),
        "elementwise": Mistake(
            "the factors are multiplied element by element and not as matrices",
            "trial",
        ),
        "transposed": Mistake(
            "the Jacobian is transposed: a row belongs to a unit of the last state",
            "generic",
        ),
        "weight_transposed": Mistake("the recurrent matrix is transposed", "generic"),
    },
    done="You can say what an early state still does to a late one.",
    hints=(
        "how many steps lie between the state after step k and the last one? That is "
        "the number of factors.",
        "start with the identity, walk from step k + 1 to the last, and put each new "
        "factor on the left.",
    ),
    heading="Three steps back",
    switch_off={
        "all steps but one (k just before the end)": lambda h, weight_hh, k: (
            h,
            weight_hh,
            len(h) - 1,
        ),
        "the slopes (all states 0)": lambda h, weight_hh, k: (0 * h, weight_hh, k),
    },
)
