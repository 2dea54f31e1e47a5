"""One step of a tied network in the lecture's layout: one column for each word."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _softmax(scores, axis):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _lecture_tied_step(bug, ids, h_prev, E, weight):
    turned = E.reshape(E.shape[::-1])  # the right shape with the wrong numbers
    e = turned[ids] if "read_by_reshape" in bug else E[:, ids].T
    both = [e, h_prev] if "input_first" in bug else [h_prev, e]
    h = np.concatenate(both, axis=1) @ weight.T
    if "sigmoid" in bug:
        h = 1 / (1 + np.exp(-h))
    elif "no_tanh" not in bug:
        h = np.tanh(h)
    scored = h
    if "scores_from_input" in bug:
        scored = e
    if "scores_from_old" in bug:
        scored = h_prev
    scores = scored @ (turned.T if "scored_by_reshape" in bug else E)
    if "scaled" in bug:
        scores = scores / np.sqrt(len(E))
    if "no_softmax" in bug:
        return h, scores
    return h, _softmax(scores, 0 if "softmax_over_texts" in bug else 1)


def _step(rng):
    batch, width, vocab = sizes(rng, 3)
    return (
        rng.integers(0, vocab, batch),
        rng.uniform(-0.9, 0.9, (batch, width)),
        rng.normal(size=(width, vocab)),
        1.2 * rng.normal(size=(width, 2 * width)) / np.sqrt(width),
    )


exercise = Exercise(
    name="lecture_tied_step",
    chapter=12,
    ref=_lecture_tied_step,
    make=_step,
    returns=("h", "p"),
    bugs={
        "read_by_reshape": Mistake(
            "the input's embeddings are rows of E reshaped; a reshape keeps the order "
            "of the numbers in memory, a transpose turns the table",
            "S-270",
        ),
        "scored_by_reshape": Mistake(
            "the scores are made with E reshaped twice and not with its columns",
            "S-270",
        ),
        "input_first": Mistake(
            "the embedding is joined in front of the state; the first half of the "
            "weight reads the state, and equal sizes hide the exchange",
            "S-271",
        ),
        "scores_from_input": Mistake(
            "the embedding that was read is scored and not the state", "S-269"
        ),
        "scores_from_old": Mistake(
            "the old state is scored; the step's own state predicts the next word",
            "S-270",
        ),
        "softmax_over_texts": Mistake(
            "the softmax runs over the texts of the batch; it belongs to the words",
            "generic",
        ),
        "no_softmax": Mistake("the scores are returned as probabilities", "S-270"),
        "scaled": Mistake(
            "the scores are divided by the square root of d; they are plain products",
            "trial",
        ),
        "sigmoid": Mistake(
            "the state is squashed by a sigmoid; here g is tanh", "generic"
        ),
        "no_tanh": Mistake("the state is not squashed by tanh", "generic"),
    },
    done="You can read a tied model in the lecture's layout.",
    hints=(
        "which axis of E counts the words here, and which one in PyTorch's table?",
        "pick columns to read, and turn them so that each text has a row. A score is "
        "the product of a state with a column.",
    ),
    heading="One matrix, two jobs",
    switch_off={
        "the old state (set to 0)": lambda ids, h, e, w: (ids, 0 * h, e, w),
    },
)
