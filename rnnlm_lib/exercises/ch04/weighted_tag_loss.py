"""A padded yes-or-no loss in which the rare answer weighs more."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _weighted_tag_loss(bug, logits, tags, lengths, weight):
    real = np.arange(len(logits))[:, None] < lengths
    count = real.sum()
    if "padding_counted" in bug:
        real, count = np.ones_like(real), real.size
    if "zeros_counted" in bug:
        count = real.size
    for_one, for_zero = weight, 1
    if "weight_ignored" in bug:
        for_one = 1
    if "other_weighted" in bug:
        for_one, for_zero = 1, weight
    if "all_weighted" in bug:
        for_zero = weight
    probs = 1 / (1 + np.exp(-logits))
    losses = for_one * tags * np.logaddexp(0, -logits)
    losses = (losses + for_zero * (1 - tags) * np.logaddexp(0, logits)) * real
    dlogits = for_one * tags * (probs - 1) + for_zero * (1 - tags) * probs
    if "plain_gradient" in bug:
        dlogits = probs - tags
    if "by_weights" in bug:
        count = (real * np.where(tags == 1, weight, 1)).sum()
    if "summed" in bug:
        count = 1
    loss = losses.sum() / count
    if "mean_of_texts" in bug:
        loss = (losses.sum(axis=0) / real.sum(axis=0)).mean()
    slope = 1 if "gradient_of_sum" in bug else 1 / count
    return loss, dlogits * real * slope


def _rare_tags(rng):
    steps, batch = sizes(rng, 2, 5, 9)
    lengths = rng.integers(2, steps, batch)
    lengths[rng.integers(batch)] = steps
    tags = rng.integers(0, 3, (steps, batch)) // 2
    logits = 1.5 * rng.normal(size=(steps, batch))
    return logits, tags, lengths, float(rng.uniform(2, 5))


exercise = Exercise(
    name="weighted_tag_loss",
    chapter=4,
    ref=_weighted_tag_loss,
    make=_rare_tags,
    returns=("loss", "dlogits"),
    bugs={
        "padding_counted": Mistake(
            "the padded places are counted like the others", "S-111"
        ),
        "zeros_counted": Mistake(
            "padded places are set to zero, and still counted when it comes to divide",
            "S-111",
        ),
        "weight_ignored": Mistake("the weight is not used", "generic"),
        "other_weighted": Mistake(
            "the zeros are given the weight; it belongs to the ones, which are rare",
            "S-106",
        ),
        "all_weighted": Mistake(
            "ones and zeros are given the weight, and then nothing is heavier",
            "S-106",
        ),
        "by_weights": Mistake(
            "the sum is divided by the sum of the weights; here it is divided by the "
            "number of places",
            "trial",
        ),
        "plain_gradient": Mistake(
            "the gradient is probability minus tag; the weight is missing in it",
            "trial",
        ),
        "gradient_of_sum": Mistake(
            "the gradient belongs to the sum of the losses and not to their mean",
            "E-09",
        ),
        "summed": Mistake("loss and gradient belong to the sum, not the mean", "E-09"),
        "mean_of_texts": Mistake(
            "the mean of the texts' means is taken, in which a short text counts as "
            "much as a long one",
            "S-055",
        ),
    },
    done="You can move a tagger between precision and recall.",
    hints=(
        "write the loss as two terms, one for the ones and one for the zeros. Only one "
        "of them has the weight, and its derivative has it too.",
        "the derivative of the log of a sigmoid is one minus the sigmoid. At padding "
        "loss and gradient are zero.",
    ),
    heading="Padding and masks",
    switch_off={
        "the weight (set to 1)": lambda s, y, n, weight: (s, y, n, 1.0),
        "the padding (all texts of full length)": lambda s, y, n, weight: (
            s,
            y,
            0 * n + len(s),
            weight,
        ),
        "the tags (all 0)": lambda s, y, n, weight: (s, 0 * y, n, weight),
    },
)
