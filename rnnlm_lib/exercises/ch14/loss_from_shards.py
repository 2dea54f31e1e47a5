"""The loss of a softmax whose vocabulary is spread over several workers."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _loss_from_shards(bug, maxima, sums, at_target):
    top = maxima.max(axis=0)
    scale = np.exp(maxima - top)
    if "unscaled" in bug:
        scale = np.ones_like(scale)
    if "inverted" in bug:
        scale = np.exp(top - maxima)
    total = (sums * scale).sum(axis=0)
    if "best_shard" in bug:
        total = np.take_along_axis(sums, maxima.argmax(axis=0)[None], axis=0)[0]
    if "mean" in bug:
        total = total / len(sums)
    logs = np.log(total) + top
    if "logs_added" in bug:
        logs = (np.log(sums) + maxima).sum(axis=0)
    if "maximum_forgotten" in bug:
        logs = np.log(total)
    target = at_target.max(axis=0) if "largest" in bug else at_target.sum(axis=0)
    if "twice" in bug:
        target = target - top
    return target - logs if "minus" in bug else logs - target


def _shards(rng):
    workers, count = sizes(rng, 2, 3, 6)
    each = int(rng.integers(4, 8))
    scores = rng.normal(size=(workers, count, each))
    scores += rng.uniform(-1.5, 1.5, (workers, count, 1))
    maxima = scores.max(axis=2)
    sums = np.exp(scores - maxima[..., None]).sum(axis=2)
    at_target = np.zeros((workers, count))
    owner, place = rng.integers(workers, size=count), rng.integers(each, size=count)
    at_target[owner, np.arange(count)] = scores[owner, np.arange(count), place]
    return maxima, sums, at_target


exercise = Exercise(
    name="loss_from_shards",
    chapter=14,
    ref=_loss_from_shards,
    make=_shards,
    bugs={
        "unscaled": Mistake(
            "the workers' sums are added as they are; each has its own largest score "
            "taken away, so they are in different units",
            "trial",
        ),
        "inverted": Mistake(
            "the sums are brought to one maximum with the wrong sign; a worker whose "
            "largest score is small must count for less",
            "trial",
        ),
        "best_shard": Mistake(
            "only the worker with the largest score is asked", "trial"
        ),
        "logs_added": Mistake(
            "the workers' logarithms are added; probabilities' denominators add up, "
            "their logarithms do not",
            "trial",
        ),
        "mean": Mistake(
            "the sums are averaged over the workers; every word counts fully", "trial"
        ),
        "maximum_forgotten": Mistake(
            "the largest score, taken away before exp, is not given back", "trial"
        ),
        "twice": Mistake(
            "the largest score is taken away from the target's score as well; that one "
            "came without",
            "trial",
        ),
        "largest": Mistake(
            "the target's score is the largest of what the workers sent; those who "
            "do not own the word sent 0, and a score may be negative",
            "trial",
        ),
        "minus": Mistake("the log-probability is returned; a loss is minus it", "E-49"),
    },
    done="You can split a vocabulary between workers who exchange three numbers each.",
    hints=(
        "each worker's sum is sum(exp(s - m)). What is sum(exp(s))? And what would "
        "overflow if you wrote it so?",
        "choose one maximum for all. A worker's sum must be multiplied by "
        "exp(own maximum - common maximum).",
    ),
    heading="The fast twin",
)
