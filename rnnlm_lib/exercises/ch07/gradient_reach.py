"""Length of a gradient at every state it passes on its way back."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _gradient_reach(bug, states, weight, dlast):
    size = states.shape[2]
    recurrent = weight[:, :size]
    recurrent = recurrent.T if "transposed" in bug else recurrent
    dh, found = dlast, []
    for t in reversed(range(len(states))):
        found.append(dh)
        at = states[max(t - 1, 0)] if "slope_of_old" in bug else states[t]
        slope = 1 - np.abs(at) if "no_square" in bug else 1 - at**2
        if "relu" in bug:
            slope = at > 0
        slope = np.ones_like(at) if "no_slope" in bug else slope
        through, after = (dh * slope) @ recurrent, (dh @ recurrent) * slope
        dh = after if "slope_after" in bug else through
        if "late" in bug:
            found[-1] = dh
    squares = np.array([d**2 for d in found])
    length = np.sqrt(squares.sum(axis=(1, 2)))
    if "mean_of_texts" in bug:
        length = np.sqrt(squares.sum(axis=2)).mean(axis=1)
    if "no_root" in bug:
        length = squares.sum(axis=(1, 2))
    if "absolute" not in bug:
        length = length / ((dlast**2).sum() if "no_root" in bug else _norm(dlast))
    return length if "order" in bug else length[::-1].copy()


def _norm(dlast):
    return np.sqrt((dlast**2).sum())


def _states(rng):
    steps, batch, hidden, inputs = sizes(rng, 4, 2, 6)
    weight = 1.5 * rng.normal(size=(hidden, hidden + inputs)) / np.sqrt(hidden)
    return (
        rng.uniform(-0.9, 0.9, (steps, batch, hidden)),
        weight,
        rng.normal(size=(batch, hidden)) * rng.uniform(0.2, 2, (batch, 1)),
    )


exercise = Exercise(
    name="gradient_reach",
    chapter=7,
    ref=_gradient_reach,
    make=_states,
    bugs={
        "slope_of_old": Mistake(
            "the slope is taken at the state before the step; it belongs to the state "
            "that the step made",
            "trial",
        ),
        "no_slope": Mistake("the slope of the tanh is missing", "S-285"),
        "no_square": Mistake("the slope is 1 - |h| instead of 1 - h squared", "trial"),
        "relu": Mistake("the slope is that of a ReLU; these are tanh units", "E-15"),
        "slope_after": Mistake(
            "the slope is applied after the recurrent matrix; going back, the tanh "
            "comes first",
            "trial",
        ),
        "transposed": Mistake(
            "the gradient goes through the transpose of what it should: in rows it is "
            "d @ W, where forward it was h @ W.T",
            "generic",
        ),
        "late": Mistake(
            "every length is taken one step too late, after the step has been passed",
            "trial",
        ),
        "absolute": Mistake(
            "the lengths are not divided by that at the last state", "E-46"
        ),
        "no_root": Mistake("the sums of squares lack the square root", "trial"),
        "mean_of_texts": Mistake(
            "each text has a length of its own and they are averaged; the whole "
            "gradient is one vector",
            "trial",
        ),
        "order": Mistake(
            "the lengths stand in the order of the way back, the last state first",
            "generic",
        ),
    },
    done="You can draw how far back a network learns, from its states alone.",
    hints=(
        "start from the end. What does the gradient pass first on its way back: the "
        "tanh or the matrix?",
        "keep the gradient at a state before you pass the step that made it; the last "
        "of the lengths is 1.",
    ),
    heading="One step back",
    switch_off={
        "time (one step)": lambda states, weight, dlast: (states[-1:], weight, dlast),
        "the states (set to 0)": lambda states, weight, dlast: (
            0 * states,
            weight,
            dlast,
        ),
        "all texts but the first": lambda states, weight, dlast: (
            states[:, :1],
            weight,
            dlast[:1],
        ),
    },
)
