"""Numbers of an LSTM language model, with two tables or one and a projection."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _tied_parameter_counts(bug, vocab_size, embedding_size, hidden_sizes):
    V, E, H = vocab_size, embedding_size, hidden_sizes
    biases = 1 if "one_bias" in bug else 2
    cell = 4 * H * (E + H + biases)
    if "cell_from_projection" in bug:
        cell = 4 * H * (2 * E + biases)
    bias = 0 if "no_output_bias" in bug else V
    untied = V * E + V * H + cell + bias
    if "two_equal_tables" in bug:
        untied = 2 * V * E + cell + bias
    projection = E * H
    if "no_projection" in bug:
        projection = 0 * H
    if "only_where_sizes_differ" in bug:
        projection = np.where(H == E, 0, projection)
    if "square_projection" in bug:
        projection = H * H
    if "projection_bias" in bug:
        projection = projection + E
    kept = V * H if "wider_table_kept" in bug else V * E
    tied = kept + projection + cell + bias
    if "bias_tied_too" in bug:
        tied = tied - bias
    return {"untied": untied, "tied": tied}


def _sizes(rng):
    width, *hidden = sizes(rng, 3, 3, 7)
    hidden = rng.permutation([width, *hidden])  # in one model the sizes are equal
    return int(rng.integers(10, 16)), width, hidden


exercise = Exercise(
    name="tied_parameter_counts",
    chapter=12,
    ref=_tied_parameter_counts,
    make=_sizes,
    bugs={
        "two_equal_tables": Mistake(
            "the untied output table has d_e numbers for each word; it scores "
            "states, which have d_h",
            "S-271",
        ),
        "wider_table_kept": Mistake(
            "the tied model keeps a table of d_h numbers for each word; with a "
            "projection the shared table has d_e",
            "S-273",
        ),
        "no_projection": Mistake("the projection is not counted", "S-271"),
        "only_where_sizes_differ": Mistake(
            "the projection is left out where d_h equals d_e; this model has one "
            "whatever the sizes",
            "trial",
        ),
        "square_projection": Mistake(
            "the projection is d_h by d_h; it leads from d_h numbers to d_e", "S-271"
        ),
        "projection_bias": Mistake(
            "the projection has a bias; the library's has none", "trial"
        ),
        "no_output_bias": Mistake(
            "the output layer's bias is left out; the lecture has none, the library "
            "has one for each word",
            "S-270",
        ),
        "bias_tied_too": Mistake(
            "the tied model has no output bias; only the table is shared", "S-269"
        ),
        "one_bias": Mistake(
            "each block of the LSTM has one bias; PyTorch's has two", "trial"
        ),
        "cell_from_projection": Mistake(
            "the LSTM's own state has d_e numbers; the projection comes after it",
            "generic",
        ),
    },
    done="You can say beforehand what tying will save.",
    hints=(
        "list the arrays of both models. Which of them have V rows?",
        "a row of the table for writing is as long as what it scores: the state, or "
        "what the projection makes of it. A row of the LSTM reads d_e + d_h numbers.",
    ),
    heading="Two sizes that must agree",
    switch_off={
        "the difference of the sizes (each d_h set to d_e)": lambda v, e, h: (
            v,
            e,
            np.full_like(h, e),
        ),
    },
)
