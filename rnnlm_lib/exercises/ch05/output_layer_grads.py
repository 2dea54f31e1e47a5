"""The gradient of the mean loss, through softmax and output layer."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _output_layer_grads(bug, h, weight, bias, targets):
    scores = h @ weight.T + (0 * bias if "no_bias" in bug else bias)
    axis = 1 if "over_batch" in bug else 2
    powers = np.exp(scores)
    probs = powers / powers.sum(axis=axis, keepdims=True)
    one_hot = np.eye(len(bias))[targets]
    dscores = probs - (0 if "no_target" in bug else one_hot)
    if "of_probs" in bug:
        dscores = -one_hot / probs
    if "softmax_skipped" in bug:
        dscores = scores - one_hot
    if "reversed" in bug:
        dscores = -dscores
    count = 1 if "summed" in bug else len(h) if "over_time" in bug else targets.size
    dscores = dscores / count
    rows, inputs = dscores.reshape(-1, len(bias)), h.reshape(-1, h.shape[2])
    return dscores @ weight, rows.T @ inputs, rows.sum(axis=0)


def _layer(rng):
    steps, batch, hidden, vocab_size = sizes(rng, 4, 2, 7)
    return (
        rng.uniform(-0.9, 0.9, (steps, batch, hidden)),
        rng.normal(size=(vocab_size, hidden)),
        rng.choice([-1, 1], vocab_size) * rng.uniform(0.3, 1.0, vocab_size),
        rng.integers(0, vocab_size, (steps, batch)),
    )


exercise = Exercise(
    name="output_layer_grads",
    chapter=5,
    ref=_output_layer_grads,
    make=_layer,
    returns=("dh", "dweight", "dbias"),
    bugs={
        "no_target": Mistake(
            "the gradient of the scores is the prediction alone, from which the "
            "one-hot target was not taken off",
            "S-054",
        ),
        "reversed": Mistake("the gradient is target minus prediction", "generic"),
        "summed": Mistake(
            "the loss is summed over all words; it should be their mean", "E-09"
        ),
        "over_time": Mistake(
            "the sum is divided by the number of steps; it should be divided by the "
            "number of words, steps times texts",
            "E-09",
        ),
        "of_probs": Mistake(
            "minus one over the probability of the target is taken for the gradient of "
            "the scores; that is the gradient of the probabilities, before the softmax",
            "S-265",
        ),
        "softmax_skipped": Mistake(
            "the target is taken off the scores and not off their softmax", "S-256"
        ),
        "over_batch": Mistake(
            "the softmax runs over the batch; the words are the last axis", "E-45"
        ),
        "no_bias": Mistake("the scores lack the bias", "E-05"),
    },
    done="You can send any loss over words back into the network.",
    hints=(
        "start from the gradient of the scores, (T, B, V): what is it for one word, "
        "and what does the mean do to it?",
        "a score is a row of the weight times h, plus a bias: so each weight was used "
        "T * B times, and its gradient is a sum of T * B products.",
    ),
    heading="The loss of one word",
    switch_off={
        "the mean (one step of one text)": lambda h, weight, bias, targets: (
            h[:1, :1],
            weight,
            bias,
            targets[:1, :1],
        ),
        "the bias (set to 0)": lambda h, weight, bias, targets: (
            h,
            weight,
            0 * bias,
            targets,
        ),
    },
)
