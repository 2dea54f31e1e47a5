"""The way back from state and memory to the old memory, with peepholes."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes

PARAMETERS = ("dh", "dc", "c_prev", "i", "f", "g", "o", "c")
PARAMETERS += ("weight_ci", "weight_cf", "weight_co")


def _peephole_memory_backward(
    bug, dh, dc, c_prev, i, f, g, o, c, weight_ci, weight_cf, weight_co
):
    slope = 0 if "no_slopes" in bug else 1
    tanh_c = np.tanh(c)
    da_o = dh * tanh_c * (o * (1 - o) if slope else 1)
    back = dh * o * (1 if "no_tanh_slope" in bug else 1 - tanh_c**2)
    if "dc_ignored" not in bug:
        back = back + dc
    if "output_peephole_forgotten" not in bug:
        back = back + da_o * weight_co
    da_i = back * g * (i * (1 - i) if slope else 1)
    da_f = back * c_prev * (f * (1 - f) if slope else 1)
    dc_prev = back * f
    if "peepholes_not_carried" not in bug:
        dc_prev = dc_prev + da_i * weight_ci + da_f * weight_cf
    if "output_looks_back" in bug:
        dc_prev = dc_prev + da_o * weight_co
    seen = c if "gates_see_new" in bug else c_prev
    share = 1 / len(dh) if "mean" in bug else 1
    return (
        dc_prev,
        share * (da_i * seen).sum(axis=0),
        share * (da_f * seen).sum(axis=0),
        share * (da_o * (c_prev if "output_sees_old" in bug else c)).sum(axis=0),
    )


def _memory(rng):
    batch, hidden = sizes(rng, 2)
    c_prev = 1.2 * rng.normal(size=(batch, hidden))
    i, f, o = rng.uniform(0.15, 0.85, (3, batch, hidden))
    g = rng.uniform(-0.9, 0.9, (batch, hidden))
    dh, dc = rng.normal(size=(2, batch, hidden))
    signs = rng.choice([-1, 1], (3, hidden))
    peepholes = signs * rng.uniform(0.5, 1.5, (3, hidden))
    return dh, dc, c_prev, i, f, g, o, f * c_prev + i * g, *peepholes


def _without(*names):
    """Inputs with some of them set to 0."""

    def off(*inputs):
        pairs = zip(PARAMETERS, inputs, strict=True)
        return tuple(0 * value if name in names else value for name, value in pairs)

    return off


exercise = Exercise(
    name="peephole_memory_backward",
    chapter=9,
    ref=_peephole_memory_backward,
    make=_memory,
    returns=("dc_prev", "dweight_ci", "dweight_cf", "dweight_co"),
    bugs={
        "output_peephole_forgotten": Mistake(
            "what the output gate's peephole sends to the new memory is missing; it "
            "must arrive before the memory is taken apart",
            "E-35",
        ),
        "output_looks_back": Mistake(
            "the output gate sends a share to the old memory directly; it sees only "
            "the new one",
            "E-35",
        ),
        "output_sees_old": Mistake(
            "the output gate's peephole is given the old memory; in the forward pass "
            "it saw the new one",
            "S-190",
        ),
        "gates_see_new": Mistake(
            "the peepholes of i and f are given the new memory; in the forward pass "
            "they saw the old one",
            "S-190",
        ),
        "peepholes_not_carried": Mistake(
            "the old memory gets the share through f only; it was seen by the gates i "
            "and f too",
            "S-319",
        ),
        "dc_ignored": Mistake(
            "the gradient that comes from later memories, dc, is not used", "S-100"
        ),
        "no_tanh_slope": Mistake(
            "the slope of the tanh on the memory is missing", "E-65"
        ),
        "no_slopes": Mistake("the slopes of the three sigmoids are missing", "S-239"),
        "mean": Mistake(
            "the gradients of the peepholes are means over the batch; every text is "
            "one more use, and uses are summed",
            "E-09",
        ),
    },
    done="You can write the backward step of a gate that sees the memory.",
    hints=(
        "who used the new memory in this step? Who used the old one? Draw an arrow for "
        "each and send a gradient back along all of them.",
        "begin with the output gate: its sums depend on the new memory. When all of "
        "the new memory's gradient is there, split it among f, i and the old memory.",
    ),
    heading="Peepholes",
    switch_off={
        "the peephole of the output gate (set to 0)": _without("weight_co"),
        "the peepholes of i and f (set to 0)": _without("weight_ci", "weight_cf"),
        "what comes from h (set to 0)": _without("dh"),
        "what comes from later memories (set to 0)": _without("dc"),
    },
)
