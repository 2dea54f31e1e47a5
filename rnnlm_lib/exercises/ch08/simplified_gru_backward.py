"""The backward pass of the GRU without a reset gate."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _simplified_gru_backward(bug, dh, h_prev, z, n, weight_hh):
    size = h_prev.shape[1]
    dz = dh * (h_prev - n)
    dz = -dz if "dz_sign" in bug else dz
    dz = dh * h_prev if "dz_without_candidate" in bug else dz
    dn = dh * (z if "dn_share" in bug else 1 - z)
    da_z = dz if "no_sigmoid_slope" in bug else dz * z * (1 - z)
    da_z = dz * (1 - z**2) if "tanh_slope_for_gate" in bug else da_z
    da_n = dn if "no_tanh_slope" in bug else dn * (1 - n**2)
    da_n = dn * n * (1 - n) if "sigmoid_slope_for_candidate" in bug else da_n
    blocks = [da_n, da_z] if "blocks_swapped" in bug else [da_z, da_n]
    da = np.concatenate(blocks, axis=1)
    through = da @ weight_hh
    if "gate_path_missing" in bug:
        through = da[:, size:] @ weight_hh[size:]
    if "candidate_path_missing" in bug:
        through = da[:, :size] @ weight_hh[:size]
    direct = 0 if "no_direct_path" in bug else dh * z
    direct = dh * (1 - z) if "direct_share" in bug else direct
    direct = dh if "direct_whole" in bug else direct
    return da, through + direct


def _step(rng):
    batch, inputs, hidden = sizes(rng, 3)
    weight_ih = 1.5 * rng.normal(size=(2 * hidden, inputs)) / np.sqrt(inputs)
    weight_hh = 1.5 * rng.normal(size=(2 * hidden, hidden)) / np.sqrt(hidden)
    sign = rng.choice([-1, 1], (batch, hidden))
    h_prev = sign * rng.uniform(0.3, 0.9, (batch, hidden))
    a = rng.normal(size=(batch, inputs)) @ weight_ih.T + h_prev @ weight_hh.T
    z = 1 / (1 + np.exp(-a[:, :hidden]))
    n = np.tanh(a[:, hidden:])
    return rng.normal(size=(batch, hidden)), h_prev, z, n, weight_hh


exercise = Exercise(
    name="simplified_gru_backward",
    chapter=8,
    ref=_simplified_gru_backward,
    make=_step,
    returns=("da", "dh_prev"),
    bugs={
        "no_direct_path": Mistake(
            "the direct path is missing: the old state also enters the blend, with "
            "share z",
            "S-305",
        ),
        "direct_share": Mistake(
            "the direct path has the candidate's share 1 - z; the old state has z",
            "S-071",
        ),
        "direct_whole": Mistake(
            "all of dh goes straight back; the old state has only the share z", "E-48"
        ),
        "dz_sign": Mistake(
            "the gate's gradient has the wrong sign: more z means more old state and "
            "less candidate",
            "S-072",
        ),
        "dz_without_candidate": Mistake(
            "the gate's gradient forgets the candidate, whose share 1 - z falls as z "
            "grows",
            "trial",
        ),
        "dn_share": Mistake(
            "the candidate's gradient has the old state's share z", "S-071"
        ),
        "no_sigmoid_slope": Mistake("the slope of the sigmoid is missing", "S-163"),
        "tanh_slope_for_gate": Mistake("the gate has the slope of a tanh", "S-163"),
        "no_tanh_slope": Mistake("the slope of the tanh is missing", "S-163"),
        "sigmoid_slope_for_candidate": Mistake(
            "the candidate has the slope of a sigmoid, n (1 - n)", "S-163"
        ),
        "blocks_swapped": Mistake(
            "the blocks stand in the wrong order: z first, then n", "generic"
        ),
        "gate_path_missing": Mistake(
            "the way back through the gate's rows of the matrix is missing", "trial"
        ),
        "candidate_path_missing": Mistake(
            "the way back through the candidate's rows of the matrix is missing",
            "trial",
        ),
    },
    done="You can write the backward pass of a gated cell.",
    hints=(
        "the old state is used three times in one step. Where?",
        "start at the blend: it has three inputs. Give each its share of dh, then put "
        "each through the slope of its own activation.",
    ),
    heading="The backward pass",
    switch_off={
        "the recurrent matrix (set to 0)": lambda dh, h, z, n, w: (dh, h, z, n, 0 * w),
        "the update gate (set to 1)": lambda dh, h, z, n, w: (dh, h, 0 * z + 1, n, w),
        "the candidate (set to 0)": lambda dh, h, z, n, w: (dh, h, z, 0 * n, w),
    },
)
