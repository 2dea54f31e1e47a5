"""Temperature, applied to probabilities."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, distributions, sizes


def _apply_temperature(bug, probs, temperature):
    power = temperature if "multiplied" in bug else 1 / temperature
    if "no_effect" in bug:
        return probs
    powers = np.exp(probs * power) if "softmax_again" in bug else probs**power
    if "not_normalised" in bug:
        return powers
    axis = 0 if "over_batch" in bug else 1
    if "over_all" in bug:
        axis = (0, 1)
    if "largest_one" in bug:
        return powers / powers.max(axis=1, keepdims=True)
    result = powers / powers.sum(axis=axis, keepdims=True)
    return np.log(result) if "logs" in bug else result


def _warm(rng):
    batch, vocab_size = sizes(rng, 2, 3, 7)
    temperature = rng.choice([rng.uniform(0.4, 0.7), rng.uniform(1.6, 2.5)])
    return distributions(rng, batch, vocab_size), float(temperature)


exercise = Exercise(
    name="apply_temperature",
    chapter=5,
    ref=_apply_temperature,
    make=_warm,
    bugs={
        "multiplied": Mistake(
            "the logarithms are multiplied with the temperature; a high temperature "
            "should flatten, so divide",
            "S-148",
        ),
        "not_normalised": Mistake("the results do not sum to one", "S-251"),
        "no_effect": Mistake(
            "the probabilities come back as they were, as when they are divided by the "
            "temperature and normalised again",
            "trial",
        ),
        "softmax_again": Mistake(
            "a softmax is applied to the probabilities; it wants their logarithms",
            "S-256",
        ),
        "over_batch": Mistake(
            "the columns sum to one; the words are the last axis", "E-45"
        ),
        "over_all": Mistake(
            "the whole table sums to one; each row is a distribution of its own", "E-45"
        ),
        "largest_one": Mistake(
            "each row is divided by its largest number and not by its sum", "generic"
        ),
        "logs": Mistake("the result is the logarithm of the probabilities", "generic"),
    },
    done="You can make any sampler bolder or safer, without its scores.",
    hints=(
        "the logarithm of a softmax is the score minus a number that is the same for "
        "all words. What does dividing by the temperature do to that number?",
        "to divide a logarithm by the temperature is to take a root of the number.",
    ),
    heading="Temperature",
    switch_off={
        "the temperature (set to 1)": lambda probs, temperature: (probs, 1.0),
        "the batch (one row)": lambda probs, temperature: (probs[:1], temperature),
    },
)
