"""The loss of the sampled softmax."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _sampled_loss(bug, h, weight, targets, drawn, q):
    correct = np.log(len(drawn) * q)
    if "not_corrected" in bug:
        correct = 0 * correct
    if "plus" in bug:
        correct = -correct
    if "no_logarithm" in bug:
        correct = len(drawn) * q
    own = 0 * correct if "target_not_corrected" in bug else correct
    right = (h * weight[targets]).sum(axis=1) - own[targets]
    others = h @ weight[drawn].T - correct[drawn]
    if "hits_kept" not in bug:
        others[drawn == targets[:, None]] = -np.inf
    if "repeats_once" in bug:
        kept = np.unique(drawn)
        others = h @ weight[kept].T - correct[kept]
        others[kept == targets[:, None]] = -np.inf
    scores = np.concatenate([right[:, None], others], axis=1)
    if "right_missing" in bug:
        scores = others
    if "all_words" in bug:
        scores = h @ weight.T
        right = (h * weight[targets]).sum(axis=1)
    top = scores.max(axis=1, keepdims=True)
    total = np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0]
    return total - right


def _draws(rng):
    count, hidden = sizes(rng, 2)
    vocab = int(rng.integers(9, 14))
    q = 1 / (1 + np.arange(vocab))
    q /= q.sum()
    targets = rng.integers(0, 5, count)
    drawn = rng.choice(vocab, 7, p=q)
    drawn[:2] = targets[0], targets[0]  # the right word is drawn, and drawn twice
    drawn[2:4] = vocab - 1  # a rare word too
    return (
        rng.normal(size=(count, hidden)),
        rng.normal(size=(vocab, hidden)),
        targets,
        drawn,
        q,
    )


exercise = Exercise(
    name="sampled_loss",
    chapter=14,
    ref=_sampled_loss,
    make=_draws,
    bugs={
        "not_corrected": Mistake(
            "the scores are not corrected for the drawing; frequent words come too "
            "often, and would be pushed down too far",
            "trial",
        ),
        "plus": Mistake(
            "log(K q) is added; it is taken away, so that a word that is drawn often "
            "counts for less each time",
            "trial",
        ),
        "no_logarithm": Mistake(
            "what is taken away is K q and not its logarithm", "trial"
        ),
        "target_not_corrected": Mistake(
            "the drawn words are corrected and the right one is not; both are scores "
            "of one softmax",
            "trial",
        ),
        "hits_kept": Mistake(
            "a drawn word that is the right one stays among the others, and is pushed "
            "down as if it were wrong",
            "trial",
        ),
        "right_missing": Mistake(
            "the softmax is over the drawn words alone; the right word belongs to it",
            "trial",
        ),
        "repeats_once": Mistake(
            "a word that was drawn twice counts once; log(K q) is the expected number "
            "of times, so each time counts",
            "trial",
        ),
        "all_words": Mistake(
            "this is the full softmax; only the drawn words may be scored", "trial"
        ),
    },
    done="You can train a large output layer on a handful of its rows.",
    hints=(
        "for each state there is one column for its own target and one for each drawn "
        "word. Which of them may be compared?",
        "correct every score by -log(K q) of its word. Where a drawn word is the "
        "target, give it the score minus infinity.",
    ),
    heading="The softmax over V",
)
