"""One step of an LSTM with one gate for keeping and writing."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


def _coupled_lstm_step(bug, x, h_prev, c_prev, weight_ih, weight_hh, bias):
    a = x @ weight_ih.T + h_prev @ weight_hh.T + bias
    a_f, a_g, a_o = np.split(a, 3, axis=1)
    if "output_before_candidate" in bug:
        a_g, a_o = a_o, a_g
    f, g, o = _sigmoid(a_f), np.tanh(a_g), _sigmoid(a_o)
    write = 1 - f
    if "not_coupled" in bug:
        write = f
    if "always_writes" in bug:
        write = 1
    if "swapped" in bug:
        f, write = write, f
    if "minus_sums" in bug:
        write = _sigmoid(1 - a_f)
    c = f * c_prev + write * g
    if "gru_state" in bug:
        return c, c
    if "output_coupled" in bug:
        o = 1 - f
    return o * (c if "no_output_tanh" in bug else np.tanh(c)), c


def _step(rng):
    batch, inputs, hidden = sizes(rng, 3)
    rows = 3 * hidden
    return (
        rng.normal(size=(batch, inputs)),
        rng.uniform(-0.9, 0.9, (batch, hidden)),
        1.5 * rng.normal(size=(batch, hidden)),
        1.5 * rng.normal(size=(rows, inputs)) / np.sqrt(inputs),
        1.5 * rng.normal(size=(rows, hidden)) / np.sqrt(hidden),
        rng.choice([-1, 1], rows) * rng.uniform(0.4, 1, rows),
    )


exercise = Exercise(
    name="coupled_lstm_step",
    chapter=9,
    ref=_coupled_lstm_step,
    make=_step,
    returns=("h", "c"),
    bugs={
        "not_coupled": Mistake(
            "the candidate is scaled by f too; what is not kept makes the room", "E-31"
        ),
        "always_writes": Mistake(
            "the whole candidate is added, whatever the gate says", "S-176"
        ),
        "swapped": Mistake(
            "f scales the candidate and 1 - f the old memory; a forget gate of 1 keeps",
            "E-70",
        ),
        "minus_sums": Mistake(
            "the input gate is the sigmoid of 1 minus the sums; take 1 minus the "
            "sigmoid",
            "E-51",
        ),
        "gru_state": Mistake(
            "the memory itself is the state, as in a GRU; this cell still has an "
            "output gate",
            "E-52",
        ),
        "output_coupled": Mistake(
            "the output gate is tied to the forget gate; only the input gate is",
            "E-52",
        ),
        "no_output_tanh": Mistake(
            "the tanh on the memory is missing in the output", "E-65"
        ),
        "output_before_candidate": Mistake(
            "the blocks are read in the order f, o, g; here it is f, g, o", "generic"
        ),
    },
    done="You can say what an LSTM loses when it has a GRU's gate.",
    hints=(
        "three blocks are left. Which gate of the LSTM has no block of its own?",
        "the two shares of the new memory add up to 1, as in a GRU; the rest is the "
        "LSTM of this chapter.",
    ),
    heading="What one gate for two jobs cannot do",
    switch_off={
        "the old memory (set to 0)": lambda x, h, c, w, u, b: (x, h, 0 * c, w, u, b),
        "the old state (set to 0)": lambda x, h, c, w, u, b: (x, 0 * h, c, w, u, b),
        "the input (set to 0)": lambda x, h, c, w, u, b: (0 * x, h, c, w, u, b),
        "the bias (set to 0)": lambda x, h, c, w, u, b: (x, h, c, w, u, 0 * b),
    },
)
