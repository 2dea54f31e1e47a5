"""Clip the gradient of every text, then average."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _clip_each(bug, grads, max_norm):
    if "mean_first" in bug:
        grads = grads.mean(axis=0, keepdims=True)
    norms = np.sqrt((grads**2).sum(axis=1, keepdims=True))
    if "squared" in bug:
        norms = norms**2
    if "largest" in bug:
        norms = np.abs(grads).max(axis=1, keepdims=True)
    if "together" in bug:
        norms = np.sqrt((grads**2).sum()) * np.ones_like(norms)
    factors = max_norm / norms
    if "always" not in bug:
        factors = np.minimum(factors, 1)
    if "only_short" in bug:
        factors = np.maximum(max_norm / norms, 1)
    clipped = grads * factors
    if "by_value" in bug:
        clipped = np.clip(grads, -max_norm, max_norm)
    if "dropped" in bug:
        clipped = grads * (norms <= max_norm)
    if "not_clipped" in bug:
        clipped = grads
    return clipped.sum(axis=0) if "summed" in bug else clipped.mean(axis=0)


def _grads(rng):
    texts, size = sizes(rng, 2, 4, 8)
    grads = rng.normal(size=(texts, size))
    grads *= np.exp(rng.uniform(-2.5, 1, (texts, 1)))
    max_norm = float(rng.uniform(0.5, 0.9))
    # One row is so long, in every number, that the mean is too long as well.
    strange = max_norm * rng.choice([-1, 1], size) * rng.uniform(20, 40, size)
    grads[rng.integers(texts)] = strange
    return grads, max_norm


exercise = Exercise(
    name="clip_each",
    chapter=7,
    ref=_clip_each,
    make=_grads,
    bugs={
        "mean_first": Mistake(
            "the mean is clipped; one long gradient has then drowned the others "
            "already",
            "trial",
        ),
        "always": Mistake(
            "short gradients are made longer: a gradient below max_norm stays as it is",
            "S-287",
        ),
        "only_short": Mistake(
            "the short gradients are made longer and the long ones left", "trial"
        ),
        "together": Mistake(
            "all texts share one norm, that of everything; each text has its own",
            "trial",
        ),
        "by_value": Mistake(
            "every number is clipped by itself, which turns the gradient", "S-287"
        ),
        "largest": Mistake(
            "the length is taken to be the largest number of a row", "trial"
        ),
        "squared": Mistake("the square root of the norm is missing", "trial"),
        "dropped": Mistake(
            "gradients that are too long are dropped; they should be shortened", "trial"
        ),
        "not_clipped": Mistake("nothing is clipped", "S-287"),
        "summed": Mistake("the clipped gradients are summed, not averaged", "generic"),
    },
    done="You can keep one strange text from deciding a step for all.",
    hints=(
        "three texts, gradients of length 1, 1 and 1000. What should each of them be "
        "allowed to say?",
        "a column of norms, one for each row; a column of factors, none above 1; then "
        "the mean over the rows.",
    ),
    heading="Clipping",
    switch_off={
        "the limit (set very high)": lambda grads, max_norm: (grads, 1e6),
        "all texts but the first": lambda grads, max_norm: (grads[:1], max_norm),
    },
)
