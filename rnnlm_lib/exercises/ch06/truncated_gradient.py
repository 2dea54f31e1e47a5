"""The gradient of the recurrent matrix when the way back is cut into windows."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _truncated_gradient(bug, doutputs, h, weight_hh, window):
    steps, size = doutputs.shape
    window = window + 1 if "one_too_long" in bug else window
    window = 1 if "cut_everywhere" in bug else window
    start = steps % window if "counted_from_the_end" in bug else 0
    cuts = {t for t in range(steps) if (t - start) % window == 0}
    cuts = {0} if "never_cut" in bug else cuts
    total = np.zeros((size, size))
    sliding = "sliding" in bug
    for last in range(steps) if sliding else (steps - 1,):
        carried = np.zeros(size)
        for t in range(last, max(-1, last - window) if sliding else -1, -1):
            own = 0 if sliding and t < last else doutputs[t]
            da = own + carried
            if "no_slope" not in bug:
                da = da * (1 - h[t + 1] ** 2)
            h_prev = h[t + 1 if "newer_state" in bug else t]
            if "state_reset" in bug and t in cuts:
                h_prev = 0 * h_prev
            total += np.outer(da, h_prev)
            carried = da @ weight_hh
            if not sliding and t in cuts:
                carried = 0 * carried
                if "last_window_only" in bug:
                    return total
    return total / (-(-steps // window)) if "mean" in bug else total


def _run(rng):
    (hidden,) = sizes(rng, 1, 3, 6)
    window = int(rng.integers(2, 4))
    steps = 3 * window + 1
    weight_hh = 1.3 * rng.normal(size=(hidden, hidden)) / np.sqrt(hidden)
    h = rng.uniform(-0.8, 0.8, (steps + 1, hidden))
    return rng.normal(size=(steps, hidden)), h, weight_hh, window


exercise = Exercise(
    name="truncated_gradient",
    chapter=6,
    ref=_truncated_gradient,
    make=_run,
    bugs={
        "never_cut": Mistake(
            "nothing is cut: this is the full gradient, every loss walks back to the "
            "first step",
            "S-245",
        ),
        "cut_everywhere": Mistake(
            "the gradient is cut after every step, as if the window were 1", "S-235"
        ),
        "state_reset": Mistake(
            "the state is set to 0 at the start of each window; it is carried, only "
            "its gradient is cut",
            "ageron/handson-mlp#4",
        ),
        "one_too_long": Mistake(
            "the windows are one step longer than `window`", "E-44"
        ),
        "counted_from_the_end": Mistake(
            "the windows are counted from the last step; they start at the first",
            "trial",
        ),
        "sliding": Mistake(
            "every loss walks back `window` steps; here it stops at the start of its "
            "own window",
            "S-246",
        ),
        "last_window_only": Mistake(
            "only the last window comes back: the others are overwritten", "S-125"
        ),
        "newer_state": Mistake(
            "the recurrent matrix is given the state after each step; in the forward "
            "pass it met the state before",
            "E-19",
        ),
        "no_slope": Mistake("the slope of tanh is missing", "S-239"),
        "mean": Mistake(
            "the windows are averaged; a weight receives the sum over all its uses",
            "E-09",
        ),
    },
    done="You can read a text without end and still learn from it.",
    hints=(
        "write the full walk back first. Where does the cut go, before or after the "
        "outer product?",
        "set the gradient that is carried to 0 whenever the step just done is the "
        "first of a window.",
    ),
    heading="Truncated backpropagation through time",
    switch_off={
        "the cuts (one window over everything)": lambda d, h, w, n: (d, h, w, len(d)),
        "the recurrent matrix (set to 0)": lambda d, h, w, n: (d, h, 0 * w, n),
        "the slopes and the states (set to 0)": lambda d, h, w, n: (d, 0 * h, w, n),
    },
)
