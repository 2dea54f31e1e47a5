"""How often the right verb is the more probable one, for each number of attractors."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _points(bug, right, wrong):
    """What each sentence scores: 1 if the right verb is the more probable one."""
    if "soft" in bug:
        return 1 / (1 + np.exp(right - wrong))
    points = (right > wrong if "larger_nats" in bug else right < wrong) * 1.0
    if "ties_right" in bug:
        points = np.where(right == wrong, 1.0, points)
    if "ties_half" in bug:
        points = np.where(right == wrong, 0.5, points)
    return points


def _agreement_by_attractors(bug, right, wrong, attractors, most):
    if "ties_left_out" in bug:
        kept = right != wrong
        right, wrong, attractors = right[kept], wrong[kept], attractors[kept]
    points = _points(bug, right, wrong)
    if "mistakes" in bug:
        points = 1 - points
    first = 1 if "one_more" in bug else 0
    numbers = range(first, first + most + ("last_missing" not in bug))
    shares = []
    for n in numbers:
        group = attractors == n
        if "at_least" in bug:
            group = attractors >= n
        if "at_most" in bug:
            group = attractors <= n
        if "more_in_the_last" in bug and n == numbers[-1]:
            group = attractors >= n
        if "means_compared" in bug:
            group = attractors == n
            shares.append(float(right[group].mean() < wrong[group].mean()))
        elif "counts" in bug:
            shares.append(points[group].sum())
        elif "share_of_all" in bug:
            shares.append(points[group].sum() / len(points))
        else:
            shares.append(points[group].mean())
    return np.array(shares)


def _sentences(rng):
    most = int(rng.integers(2, 5))
    counts = rng.permutation(np.arange(15, 30))[: most + 3]
    attractors = np.repeat(np.arange(most + 3), counts)
    wrong = rng.uniform(4, 9, len(attractors))
    # The more attractors, the more often the wrong verb wins.
    right = wrong + rng.normal(1.6 * attractors / most - 0.8, 1.2)
    for n in range(most + 3):
        tied = rng.choice(np.flatnonzero(attractors == n), rng.integers(2, 6))
        right[tied] = wrong[tied]
    order = rng.permutation(len(attractors))
    return right[order], wrong[order], attractors[order], most


exercise = Exercise(
    name="agreement_by_attractors",
    chapter=13,
    ref=_agreement_by_attractors,
    make=_sentences,
    bugs={
        "larger_nats": Mistake(
            "the verb with more nats is taken for the more probable one; a probable "
            "word costs little",
            "S-263",
        ),
        "ties_right": Mistake(
            "a tie counts as right; a model that has no opinion does not know", "trial"
        ),
        "ties_half": Mistake(
            "a tie counts one half; here it counts as wrong", "generic"
        ),
        "ties_left_out": Mistake(
            "the ties are left out of the numbers of sentences too; they count as "
            "wrong",
            "generic",
        ),
        "mistakes": Mistake(
            "these are the shares of the sentences that are answered wrong, ties "
            "among them",
            "trial",
        ),
        "soft": Mistake(
            "the right verb's share of the two probabilities is averaged; a sentence "
            "is right or wrong",
            "C-03",
        ),
        "means_compared": Mistake(
            "the mean costs of the group are compared; each sentence gives one answer",
            "S-019",
        ),
        "share_of_all": Mistake(
            "the right answers are divided by the number of all sentences; each "
            "number of attractors has a share of its own",
            "C-04",
        ),
        "counts": Mistake("the right answers are counted and not divided", "trial"),
        "at_least": Mistake(
            "a group holds the sentences with at least so many attractors", "trial"
        ),
        "at_most": Mistake(
            "a group holds the sentences with at most so many attractors", "trial"
        ),
        "more_in_the_last": Mistake(
            "the last group takes in all sentences with more attractors", "C-04"
        ),
        "one_more": Mistake(
            "the shares start at one attractor; the first is for none", "E-44"
        ),
        "last_missing": Mistake(
            "the share for the largest number of attractors is missing: from 0 to "
            "most there are most + 1",
            "E-44",
        ),
    },
    done="You can say how a model's grammar fades with every word that misleads it.",
    hints=(
        "which of the two costs must be smaller, and what if neither is?",
        "compare first, one answer for each sentence. Then take the mean of the "
        "answers, once for each number of attractors.",
    ),
    heading="Agreement",
    switch_off={
        "the ties (made clearly wrong)": lambda right, wrong, attractors, most: (
            np.where(right == wrong, right + 1, right),
            wrong,
            attractors,
            most,
        ),
        "sentences with more attractors": lambda right, wrong, attractors, most: (
            right[attractors <= most],
            wrong[attractors <= most],
            attractors[attractors <= most],
            most,
        ),
    },
)
