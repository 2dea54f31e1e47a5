"""The merged state at one position after its word was replaced by another."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _replace_word(
    bug, x, position, forward, backward, weight, bias, weight_reverse, bias_reverse
):
    if "from_one" in bug:
        position = position - 1
    before, after = forward[position - 1], backward[position + 1]
    if "old_states" in bug:
        before, after = forward[position], backward[position]
    if "forward_from_right" in bug:
        before = forward[position + 1]
    if "backward_from_left" in bug:
        after = backward[position - 1]
    if "no_arrow" in bug:
        after = forward[position + 1]
    if "one_set" in bug:
        weight_reverse, bias_reverse = weight, bias

    def step(h, weight, bias):
        both = [x, h] if "input_first" in bug else [h, x]
        a = np.concatenate(both, axis=1) @ weight.T
        if "no_bias" not in bug:
            a = a + bias
        return a if "no_tanh" in bug else np.tanh(a)

    states = [step(before, weight, bias), step(after, weight_reverse, bias_reverse)]
    if "forward_kept" in bug:
        states[0] = forward[position]
    if "backward_kept" in bug:
        states[1] = backward[position]
    if "swapped" in bug:
        states = states[::-1]
    return np.concatenate(states, axis=1)


def _text(rng):
    steps, batch, inputs, hidden = sizes(rng, 4, 3, 8)
    width = hidden + inputs
    weights = 1.2 * rng.normal(size=(2, hidden, width)) / np.sqrt(width)
    signs = rng.choice([-1, 1], (2, hidden))
    biases = signs * rng.uniform(0.3, 0.9, (2, hidden))
    return (
        rng.normal(size=(batch, inputs)),
        int(rng.integers(1, steps - 1)),
        rng.uniform(-0.9, 0.9, (steps, batch, hidden)),
        rng.uniform(-0.9, 0.9, (steps, batch, hidden)),
        weights[0],
        biases[0],
        weights[1],
        biases[1],
    )


exercise = Exercise(
    name="replace_word",
    chapter=10,
    ref=_replace_word,
    make=_text,
    bugs={
        "one_set": Mistake(
            "both chains use the weights of the forward one; each has its own", "E-57"
        ),
        "no_arrow": Mistake(
            "the backward step starts from a forward state; each chain has its own "
            "states",
            "E-57",
        ),
        "backward_from_left": Mistake(
            "the backward step starts from the position on the left; it comes from "
            "the right",
            "S-358",
        ),
        "forward_from_right": Mistake(
            "the forward step starts from the position on the right; it comes from "
            "the left",
            "S-357",
        ),
        "old_states": Mistake(
            "both steps start from the states at the position itself, which have "
            "read the old word",
            "trial",
        ),
        "forward_kept": Mistake(
            "the forward half is still that of the old word; the forward chain reads "
            "the new one too",
            "trial",
        ),
        "backward_kept": Mistake(
            "the backward half is still that of the old word; the backward chain "
            "reads the new one too",
            "trial",
        ),
        "from_one": Mistake(
            "positions are counted from 1; `position` is a row of the arrays, counted "
            "from 0",
            "trial",
        ),
        "swapped": Mistake(
            "the backward state stands first; the forward state comes first", "S-365"
        ),
        "input_first": Mistake(
            "the input is joined in front of the state; the first columns of the "
            "weight belong to the state",
            "S-120",
        ),
        "no_tanh": Mistake("the tanh is missing", "generic"),
        "no_bias": Mistake("the biases are missing", "generic"),
    },
    done="You can try a thousand words in one blank with two steps for each.",
    hints=(
        "which states of the old text have not read the old word, on each side?",
        "a forward step from the left neighbour, a backward step from the right "
        "neighbour, each with its own weights; then join them.",
    ),
    heading="Two chains",
    switch_off={
        "the forward weights (set to 0)": lambda x, k, f, b, w, c, wr, cr: (
            x,
            k,
            f,
            b,
            0 * w,
            c,
            wr,
            cr,
        ),
        "the backward weights (set to 0)": lambda x, k, f, b, w, c, wr, cr: (
            x,
            k,
            f,
            b,
            w,
            c,
            0 * wr,
            cr,
        ),
        "the biases (set to 0)": lambda x, k, f, b, w, c, wr, cr: (
            x,
            k,
            f,
            b,
            w,
            0 * c,
            wr,
            0 * cr,
        ),
    },
)
