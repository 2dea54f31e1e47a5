"""One step of a stack with a shortcut past each layer."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _residual_stack_step(bug, x, states, weights, biases):
    below, new = x, []
    for k, (h_prev, weight, bias) in enumerate(
        zip(states, weights, biases, strict=True)
    ):
        if "old_state_below" in bug and k > 0:
            h_prev = states[k - 1]
        both = [below, h_prev] if "input_first" in bug else [h_prev, below]
        a = np.concatenate(both, axis=1) @ weight.T + bias
        h = np.tanh(a + below) if "inside_tanh" in bug else np.tanh(a)
        passed = h + below
        if "no_shortcut" in bug or "inside_tanh" in bug:
            passed = h
        if "from_input" in bug:
            passed = h + x
        if "from_past" in bug:
            passed = h + h_prev
        if "mean" in bug:
            passed = (h + below) / 2
        if "last_only" in bug and k < len(states) - 1:
            passed = h
        new.append(passed if "state_is_sum" in bug else h)
        below = passed
    if "output_is_state" in bug:
        below = new[-1]
    return np.array(new), below


def _step(rng):
    batch, hidden = sizes(rng, 2, 4, 8)
    layers = 3
    return (
        rng.normal(size=(batch, hidden)),
        rng.uniform(-0.9, 0.9, (layers, batch, hidden)),
        1.2 * rng.normal(size=(layers, hidden, 2 * hidden)) / np.sqrt(2 * hidden),
        rng.choice([-1, 1], (layers, hidden)) * rng.uniform(0.3, 0.8, (layers, hidden)),
    )


exercise = Exercise(
    name="residual_stack_step",
    chapter=11,
    ref=_residual_stack_step,
    make=_step,
    returns=("states", "output"),
    bugs={
        "no_shortcut": Mistake("nothing is added to what goes up", "trial"),
        "state_is_sum": Mistake(
            "the sum is kept as the state; the shortcut goes up and not to the right",
            "trial",
        ),
        "from_input": Mistake(
            "the input of the whole stack is added at every layer; each layer adds "
            "what it was given itself",
            "trial",
        ),
        "from_past": Mistake(
            "the layer's old state is added; the shortcut comes from below", "S-203"
        ),
        "inside_tanh": Mistake(
            "the shortcut is added before the tanh, so it is bent too", "trial"
        ),
        "last_only": Mistake("only the top layer has a shortcut", "trial"),
        "output_is_state": Mistake(
            "the output is the top layer's state; its shortcut is missing", "trial"
        ),
        "old_state_below": Mistake(
            "a higher layer reads the old state of the layer below in place of its own",
            "E-39",
        ),
        "input_first": Mistake(
            "what comes from below is joined in front of the state; the first columns "
            "of a weight read the state",
            "S-120",
        ),
        "mean": Mistake("the two parts are averaged; they are added", "generic"),
    },
    done="You can build a stack of many layers that a gradient can cross.",
    hints=(
        "each layer has two results: a state for the next step, and something for the "
        "layer above. Which of them has the shortcut?",
        "write the plain climb first. Then change one line: what the next layer reads.",
    ),
    heading="A shortcut past the layers",
    switch_off={
        "the old states (set to 0)": lambda x, h, w, b: (x, 0 * h, w, b),
        "the input (set to 0)": lambda x, h, w, b: (0 * x, h, w, b),
        "the biases (set to 0)": lambda x, h, w, b: (x, h, w, 0 * b),
        "the upper layers (one layer only)": lambda x, h, w, b: (
            x,
            h[:1],
            w[:1],
            b[:1],
        ),
    },
)
