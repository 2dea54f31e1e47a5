"""A language model chooses between words that sound alike."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _rerank(bug, acoustic, lm, weight):
    weight = 1.0 if "no_weight" in bug else weight
    sound = acoustic if "sound_not_logged" in bug else np.log(acoustic)
    words = np.exp(lm) if "lm_not_log" in bug else lm
    score = (
        weight * sound + words if "weight_on_sound" in bug else sound + weight * words
    )
    if "lm_only" in bug:
        score = weight * words
    if "logs_normalised" in bug:
        return score / score.sum()
    share = np.exp(score)
    if "added" in bug:
        share = np.exp(sound) + np.exp(weight * words)
    return share if "not_normalised" in bug else share / share.sum()


def _candidates(rng):
    count = rng.integers(3, 7)
    weight = rng.choice([rng.uniform(0.3, 0.7), rng.uniform(1.4, 1.9)])
    return rng.uniform(0.1, 0.9, count), rng.uniform(-3.5, -0.5, count), float(weight)


exercise = Exercise(
    name="rerank",
    chapter=1,
    ref=_rerank,
    make=_candidates,
    bugs={
        "sound_not_logged": Mistake(
            "the acoustic probability is added to a log-probability: take its "
            "logarithm first",
            "S-002",
        ),
        "lm_not_log": Mistake(
            "the exponential of the language model's score is used where its "
            "logarithm belongs",
            "S-002",
        ),
        "added": Mistake(
            "the two probabilities are added; two independent witnesses are multiplied",
            "S-002",
        ),
        "logs_normalised": Mistake(
            "the log-scores are divided by their sum: exponentiate first, then divide",
            "trial",
        ),
        "weight_on_sound": Mistake(
            "the weight is on the acoustic score and not on the language model", "trial"
        ),
        "no_weight": Mistake("the weight is not used", "trial"),
        "lm_only": Mistake("the acoustic score is not used", "S-003"),
        "not_normalised": Mistake(
            "the results are not divided by their sum, so they are no probabilities",
            "generic",
        ),
    },
    done="You can let a language model decide between words that sound the same.",
    hints=(
        "are both scores probabilities, or both logarithms? Make them one kind.",
        "multiply what you heard with what is likely to be said, raised to the "
        "weight; then make the results sum to one.",
    ),
    heading="What it is good for",
    switch_off={
        "the weight (set to 1)": lambda acoustic, lm, weight: (acoustic, lm, 1.0),
        "the acoustic scores (all equal)": lambda acoustic, lm, weight: (
            0 * acoustic + 0.5,
            lm,
            weight,
        ),
        "the language model (all equal)": lambda acoustic, lm, weight: (
            acoustic,
            0 * lm - 1,
            weight,
        ),
    },
)
