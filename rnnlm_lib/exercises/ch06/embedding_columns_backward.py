"""The gradient of the lectures' embedding, one column for each word."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _embedding_columns_backward(bug, dvectors, ids, vocab_size):
    size = dvectors.shape[-1]
    flat = ids.T.ravel() if "ids_batch_first" in bug else ids.ravel()
    flat = (flat - 1) % vocab_size if "from_one" in bug else flat
    rows = dvectors.reshape(-1, size)
    table = np.zeros((vocab_size, size))
    for n, (word, row) in enumerate(zip(flat, rows, strict=True)):
        first = word not in flat[:n]
        if "last_use" in bug:
            table[word] = row
        elif "first_use" in bug:
            table[word] += row if first else 0
        elif "counts" in bug:
            table[word] += 1
        else:
            table[word] += row
    if "mean" in bug:
        table /= np.maximum(np.bincount(flat, minlength=vocab_size), 1)[:, None]
    if "last_step" in bug:
        table = np.zeros((vocab_size, size))
        np.add.at(table, ids[-1], dvectors[-1])
    if "reshaped" in bug:
        return table.reshape(size, vocab_size)
    return table if "rows" in bug else table.T


def _gradient(rng):
    batch, size, vocab_size, steps = (*sizes(rng, 3, 2, 5), 6)
    ids = rng.integers(0, vocab_size, (steps, batch))
    return rng.normal(size=(steps, batch, size)), ids, vocab_size


exercise = Exercise(
    name="embedding_columns_backward",
    chapter=6,
    ref=_embedding_columns_backward,
    make=_gradient,
    bugs={
        "last_use": Mistake(
            "a word that is read twice keeps its last gradient only, as `table[ids] += "
            "...` does; the uses are summed",
            "S-125",
        ),
        "first_use": Mistake(
            "a word that is read twice keeps its first gradient only", "S-125"
        ),
        "mean": Mistake(
            "a word receives the mean over its uses; it should be the sum", "E-09"
        ),
        "counts": Mistake(
            "the table counts how often each word is read and not what arrives there",
            "trial",
        ),
        "last_step": Mistake("only the last step is used", "S-235"),
        "from_one": Mistake("the ids are counted from 1; they start from 0", "E-44"),
        "rows": Mistake(
            "each word has a row, as in PyTorch; here it has a column", "E-41"
        ),
        "reshaped": Mistake(
            "the table is turned with reshape, which mixes the words; transpose it",
            "ShusenTang/Dive-into-DL-PyTorch#65",
        ),
        "ids_batch_first": Mistake(
            "ids and vectors are paired in different orders of time and batch",
            "MITDeepLearning/introtodeeplearning#223",
        ),
    },
    done="You can send a gradient into a table of words.",
    hints=(
        "a word that is read three times was used three times. What does it receive?",
        "np.add.at adds at repeated places, where += writes once.",
    ),
    heading="A whole language model",
    switch_off={
        "repeated words (one step of one text)": lambda dvectors, ids, vocab_size: (
            dvectors[:1, :1],
            ids[:1, :1],
            vocab_size,
        ),
        "the batch (one text)": lambda dvectors, ids, vocab_size: (
            dvectors[:, :1],
            ids[:, :1],
            vocab_size,
        ),
    },
)
