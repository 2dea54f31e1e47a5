"""How clipping by value turns and shortens a gradient."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _clip(bug, grad, max_value, norm):
    if "by_norm" in bug:
        return grad * min(1, max_value / norm)
    if "upper_only" in bug:
        return np.minimum(grad, max_value)
    if "zeroed" in bug:
        return grad * (np.abs(grad) <= max_value)
    return np.clip(grad, -max_value, max_value)


def _turned_by_clipping(bug, weight_grad, bias_grad, max_value):
    grads = [weight_grad.ravel(), bias_grad]
    norm = np.sqrt(sum(g @ g for g in grads))
    if "weight_only" in bug:
        grads = grads[:1]
    clipped = [_clip(bug, g, max_value, norm) for g in grads]
    pairs = list(zip(grads, clipped, strict=True))
    if "separately" in bug:
        found = [(g @ c, np.sqrt(g @ g), np.sqrt(c @ c)) for g, c in pairs]
        cosine = np.mean([dot / (g * c) for dot, g, c in found])
        return cosine, np.mean([c / g for _, g, c in found])
    dot = sum(g @ c for g, c in pairs)
    before = np.sqrt(sum(g @ g for g in grads))
    after = np.sqrt(sum(c @ c for c in clipped))
    cosine = dot / before**2 if "one_norm" in bug else dot / (before * after)
    if "angle" in bug:
        cosine = np.arccos(np.clip(cosine, -1, 1))
    shorter = before / after if "ratio_inverted" in bug else after / before
    if "squared" in bug:
        shorter = shorter**2
    return cosine, after if "absolute" in bug else shorter


def _grads(rng):
    outputs, inputs = sizes(rng, 2)
    weight = rng.standard_t(2, size=(outputs, inputs))
    return weight, 3 * rng.standard_t(2, size=outputs), float(rng.uniform(0.4, 0.9))


exercise = Exercise(
    name="turned_by_clipping",
    chapter=7,
    ref=_turned_by_clipping,
    make=_grads,
    returns=("cosine", "shorter"),
    bugs={
        "by_norm": Mistake(
            "the gradient is clipped by its norm, which never turns it", "S-287"
        ),
        "separately": Mistake(
            "weight and bias are compared one by one and averaged; they are one vector",
            "trial",
        ),
        "weight_only": Mistake("the gradient of the bias is left out", "trial"),
        "upper_only": Mistake(
            "only large positive numbers are clipped; large negative ones count too",
            "trial",
        ),
        "zeroed": Mistake(
            "numbers beyond the limit become 0; they become the limit", "trial"
        ),
        "one_norm": Mistake(
            "the product is divided by the square of the first length; it needs both "
            "lengths",
            "trial",
        ),
        "angle": Mistake("the angle comes back and not its cosine", "trial"),
        "ratio_inverted": Mistake("the ratio of the lengths is upside down", "generic"),
        "squared": Mistake("the ratio is that of the squared lengths", "trial"),
        "absolute": Mistake(
            "the second result is the length after clipping, not divided by the length "
            "before",
            "E-46",
        ),
    },
    done="You can measure what a way of clipping costs.",
    hints=(
        "lay both arrays end to end, as one vector. What are the two vectors whose "
        "angle is asked for?",
        "cosine: the product of the two vectors over the product of their lengths. "
        "Only one of the two lengths stands on top of the second result.",
    ),
    heading="Clipping",
    switch_off={
        "the limit (set very high)": lambda weight, bias, limit: (weight, bias, 1e6),
        "the bias (set to 0)": lambda weight, bias, limit: (weight, 0 * bias, limit),
    },
)
