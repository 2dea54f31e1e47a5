"""The way back through an LSTM step whose state is h = o * c."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes

PARAMETERS = ("dh", "dc", "i", "f", "g", "o", "c_prev", "c")


def _lstm_without_output_tanh_backward(bug, dh, dc, i, f, g, o, c_prev, c):
    slope = 1 - np.tanh(c) ** 2 if "tanh_slope" in bug else 1
    back = 0 if "state_ignored" in bug else dh * o * slope
    if "dc_ignored" not in bug:
        back = back + dc
    gates = i, f, o
    i_slope, f_slope, o_slope = (gate * (1 - gate) for gate in gates)
    if "tanh_slopes" in bug:
        i_slope, f_slope, o_slope = (1 - gate**2 for gate in gates)
    if "no_slopes" in bug:
        i_slope = f_slope = o_slope = 1
    da_i = back * g * i_slope
    da_f = back * (c if "new_memory" in bug else c_prev) * f_slope
    da_g = back * i * (1 if "no_slopes" in bug else 1 - g**2)
    da_o = dh * (np.tanh(c) if "tanh_shown" in bug else c) * o_slope
    blocks = [da_i, da_f, da_g, da_o]
    if "lectures_order" in bug:
        blocks = [da_i, da_f, da_o, da_g]
    kept = dc if "belt_first" in bug else back
    return np.concatenate(blocks, axis=1), kept * (1 if "gate_forgotten" in bug else f)


def _gates(rng):
    batch, hidden = sizes(rng, 2)
    c_prev = 1.2 * rng.normal(size=(batch, hidden))
    i, f, o = rng.uniform(0.15, 0.85, (3, batch, hidden))
    g = rng.uniform(-0.9, 0.9, (batch, hidden))
    dh, dc = rng.normal(size=(2, batch, hidden))
    return dh, dc, i, f, g, o, c_prev, f * c_prev + i * g


def _without(*names):
    """Inputs with some of them set to 0."""

    def off(*inputs):
        pairs = zip(PARAMETERS, inputs, strict=True)
        return tuple(0 * value if name in names else value for name, value in pairs)

    return off


exercise = Exercise(
    name="lstm_without_output_tanh_backward",
    chapter=9,
    ref=_lstm_without_output_tanh_backward,
    make=_gates,
    returns=("da", "dc_prev"),
    bugs={
        "tanh_slope": Mistake(
            "what comes from the state is scaled with the slope of a tanh that this "
            "cell does not have",
            "E-65",
        ),
        "tanh_shown": Mistake(
            "the output gate's gradient is made with tanh of the memory; this cell "
            "shows the memory itself",
            "E-65",
        ),
        "dc_ignored": Mistake(
            "the gradient that comes from later memories, dc, is not used", "S-100"
        ),
        "state_ignored": Mistake(
            "the memory gets nothing from the state; it was used twice, by the next "
            "step and by the state",
            "S-319",
        ),
        "belt_first": Mistake(
            "the old memory gets its share of dc alone; it must wait until the state's "
            "share has been added",
            "S-319",
        ),
        "gate_forgotten": Mistake(
            "the old memory gets everything; the forget gate let only a part of it "
            "through",
            "E-70",
        ),
        "new_memory": Mistake(
            "the forget gate's gradient is made with the new memory; it scaled the old "
            "one",
            "S-158",
        ),
        "tanh_slopes": Mistake(
            "the three gates are given the slope of tanh; they are sigmoids", "S-098"
        ),
        "no_slopes": Mistake(
            "the gradients are those of the gates and the candidate; the slopes that "
            "lead to their sums are missing",
            "S-239",
        ),
        "lectures_order": Mistake(
            "the blocks are joined in the lectures' order i, f, o, g; PyTorch's has "
            "the candidate third",
            "S-373",
        ),
    },
    done="You can take a nonlinearity out of a cell and mend its backward step.",
    hints=(
        "two equations of the way back contain the tanh on the memory. What is left "
        "of each when the state is the output gate times the memory?",
        "first collect all that arrives at the new memory, from dc and from dh. Only "
        "then send it on, to three blocks and to the old memory.",
    ),
    heading="The way back",
    switch_off={
        "what comes from h (set to 0)": _without("dh"),
        "what comes from later memories (set to 0)": _without("dc"),
        "the old memory (set to 0)": _without("c_prev"),
        "the candidate (set to 0)": _without("g"),
    },
)
