"""Hold the update gate of a GRU at a value."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _hold_update_gate(bug, weight_ih, weight_hh, bias_ih, bias_hh, value):
    size = weight_hh.shape[1]
    rows = slice(size, 2 * size)
    if "reset_held" in bug:
        rows = slice(size)
    if "candidate_held" in bug:
        rows = slice(2 * size, None)
    if "all_blocks" in bug:
        rows = slice(None)
    bias = np.log(value / (1 - value))
    bias = value if "no_logit" in bug else bias
    bias = -bias if "sign" in bug else bias
    bias = 1 / (1 + np.exp(-value)) if "logistic" in bug else bias
    held = [array.copy() for array in (weight_ih, weight_hh, bias_ih, bias_hh)]
    if "input_left" not in bug:
        held[0][rows] = 0
    if "recurrent_left" not in bug:
        held[1][rows] = 0
    written, other = (3, 2) if "other_bias" in bug else (2, 3)
    held[written][rows] = bias
    if "second_bias_left" not in bug:
        held[other][rows] = bias if "bias_twice" in bug else 0
    return tuple(held)


def _params(rng):
    inputs, hidden = sizes(rng, 2, 3, 7)
    rows = 3 * hidden

    def bias():
        return rng.choice([-1, 1], rows) * rng.uniform(0.3, 0.9, rows)

    low_or_high = [rng.uniform(0.05, 0.3), rng.uniform(0.7, 0.95)]
    return (
        rng.normal(size=(rows, inputs)),
        rng.normal(size=(rows, hidden)),
        bias(),
        bias(),
        float(rng.choice(low_or_high)),
    )


exercise = Exercise(
    name="hold_update_gate",
    chapter=8,
    ref=_hold_update_gate,
    make=_params,
    returns=("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
    bugs={
        "input_left": Mistake(
            "the gate still reads the input: its rows of weight_ih are left", "S-186"
        ),
        "recurrent_left": Mistake(
            "the gate still reads the state: its rows of weight_hh are left", "S-186"
        ),
        "no_logit": Mistake(
            "the bias is the value itself; a sigmoid still comes after it", "E-21"
        ),
        "logistic": Mistake(
            "the value is put through the logistic function; its inverse is needed",
            "E-51",
        ),
        "sign": Mistake("the bias has the sign of the other polarity", "S-071"),
        "reset_held": Mistake(
            "the reset gate is held; PyTorch's blocks stand in the order r, z, n",
            "S-352",
        ),
        "candidate_held": Mistake(
            "the candidate is held; PyTorch's blocks stand in the order r, z, n",
            "S-352",
        ),
        "all_blocks": Mistake(
            "all three blocks are held, the candidate and the reset gate too", "trial"
        ),
        "bias_twice": Mistake(
            "both biases are set, and they are added: the gate gets twice as much",
            "trial",
        ),
        "other_bias": Mistake(
            "the two biases have changed places; the gate is held, but it is bias_hh "
            "that should become 0",
            "trial",
        ),
        "second_bias_left": Mistake("bias_hh is left, and it is added", "trial"),
    },
    done="You can take a gate away and measure what is lost.",
    hints=(
        "a gate is the sigmoid of a sum. Make the sum the same number for every text. "
        "Which number?",
        "four arrays hold rows of this gate. Three of them become zero there.",
    ),
    heading="Which gate matters",
    switch_off={
        "the second bias (set to 0)": lambda w, u, b, c, value: (w, u, b, 0 * c, value),
        "the weights (set to 0)": lambda w, u, b, c, value: (
            0 * w,
            0 * u,
            b,
            c,
            value,
        ),
        "the value (set to one half)": lambda w, u, b, c, value: (w, u, b, c, 0.5),
    },
)
