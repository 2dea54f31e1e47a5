"""Numbers of an LSTM language model, with two tables or one and a projection."""

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _tied_parameter_counts(bug, vocab_size, embedding_size, hidden_size):
    V, E, H = vocab_size, embedding_size, hidden_size
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
        projection = 0
    if "square_projection" in bug:
        projection = H * H
    if "projection_bias" in bug:
        projection += E
    kept = V * H if "wider_table_kept" in bug else V * E
    tied = kept + projection + cell + bias
    if "bias_tied_too" in bug:
        tied -= bias
    return {"untied": untied, "tied": tied}


def _sizes(rng):
    width, hidden = sizes(rng, 2, 3, 12)
    return int(rng.integers(20, 60)), width, hidden


exercise = Exercise(
    name="tied_parameter_counts",
    chapter=12,
    ref=_tied_parameter_counts,
    make=_sizes,
    bugs={
        "two_equal_tables": Mistake(
            "the untied output table has E numbers for each word; it scores states, "
            "which have H",
            "S-271",
        ),
        "wider_table_kept": Mistake(
            "the tied model keeps a table of H numbers for each word; with a "
            "projection the shared table has E",
            "S-273",
        ),
        "no_projection": Mistake("the projection is not counted", "S-271"),
        "square_projection": Mistake(
            "the projection is H by H; it leads from H numbers to E", "S-271"
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
            "the LSTM's own state has E numbers; the projection comes after it",
            "generic",
        ),
    },
    done="You can say beforehand what tying will save.",
    hints=(
        "list the arrays of both models. Which of them have V rows?",
        "start with the sizes H and E of what is scored: without a projection it is "
        "the state, with one it is what the projection makes of it.",
    ),
    heading="What is saved",
    switch_off={
        "the state (H set to E)": lambda v, e, h: (v, e, e),
    },
)
