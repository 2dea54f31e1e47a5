"""One step of the LSTM as the lectures stack it: one matrix, blocks i, f, o, g."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


def _lstm_step_ifog(bug, x, h_prev, c_prev, weight, bias):
    both = [x, h_prev] if "input_first" in bug else [h_prev, x]
    a = np.concatenate(both, axis=1) @ weight.T
    if "no_bias" not in bug:
        a = a + bias
    a_i, a_f, a_o, a_g = np.split(a, 4, axis=1)
    if "pytorch_order" in bug:
        a_o, a_g = a_g, a_o
    if "forget_first" in bug:
        a_i, a_f = a_f, a_i
    i, f, o = _sigmoid(a_i), _sigmoid(a_f), _sigmoid(a_o)
    g = _sigmoid(a_g) if "sigmoid_candidate" in bug else np.tanh(a_g)
    if "forget_erases" in bug:
        f = 1 - f
    if "coupled" in bug:
        i = 1 - f
    c = (h_prev if "h_for_c" in bug else c_prev) * f + i * g
    if "gated_memory" in bug:
        c = o * c
    h = o * (c if "no_output_tanh" in bug else np.tanh(c))
    if "gated_memory" in bug:
        h = np.tanh(c)
    return h, c


def _step(rng):
    batch, inputs, hidden = sizes(rng, 3)
    width = hidden + inputs
    return (
        rng.normal(size=(batch, inputs)),
        rng.uniform(-0.9, 0.9, (batch, hidden)),
        1.5 * rng.normal(size=(batch, hidden)),
        1.5 * rng.normal(size=(4 * hidden, width)) / np.sqrt(width),
        rng.choice([-1, 1], 4 * hidden) * rng.uniform(0.4, 1, 4 * hidden),
    )


exercise = Exercise(
    name="lstm_step_ifog",
    chapter=9,
    ref=_lstm_step_ifog,
    make=_step,
    returns=("h", "c"),
    bugs={
        "pytorch_order": Mistake(
            "the blocks are read in PyTorch's order i, f, g, o; here the candidate "
            "is the last one",
            "S-373",
        ),
        "forget_first": Mistake(
            "input gate and forget gate have changed places", "S-342"
        ),
        "input_first": Mistake(
            "the input is joined in front of the state; the first columns of the "
            "weight belong to the state",
            "S-120",
        ),
        "forget_erases": Mistake(
            "the forget gate is used as 1 - f; its value 1 keeps the memory", "E-70"
        ),
        "coupled": Mistake(
            "the input gate is 1 - f, as in a GRU; the LSTM's two gates are "
            "independent",
            "E-31",
        ),
        "no_output_tanh": Mistake(
            "the tanh on the memory is missing in the output", "E-65"
        ),
        "gated_memory": Mistake(
            "the output gate is applied to the memory itself; the memory leaves the "
            "step as it is",
            "E-33",
        ),
        "h_for_c": Mistake(
            "the forget gate scales the old state h and not the old memory c", "S-158"
        ),
        "sigmoid_candidate": Mistake(
            "the candidate passes through a sigmoid; it must be able to be negative",
            "S-098",
        ),
        "no_bias": Mistake("the bias is missing", "generic"),
    },
    done="You can run an LSTM whose blocks stand in any order.",
    hints=(
        "the matrix has 4H rows. Which of them belong to the candidate here, and "
        "which in PyTorch?",
        "one product gives (B, 4H). Split it into four, bend three with a sigmoid and "
        "the last with tanh, then write the memory first and the state after it.",
    ),
    heading="The step",
    switch_off={
        "the old memory (set to 0)": lambda x, h, c, weight, bias: (
            x,
            h,
            0 * c,
            weight,
            bias,
        ),
        "the old state (set to 0)": lambda x, h, c, weight, bias: (
            x,
            0 * h,
            c,
            weight,
            bias,
        ),
        "the input (set to 0)": lambda x, h, c, weight, bias: (
            0 * x,
            h,
            c,
            weight,
            bias,
        ),
        "the bias (set to 0)": lambda x, h, c, weight, bias: (
            x,
            h,
            c,
            weight,
            0 * bias,
        ),
    },
)
