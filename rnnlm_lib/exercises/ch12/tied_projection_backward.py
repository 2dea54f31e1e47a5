"""The gradients of a table that reads, and that scores through a projection."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _tied_projection_backward(bug, ids, dx, h, projection, embedding, dlogits):
    z = h @ projection.T
    dz = dlogits @ embedding
    dembedding = dlogits.T @ (np.tanh(z) if "tanh" in bug else z)
    if "input_only" in bug:
        dembedding = np.zeros_like(embedding)
    if "overwritten" in bug:
        dembedding[ids] = dx
    elif "repeats_once" in bug:
        dembedding[ids] += dx
    elif "next_ids" in bug:
        np.add.at(dembedding, np.roll(ids, -1), dx)
    elif "output_only" not in bug:
        np.add.at(dembedding, ids, dx)
    if "halved" in bug:
        dembedding = dembedding / 2
    dprojection = dz.T @ h
    dh = dz @ projection
    if "mean" in bug:
        dembedding, dprojection = dembedding / len(ids), dprojection / len(ids)
    if "input_in_projection" in bug:
        dprojection = (dz + dx).T @ h
    return dembedding, dprojection, dh


def _window(rng):
    count, width, hidden, vocab = sizes(rng, 4)
    ids = rng.integers(0, min(vocab, 4), count)
    ids[-2] = ids[0]  # a word that comes twice
    dlogits = rng.normal(size=(count, vocab))
    return (
        ids,
        rng.normal(size=(count, width)),
        rng.uniform(-0.9, 0.9, (count, hidden)),
        rng.normal(size=(width, hidden)),
        rng.normal(size=(vocab, width)),
        dlogits - dlogits.mean(axis=1, keepdims=True),
    )


exercise = Exercise(
    name="tied_projection_backward",
    chapter=12,
    ref=_tied_projection_backward,
    make=_window,
    returns=("dembedding", "dprojection", "dh"),
    bugs={
        "input_only": Mistake(
            "the table has the gradient of its first job only, reading", "S-270"
        ),
        "output_only": Mistake(
            "the table has the gradient of its second job only, scoring", "S-270"
        ),
        "overwritten": Mistake(
            "in the rows that were read, the input's term replaces the output's; the "
            "two are added",
            "trial",
        ),
        "repeats_once": Mistake(
            "a word that comes twice gets one of its two terms; an index with repeats "
            "on the left of += is written once",
            "trial",
        ),
        "next_ids": Mistake(
            "the input's terms are given to the next words; they belong to the words "
            "that were read",
            "E-20",
        ),
        "halved": Mistake(
            "the two terms are averaged; a matrix that is used twice gets their sum",
            "S-269",
        ),
        "mean": Mistake(
            "the gradients of the parameters are divided by the number of words; dx "
            "and dlogits carry that factor already",
            "E-09",
        ),
        "tanh": Mistake(
            "the projected state passes through a tanh; the projection is linear",
            "generic",
        ),
        "input_in_projection": Mistake(
            "the projection gets a share of dx; what was read did not pass through it",
            "S-271",
        ),
    },
    done="You can tie two layers of different sizes, and go back through both.",
    hints=(
        "who uses the table in the forward pass? Write both lines, and one backward "
        "line for each use.",
        "the scores come from the projected states, so their term of the table is a "
        "product with those. What was read twice must be added twice.",
    ),
    heading="The gradient has two halves",
    switch_off={
        "what comes from the input (dx set to 0)": lambda i, dx, h, p, e, d: (
            i,
            0 * dx,
            h,
            p,
            e,
            d,
        ),
        "what comes from the output (dlogits set to 0)": lambda i, dx, h, p, e, d: (
            i,
            dx,
            h,
            p,
            e,
            0 * d,
        ),
    },
)
