"""One step of a recurrent network with its two weight matrices in one."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _rnn_step_joined(bug, x, h_prev, weight, bias):
    size = h_prev.shape[1]
    weight_hh, weight_xh = weight[:, :size], weight[:, size:]
    if "order_swapped" in bug:
        weight_xh, weight_hh = np.split(weight, [x.shape[1]], axis=1)
    if "recurrent_transposed" in bug:
        weight_hh = weight_hh.T
    from_state, from_input = h_prev @ weight_hh.T, x @ weight_xh.T
    if "state_missing" in bug:
        from_state = 0 * from_state
    if "input_missing" in bug:
        from_input = 0 * from_input
    both = from_state + from_input
    if "products_multiplied" in bug:
        both = from_state * from_input
    a = both + bias * (0 if "no_bias" in bug else 2 if "bias_twice" in bug else 1)
    h = 1 / (1 + np.exp(-a)) if "sigmoid" in bug else np.tanh(a)
    h = a if "no_tanh" in bug else h
    return h_prev + h if "state_added" in bug else h


def _step(rng):
    batch, inputs, hidden = sizes(rng, 3)
    weight = rng.normal(size=(hidden, hidden + inputs)) / np.sqrt(hidden + inputs)
    bias = rng.choice([-1, 1], hidden) * rng.uniform(0.3, 0.9, hidden)
    return (
        rng.normal(size=(batch, inputs)),
        rng.uniform(-0.9, 0.9, (batch, hidden)),
        weight,
        bias,
    )


exercise = Exercise(
    name="rnn_step_joined",
    chapter=3,
    ref=_rnn_step_joined,
    make=_step,
    bugs={
        "order_swapped": Mistake(
            "the input is joined in front of the state; the first columns of the "
            "weight belong to the state",
            "S-120",
        ),
        "state_missing": Mistake("the previous state is not used", "S-217"),
        "input_missing": Mistake("the input is not used", "E-58"),
        "state_added": Mistake(
            "the previous state is added to the new one; it enters through the weight "
            "only",
            "S-214",
        ),
        "products_multiplied": Mistake(
            "the two products are multiplied element by element; they are added, "
            "whatever ⊕ looks like",
            "E-07",
        ),
        "sigmoid": Mistake("the sigmoid is used instead of tanh", "E-08"),
        "no_tanh": Mistake("the tanh is missing", "S-049"),
        "no_bias": Mistake("the bias is missing", "E-05"),
        "bias_twice": Mistake(
            "the bias is added twice; PyTorch's cell has two biases, this one has one",
            "trial",
        ),
        "recurrent_transposed": Mistake(
            "the part of the weight that reads the state is transposed", "generic"
        ),
    },
    done="You can read the lectures' W[h, x] as one matrix product.",
    hints=(
        "weight has H rows and H + E columns. What must stand beside it, and how long "
        "is it?",
        "put state and input side by side, state first; each row then has the length "
        "of a row of weight.",
    ),
    heading="Two matrices or one",
    switch_off={
        "the previous state (set to 0)": lambda x, h_prev, weight, bias: (
            x,
            0 * h_prev,
            weight,
            bias,
        ),
        "the input (set to 0)": lambda x, h_prev, weight, bias: (
            0 * x,
            h_prev,
            weight,
            bias,
        ),
        "the bias (set to 0)": lambda x, h_prev, weight, bias: (
            x,
            h_prev,
            weight,
            0 * bias,
        ),
        "the weight (set to 0)": lambda x, h_prev, weight, bias: (
            x,
            h_prev,
            0 * weight,
            bias,
        ),
    },
)
