"""The clipped gradient of a batch that several workers have read."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _joint_gradient(bug, grads, tokens, max_norm):
    if "clipped_first" in bug:
        norms = np.sqrt((grads**2).sum(axis=1, keepdims=True))
        grads = grads * np.minimum(1, max_norm / norms)
    weights = tokens / tokens.sum()
    if "plain_mean" in bug:
        weights = np.full(len(tokens), 1 / len(tokens))
    if "summed" in bug:
        weights = np.ones(len(tokens))
    if "shares_turned" in bug:
        weights = (1 / tokens) / (1 / tokens).sum()
    if "largest_share" in bug:
        weights = (tokens == tokens.max()).astype(float)
    joint = (weights[:, None] * grads).sum(axis=0)
    norm = np.sqrt((joint**2).sum())
    if "norm_squared" in bug:
        norm = norm**2
    if "elements" in bug:
        return np.clip(joint, -max_norm, max_norm), norm
    if "not_clipped" in bug or "clipped_first" in bug:
        return joint, norm
    clipped = joint * min(1, max_norm / norm)
    return clipped, max_norm if "norm_after" in bug else norm


def _workers(rng):
    workers, size = sizes(rng, 2, 3, 8)
    grads = rng.normal(size=(workers, size)) + 0.5
    tokens = rng.permutation(8)[:workers] * 5.0 + 3
    joint = (grads * tokens[:, None]).sum(axis=0) / tokens.sum()
    return grads, tokens, 0.35 * np.abs(joint).max()


exercise = Exercise(
    name="joint_gradient",
    chapter=14,
    ref=_joint_gradient,
    make=_workers,
    returns=("gradient", "norm"),
    bugs={
        "plain_mean": Mistake(
            "every worker counts the same; a mean over more tokens must count for more",
            "trial",
        ),
        "summed": Mistake(
            "the gradients are added; each is that of a mean, and a sum of means is no "
            "mean",
            "trial",
        ),
        "norm_after": Mistake(
            "the norm is the one after clipping; asked for is the one before", "trial"
        ),
        "shares_turned": Mistake(
            "a worker counts for more the fewer tokens it has", "trial"
        ),
        "largest_share": Mistake(
            "only the worker with the most tokens is heard", "trial"
        ),
        "clipped_first": Mistake(
            "each worker clips its own gradient before they are joined; one worker "
            "with the joint batch would clip once, at the end",
            "trial",
        ),
        "not_clipped": Mistake("the joint gradient is not clipped", "generic"),
        "elements": Mistake(
            "each element is limited; that turns the gradient, and clipping by norm "
            "keeps its direction",
            "S-256",
        ),
        "norm_squared": Mistake(
            "the scale is the limit over the squared norm; the root is missing",
            "generic",
        ),
    },
    done="You can join the work of any workers, and take the step of one.",
    hints=(
        "a mean of means is the mean of all only if each has equally many. What does "
        "tokens * gradient give?",
        "join first, then look at the norm. If it is above the limit, one factor "
        "shortens all elements.",
    ),
    heading="Many workers",
    switch_off={
        "the limit (set very high)": lambda grads, tokens, limit: (
            grads,
            tokens,
            1e3 * limit,
        ),
    },
)
