"""Embeddings by lookup where the lectures multiply with a one-hot vector."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _lookup_columns(bug, embedding, ids):
    size, vocab_size = embedding.shape
    table = embedding.T
    if "table_reshaped" in bug:
        table = embedding.reshape(vocab_size, size)
    if "one_hot" in bug:
        table = np.eye(vocab_size)
    vectors = table[ids - 1 if "from_one" in bug else ids]
    if "result_reshaped" in bug:
        vectors = np.moveaxis(vectors, 2, 0).reshape(vectors.shape)
    if "batch_first" in bug:
        vectors = vectors.swapaxes(0, 1)
    if "size_first" in bug:
        vectors = np.moveaxis(vectors, 2, 0)
    return vectors.sum(axis=0) if "summed" in bug else vectors


def _embedding(rng):
    steps, batch, size, vocab_size = sizes(rng, 4, 2, 7)
    ids = rng.integers(0, vocab_size, (steps, batch))
    return rng.normal(size=(size, vocab_size)), ids


exercise = Exercise(
    name="lookup_columns",
    chapter=3,
    ref=_lookup_columns,
    make=_embedding,
    bugs={
        "size_first": Mistake(
            "the embedding axis comes first, as `embedding[:, ids]` leaves it; it "
            "should come last",
            "E-41",
        ),
        "result_reshaped": Mistake(
            "the axes are moved with reshape, which keeps the numbers in their old "
            "order and mixes the words; transpose instead",
            "ShusenTang/Dive-into-DL-PyTorch#65",
        ),
        "table_reshaped": Mistake(
            "the matrix is turned with reshape, which mixes the words; transpose it",
            "ShusenTang/Dive-into-DL-PyTorch#65",
        ),
        "batch_first": Mistake(
            "the axes of time and batch are exchanged",
            "MITDeepLearning/introtodeeplearning#223",
        ),
        "one_hot": Mistake(
            "the result holds one-hot vectors, before the product with the matrix",
            "E-41",
        ),
        "from_one": Mistake("the ids are counted from 1; they start from 0", "generic"),
        "summed": Mistake(
            "the vectors are added over time, which is a bag of words", "S-206"
        ),
    },
    done="You can replace a matrix product that is almost all zeros by an index.",
    hints=(
        "multiply a matrix with a one-hot column vector by hand: what is left of the "
        "matrix?",
        "the columns of a matrix are the rows of its transpose, and an array of ids "
        "may index rows.",
    ),
    heading="One-hot vectors and embeddings",
    switch_off={
        "time (one step)": lambda embedding, ids: (embedding, ids[:1]),
        "the batch (one text)": lambda embedding, ids: (embedding, ids[:, :1]),
        "the size of the embedding (one number for each word)": lambda embedding, ids: (
            embedding[:1],
            ids,
        ),
    },
)
