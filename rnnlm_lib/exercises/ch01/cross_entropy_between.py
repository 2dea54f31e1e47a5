"""Cross-entropy between two distributions, neither of them one-hot."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, distributions, sizes


def _cross_entropy_between(bug, target, predicted):
    if "swapped" in bug:
        target, predicted = predicted, target
    log = np.log(target if "entropy" in bug else predicted)
    if "unweighted" in bug:
        target = np.ones_like(target)
    if "kl" in bug:
        log = log - np.log(target)
    if "in_bits" in bug:
        log = log / np.log(2)
    if "log_of_the_sum" in bug:
        surprise = -np.log((target * predicted).sum(axis=1))
    elif "likeliest_only" in bug:
        surprise = -log[np.arange(len(log)), target.argmax(axis=1)]
    elif "mean_over_words" in bug:
        surprise = -(target * log).mean(axis=1)
    elif "over_positions" in bug:
        surprise = -(target * log).sum(axis=0)
    else:
        surprise = -(target * log).sum(axis=1)
    surprise = -surprise if "sign" in bug else surprise
    return surprise.sum() if "one_number" in bug else surprise


def _two_distributions(rng):
    shape = sizes(rng, 2)
    return distributions(rng, *shape), distributions(rng, *shape)


exercise = Exercise(
    name="cross_entropy_between",
    chapter=1,
    ref=_cross_entropy_between,
    make=_two_distributions,
    bugs={
        "swapped": Mistake(
            "the two distributions have changed places: weigh with the true one, take "
            "the logarithm of the predicted one",
            "E-43",
        ),
        "entropy": Mistake(
            "the logarithm is that of the true distribution: this is its entropy, and "
            "the prediction is not used",
            "E-49",
        ),
        "kl": Mistake(
            "the entropy of the truth is subtracted: this is the Kullback-Leibler "
            "divergence, whose best value is 0",
            "E-43",
        ),
        "unweighted": Mistake(
            "the logarithms are added up without the true probabilities as weights",
            "trial",
        ),
        "likeliest_only": Mistake(
            "only the likeliest word counts, as if the truth were one-hot", "S-265"
        ),
        "log_of_the_sum": Mistake(
            "the logarithm is taken after the sum over the words, not before", "trial"
        ),
        "mean_over_words": Mistake(
            "the sum over the words is divided by the number of words", "E-45"
        ),
        "over_positions": Mistake(
            "the sum runs over the rows: sum over the words, so that each row keeps "
            "its own number",
            "E-45",
        ),
        "one_number": Mistake(
            "everything is summed to one number: each row should keep its own", "E-45"
        ),
        "in_bits": Mistake("the result is in bits and not in nats", "generic"),
        "sign": Mistake("the minus sign is missing", "generic"),
    },
    done="You can say how far a model is from a truth that is itself uncertain.",
    hints=(
        "two distributions, two jobs: one says how often a word comes, the other how "
        "surprised the model is.",
        "the surprise at a word is minus the logarithm of its predicted probability; "
        "average it with the true probabilities as weights.",
    ),
    heading="Surprise, entropy, cross-entropy",
    switch_off={
        "the difference between the two distributions": lambda target, predicted: (
            target,
            target,
        ),
        "all rows but the first": lambda target, predicted: (target[:1], predicted[:1]),
    },
)
