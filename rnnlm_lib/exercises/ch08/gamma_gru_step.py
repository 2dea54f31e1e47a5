"""One step of the GRU in the lectures' letters."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _sigmoid(a):
    return 1 / (1 + np.exp(-a))


def _gamma_gru_step(bug, x, h_prev, weight_u, weight_r, weight_c, biases):
    size = h_prev.shape[1]
    b_u, b_r, b_c = 0 * biases if "no_bias" in bug else biases
    if "gates_swapped" in bug:
        weight_u, weight_r, b_u, b_r = weight_r, weight_u, b_r, b_u

    def product(weight, h):
        if "order_swapped" in bug:
            return np.concatenate([x, h], axis=1) @ weight.T
        return np.concatenate([h, x], axis=1) @ weight.T

    u = _sigmoid(product(weight_u, h_prev) + b_u)
    r = _sigmoid(product(weight_r, h_prev) + b_r)
    if "update_in_candidate" in bug:
        r = u
    if "no_reset" in bug:
        r = 1 + 0 * r
    a_c = product(weight_c, r * h_prev) + b_c
    if "reset_after" in bug:
        from_state = h_prev @ weight_c[:, :size].T
        a_c = product(weight_c, 0 * h_prev) + r * from_state + b_c
    c = a_c if "no_tanh" in bug else np.tanh(a_c)
    c = _sigmoid(a_c) if "sigmoid" in bug else c
    kept = r * h_prev if "old_state_reset" in bug else h_prev
    if "keeps" in bug:
        return u * kept + (1 - u) * c
    return (1 if "all_kept" in bug else 1 - u) * kept + u * c


def _step(rng):
    batch, inputs, hidden = sizes(rng, 3, 4, 9)

    def weight():
        return 1.5 * rng.normal(size=(hidden, hidden + inputs)) / np.sqrt(hidden)

    return (
        rng.normal(size=(batch, inputs)),
        rng.choice([-1, 1], (batch, hidden)) * rng.uniform(0.3, 0.9, (batch, hidden)),
        weight(),
        weight(),
        weight(),
        rng.choice([-1, 1], (3, hidden)) * rng.uniform(0.3, 0.9, (3, hidden)),
    )


exercise = Exercise(
    name="gamma_gru_step",
    chapter=8,
    ref=_gamma_gru_step,
    make=_step,
    bugs={
        "keeps": Mistake(
            "the update gate is the other way round: 1 should overwrite the old state, "
            "and here it keeps it",
            "S-071",
        ),
        "reset_after": Mistake(
            "the reset gate scales what the matrix has made of the state, as PyTorch "
            "does; here it scales the state before the product",
            "S-069",
        ),
        "no_reset": Mistake(
            "the reset gate is missing from the candidate: this is the simplified GRU",
            "S-165",
        ),
        "update_in_candidate": Mistake(
            "the update gate stands in the candidate where the reset gate belongs",
            "E-54",
        ),
        "old_state_reset": Mistake(
            "the reset gate also scales the old state in the blend; it acts inside the "
            "candidate only",
            "E-30",
        ),
        "gates_swapped": Mistake("the two gates have each other's weights", "S-062"),
        "order_swapped": Mistake(
            "the input is joined in front of the state; the first columns of a weight "
            "belong to the state",
            "S-120",
        ),
        "all_kept": Mistake(
            "the whole old state is kept and the candidate is added to it; the two "
            "shares must sum to 1",
            "S-175",
        ),
        "no_tanh": Mistake("the tanh of the candidate is missing", "S-163"),
        "sigmoid": Mistake("the candidate goes through a sigmoid, not a tanh", "E-51"),
        "no_bias": Mistake("the biases are missing", "E-05"),
    },
    done="You can read a GRU in the lectures' letters as code.",
    hints=(
        "three products, each with a joined matrix. Two of them read the same vector. "
        "Which one reads another, and what is different in it?",
        "write one line for each of the lectures' four equations, in their order: both "
        "gates, then the candidate, then the blend.",
    ),
    heading="The reset gate",
    switch_off={
        "the previous state (set to 0)": lambda x, h, *rest: (x, 0 * h, *rest),
        "the input (set to 0)": lambda x, *rest: (0 * x, *rest),
        "the update gate's weight (set to 0)": lambda x, h, u, *rest: (
            x,
            h,
            0 * u,
            *rest,
        ),
        "the reset gate's weight (set to 0)": lambda x, h, u, r, *rest: (
            x,
            h,
            u,
            0 * r,
            *rest,
        ),
        "the candidate's weight (set to 0)": lambda x, h, u, r, c, b: (
            x,
            h,
            u,
            r,
            0 * c,
            b,
        ),
        "the biases (set to 0)": lambda *inputs: (*inputs[:-1], 0 * inputs[-1]),
    },
)
