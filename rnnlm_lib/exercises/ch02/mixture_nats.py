"""The cost of a text under a mixture of models."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _mixture_nats(bug, probs, weights):
    if "reversed" in bug:
        weights = weights[::-1]
    if "equal_weights" in bug:
        weights = np.full(len(weights), 1 / len(weights))
    if "texts_mixed" in bug:
        nats = -np.log(weights @ probs.prod(axis=1))
    elif "logs_mixed" in bug:
        nats = -(weights @ np.log(probs)).sum()
    elif "best_model" in bug:
        nats = -np.log(probs.max(axis=0)).sum()
    elif "log_of_the_sum" in bug:
        nats = -np.log((weights @ probs).sum())
    elif "not_mixed" in bug:
        nats = -np.log(weights[:, None] * probs).sum()
    else:
        nats = -np.log(weights @ probs).sum()
    if "mean" in bug:
        nats = nats / probs.shape[1]
    if "in_bits" in bug:
        nats = nats / np.log(2)
    return -nats if "sign" in bug else nats


def _models(rng):
    models, tokens = sizes(rng, 2, 2, 6)
    weights = np.exp(rng.uniform(0, 3, models))
    return np.exp(rng.uniform(-4, -0.2, (models, tokens))), weights / weights.sum()


exercise = Exercise(
    name="mixture_nats",
    chapter=2,
    ref=_mixture_nats,
    make=_models,
    bugs={
        "logs_mixed": Mistake(
            "the log-probabilities are mixed: mix the probabilities of each token, "
            "then take the logarithm",
            "trial",
        ),
        "texts_mixed": Mistake(
            "the probabilities of the whole text are mixed, as if one model had "
            "written all of it; mix token by token",
            "trial",
        ),
        "best_model": Mistake(
            "each token takes the model that likes it best: nobody knows that in "
            "advance",
            "trial",
        ),
        "not_mixed": Mistake(
            "every weighted probability gets its own logarithm; add them over the "
            "models first",
            "trial",
        ),
        "log_of_the_sum": Mistake(
            "the probabilities of the tokens are added before the logarithm", "S-138"
        ),
        "equal_weights": Mistake("the weights are not used", "trial"),
        "mean": Mistake(
            "the sum is divided by the number of tokens; the total is wanted", "S-056"
        ),
        "reversed": Mistake("the weights are in the opposite order", "generic"),
        "sign": Mistake("the minus sign is missing", "generic"),
        "in_bits": Mistake("the result is in bits and not in nats", "generic"),
    },
    done="You can mix models, and measure whether the mixture is better than each.",
    hints=(
        "a mixture gives each token one probability. Which?",
        "the weighted sum of the models' probabilities comes first, the logarithm "
        "after it, the sum over the tokens last.",
    ),
    heading="Interpolation",
    switch_off={
        "the weights (all on the first model)": lambda probs, weights: (
            probs,
            np.eye(len(weights))[0],
        ),
        "all tokens but the first": lambda probs, weights: (probs[:, :1], weights),
    },
)
