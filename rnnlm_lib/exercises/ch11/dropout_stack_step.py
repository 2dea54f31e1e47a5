"""One step of a stack with dropout on its vertical connections."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _dropout_stack_step(
    bug, x, states, keep_input, keep_outputs, rate, weight_first, weights, biases
):
    scale = rate if "scaled_by_rate" in bug else 1 - rate
    scale = 1 if "not_scaled" in bug else scale

    def drop(values, keep):
        return values * (~keep if "mask_is_dropped" in bug else keep) / scale

    masks = list(keep_outputs)
    if "mask_from_below" in bug:
        masks = [masks[-1], *masks[:-1]]
    if "mask_from_above" in bug:
        masks = [*masks[1:], masks[-1]]

    below = x if "input_kept" in bug else drop(x, keep_input)
    new = []
    for k, (h_prev, bias) in enumerate(zip(states, biases, strict=True)):
        weight = weight_first if k == 0 else weights[k - 1]
        if "old_state_below" in bug and k > 0:
            h_prev = states[k - 1]
        if "horizontal_too" in bug:
            h_prev = drop(h_prev, keep_outputs[k])
        h = np.tanh(np.concatenate([h_prev, below], axis=1) @ weight.T + bias)
        below = drop(h, masks[k])
        if "between_kept" in bug and k < len(states) - 1:
            below = h
        if "output_kept" in bug and k == len(states) - 1:
            below = h
        new.append(drop(h, keep_outputs[k]) if "state_dropped" in bug else h)
    return np.array(new), below


def _step(rng):
    batch, inputs, hidden = sizes(rng, 3, 4, 8)
    layers, joined = 3, hidden + inputs
    rate = float(rng.uniform(0.2, 0.4))
    return (
        rng.normal(size=(batch, inputs)),
        rng.uniform(-0.9, 0.9, (layers, batch, hidden)),
        rng.random((batch, inputs)) >= rate,
        rng.random((layers, batch, hidden)) >= rate,
        rate,
        1.5 * rng.normal(size=(hidden, joined)) / np.sqrt(joined),
        1.5 * rng.normal(size=(layers - 1, hidden, 2 * hidden)) / np.sqrt(2 * hidden),
        rng.choice([-1, 1], (layers, hidden)) * rng.uniform(0.3, 0.8, (layers, hidden)),
    )


exercise = Exercise(
    name="dropout_stack_step",
    chapter=11,
    ref=_dropout_stack_step,
    make=_step,
    returns=("states", "output"),
    bugs={
        "state_dropped": Mistake(
            "the new states themselves have zeros; the next step needs them whole",
            "trial",
        ),
        "horizontal_too": Mistake(
            "the old states are dropped too, on the arrows to the right",
            "trial",
        ),
        "not_scaled": Mistake(
            "what is kept is not scaled up, so the mean falls", "trial"
        ),
        "scaled_by_rate": Mistake(
            "what is kept is divided by the share of zeros; divide by the share that "
            "is kept",
            "trial",
        ),
        "mask_is_dropped": Mistake(
            "the masks are turned round: True means kept", "generic"
        ),
        "mask_from_below": Mistake(
            "a layer's new state meets the mask of the layer below it; keep_outputs[k] "
            "is for the outputs of layer k",
            "trial",
        ),
        "mask_from_above": Mistake(
            "a layer's new state meets the mask of the layer above it; keep_outputs[k] "
            "is for the outputs of layer k",
            "trial",
        ),
        "input_kept": Mistake(
            "nothing is dropped on the arrow from the input to the first layer", "trial"
        ),
        "between_kept": Mistake("nothing is dropped between two layers", "trial"),
        "output_kept": Mistake(
            "nothing is dropped on the arrow from the top layer to the output", "trial"
        ),
        "old_state_below": Mistake(
            "a higher layer reads the old state of the layer below in place of its own",
            "E-39",
        ),
    },
    done="You can train a stack with dropout and keep its memory whole.",
    hints=(
        "each new state has two uses: it is kept for the next step, and it goes up. "
        "Which of the two meets the mask?",
        "there are L + 1 arrows that go up. The input's has a mask of its own, and "
        "what is kept on any of them is divided by 1 - rate.",
    ),
    heading="Dropout on the vertical arrows",
    switch_off={
        "dropout (all kept, rate 0)": lambda x, h, ki, ko, rate, w, u, b: (
            x,
            h,
            np.ones_like(ki),
            np.ones_like(ko),
            0.0,
            w,
            u,
            b,
        ),
        "the old states (set to 0)": lambda x, h, ki, ko, rate, w, u, b: (
            x,
            0 * h,
            ki,
            ko,
            rate,
            w,
            u,
            b,
        ),
        "the biases (set to 0)": lambda x, h, ki, ko, rate, w, u, b: (
            x,
            h,
            ki,
            ko,
            rate,
            w,
            u,
            0 * b,
        ),
    },
)
