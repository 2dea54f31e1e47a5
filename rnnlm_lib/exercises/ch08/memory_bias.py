"""The bias that lets a GRU start out remembering, in both polarities."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _logit(p):
    return np.log(p / (1 - p))


def _memory_bias(bug, share, steps):
    keep = share ** (1 / steps)
    keep = share if "steps_unused" in bug else keep
    keep = 1 - (1 - share) / steps if "linear" in bug else keep
    keep = 0.5 ** (1 / steps) if "half_life" in bug else keep
    keep = share ** (1 / (steps - 1)) if "one_step_less" in bug else keep
    bias = _logit(keep)
    bias = np.log(keep) if "log" in bug else bias
    found = {"keep": bias, "overwrite": -bias}
    if "no_logit" in bug:
        found = {"keep": keep, "overwrite": 1 - keep}
    if "gate_negated" in bug:
        found = {"keep": keep, "overwrite": -keep}
    if "same_sign" in bug:
        found["overwrite"] = found["keep"]
    if "swapped" in bug:
        found = {"keep": found["overwrite"], "overwrite": found["keep"]}
    if "complement" in bug:
        found["overwrite"] = 1 - found["keep"]
    return found


def _wish(rng):
    return float(rng.uniform(0.1, 0.9)), int(rng.integers(3, 60))


exercise = Exercise(
    name="memory_bias",
    chapter=8,
    ref=_memory_bias,
    make=_wish,
    bugs={
        "same_sign": Mistake(
            "both polarities get one sign; a bias that keeps in one of them overwrites "
            "in the other",
            "S-071",
        ),
        "swapped": Mistake(
            "the two polarities are exchanged: z keeps, and so wants the positive bias",
            "S-330",
        ),
        "complement": Mistake(
            "the other polarity is 1 minus the bias; the gate is 1 minus the gate, and "
            "that negates the bias",
            "S-071",
        ),
        "steps_unused": Mistake(
            "the share is kept at each step; after all steps much less is left", "C-05"
        ),
        "linear": Mistake(
            "the loss is shared out evenly over the steps; each step keeps the same "
            "share of what is left",
            "trial",
        ),
        "half_life": Mistake("one half is left in the end, and not the share", "trial"),
        "one_step_less": Mistake("there is one step too few", "generic"),
        "no_logit": Mistake(
            "the gate itself comes back, and not the bias that gives it", "E-51"
        ),
        "gate_negated": Mistake(
            "the gate itself comes back, and its negative; wanted is the bias that "
            "gives it",
            "E-51",
        ),
        "log": Mistake("the logarithm is taken where the logit is needed", "E-51"),
    },
    done="You can start a GRU with the memory you want, in anybody's letters.",
    hints=(
        "with no other input the gate is the same at each step. What is left of a "
        "state after two steps? After three?",
        "first the gate, from share and steps; then the bias whose sigmoid is the "
        "gate; then the sign.",
    ),
    heading="One gate, two polarities",
    switch_off={
        "the number of steps (set to 1)": lambda share, steps: (share, 1),
    },
)
