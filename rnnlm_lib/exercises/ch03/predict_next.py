"""From hidden states to probabilities of the next word."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _predict_next(bug, h, weight, bias):
    scores = h @ weight.T
    if "no_bias" not in bug:
        scores = scores + bias
    if "tanh" in bug:
        scores = np.tanh(scores)
    if "scores" in bug:
        return scores
    if "sigmoid" in bug:
        return 1 / (1 + np.exp(-scores))
    axis = 1 if "over_batch" in bug else 0 if "over_time" in bug else 2
    if "over_all" in bug:
        axis = (0, 1, 2)
    if "scores_divided" in bug:
        return scores / scores.sum(axis=axis, keepdims=True)
    powers = 2.0**scores if "base_two" in bug else np.exp(scores)
    if "not_normalised" in bug:
        return powers
    probs = powers / powers.sum(axis=axis, keepdims=True)
    return np.log(probs) if "logs" in bug else probs


def _head(rng):
    steps, batch, hidden, vocab_size = sizes(rng, 4, 2, 7)
    return (
        rng.uniform(-0.9, 0.9, (steps, batch, hidden)),
        0.7 * rng.normal(size=(vocab_size, hidden)),
        rng.choice([-1, 1], vocab_size) * rng.uniform(0.3, 1.0, vocab_size),
    )


exercise = Exercise(
    name="predict_next",
    chapter=3,
    ref=_predict_next,
    make=_head,
    bugs={
        "sigmoid": Mistake(
            "each score goes through a sigmoid of its own: one word out of V needs a "
            "softmax, whose results sum to one",
            "E-18",
        ),
        "tanh": Mistake(
            "the scores pass through tanh first; that is the activation of the hidden "
            "layer, not of the output",
            "E-08",
        ),
        "over_batch": Mistake(
            "the softmax runs over the batch; the words are the last axis", "E-45"
        ),
        "over_time": Mistake(
            "the softmax runs over time; the words are the last axis", "E-45"
        ),
        "over_all": Mistake(
            "one softmax runs over all axes; each step of each text has its own", "E-45"
        ),
        "scores": Mistake("the scores come back, before the softmax", "S-256"),
        "scores_divided": Mistake(
            "the scores are divided by their sum without the exponential", "S-256"
        ),
        "not_normalised": Mistake(
            "the exponentials are not divided by their sum", "S-222"
        ),
        "logs": Mistake("the result is the logarithm of the probabilities", "trial"),
        "no_bias": Mistake("the bias is missing", "E-05"),
        "base_two": Mistake("the softmax uses powers of 2 and not of e", "generic"),
    },
    done="You can read a prediction out of any hidden state.",
    hints=(
        "what should the numbers of one step of one text sum to?",
        "scores first, V of them for each step of each text; then exponentials; then "
        "divide by their sum over the last axis, with keepdims=True.",
    ),
    heading="The output layer",
    switch_off={
        "the bias (set to 0)": lambda h, weight, bias: (h, weight, 0 * bias),
        "the weight (set to 0)": lambda h, weight, bias: (h, 0 * weight, bias),
        "time and batch (one step of one text)": lambda h, weight, bias: (
            h[:1, :1],
            weight,
            bias,
        ),
    },
)
