"""A linear probe in which every class weighs the same."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _probe_scores(bug, states, labels, test_states):
    counts = np.bincount(labels)
    weight = 1 / counts[labels]
    if "not_balanced" in bug:
        weight = np.ones(len(labels))
    if "common_classes_more" in bug:
        weight = counts[labels] * 1.0
    if "weight_twice" in bug:
        weight = weight**2
    wanted = np.eye(len(counts))[labels]
    if "plus_minus" in bug:
        wanted = 2 * wanted - 1
    X, Z = states, test_states
    if "constant_after" in bug:
        X, Z = X - X.mean(axis=0), Z - X.mean(axis=0)
    elif "no_constant" not in bug:
        X = np.column_stack([X, np.ones(len(X))])
        last = 0.0 if "constant_not_added" in bug else 1.0
        Z = np.column_stack([Z, np.full(len(Z), last)])
    left = np.sqrt(weight)[:, None]
    right = np.ones_like(left) if "targets_not_weighted" in bug else left
    X = left * X
    if "constant_not_weighted" in bug:
        X[:, -1] = 1.0
    scores = Z @ np.linalg.lstsq(X, right * wanted, rcond=None)[0]
    if "softmax" in bug:
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _states(rng):
    many, few, hidden = 60, 11, int(rng.integers(3, 6))
    classes = hidden + 2
    labels = np.concatenate([np.arange(classes), rng.integers(0, 2, many - classes)])
    rng.shuffle(labels)
    centres = 1.5 * rng.normal(size=(classes, hidden))
    states = centres[labels] + rng.normal(size=(many, hidden)) + 0.7
    return states, labels, rng.normal(size=(few, hidden)) + 0.7


exercise = Exercise(
    name="probe_scores",
    chapter=11,
    ref=_probe_scores,
    make=_states,
    bugs={
        "not_balanced": Mistake(
            "every example weighs the same; every class should", "trial"
        ),
        "common_classes_more": Mistake(
            "a frequent class weighs more; the weight is divided by its count", "trial"
        ),
        "weight_twice": Mistake(
            "the rows are multiplied by the weight itself, so squared errors get its "
            "square; take the square root",
            "trial",
        ),
        "targets_not_weighted": Mistake(
            "the states are multiplied by the root of the weight and the targets are "
            "not",
            "trial",
        ),
        "constant_not_weighted": Mistake(
            "the column of ones is not multiplied by the root of the weight", "trial"
        ),
        "softmax": Mistake(
            "a softmax makes probabilities of the scores; the scores are asked for",
            "trial",
        ),
        "no_constant": Mistake("the map has no constant", "S-385"),
        "constant_after": Mistake(
            "the mean of the states is taken away and no constant is fitted", "trial"
        ),
        "plus_minus": Mistake(
            "the targets are 1 and -1; here they are 1 and 0", "trial"
        ),
        "constant_not_added": Mistake(
            "the constant is fitted and then not added to the scores", "generic"
        ),
    },
    done="You can ask any layer what it knows, also about rare things.",
    hints=(
        "a least-squares fit adds up squared errors. By what do you multiply a row so "
        "that its squared error counts w times?",
        "one more column of ones, one column of targets for each class, and the root "
        "of 1 / count in front of both sides.",
    ),
    heading="Experiment: what does each layer know?",
    switch_off={
        "the test states (set to 0)": lambda h, y, z: (h, y, 0 * z),
    },
)
