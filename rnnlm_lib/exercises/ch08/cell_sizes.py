"""How many numbers four recurrent cells learn."""

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _cell_sizes(bug, input_size, hidden_size, seq_len):
    if "arrays" in bug:
        return {"rnn": 4, "simplified_gru": 6, "gru": 8, "lstm": 10}
    blocks = {"rnn": 1, "simplified_gru": 2, "gru": 3, "lstm": 4}
    if "gates_only" in bug:
        blocks = {"rnn": 0, "simplified_gru": 1, "gru": 2, "lstm": 3}
    if "fifteen" in bug:
        blocks["gru"] = 2
    if "output_gate" in bug:
        blocks["gru"] = 4
    if "no_merge" in bug:
        blocks["lstm"] = 3
    states = input_size if "rectangular" in bug else hidden_size
    biases = 0 if "no_biases" in bug else 1 if "one_bias" in bug else 2
    steps = seq_len if "per_step" in bug else 1
    matrices = hidden_size * (input_size + states) * steps
    biases = hidden_size * biases * steps
    if "biases_once" in bug:
        return {cell: count * matrices + biases for cell, count in blocks.items()}
    return {cell: count * (matrices + biases) for cell, count in blocks.items()}


def _sizes(rng):
    return tuple(sizes(rng, 3, 4, 20))


exercise = Exercise(
    name="cell_sizes",
    chapter=8,
    ref=_cell_sizes,
    make=_sizes,
    bugs={
        "gates_only": Mistake(
            "only the gates are counted; the candidate has a block too", "E-52"
        ),
        "fifteen": Mistake(
            "the GRU has two blocks here: it is counted without its reset gate", "S-328"
        ),
        "output_gate": Mistake(
            "the GRU is counted with an output gate; it has none", "S-322"
        ),
        "no_merge": Mistake(
            "the LSTM has three blocks here: three gates, and a candidate is missing",
            "E-52",
        ),
        "one_bias": Mistake(
            "each block has one bias; PyTorch's has two, bias_ih and bias_hh", "trial"
        ),
        "biases_once": Mistake(
            "the two biases are counted once for the whole cell; each block has its "
            "own",
            "trial",
        ),
        "no_biases": Mistake("the biases are not counted", "E-05"),
        "arrays": Mistake(
            "arrays are counted, with those of the output layer, and not the numbers "
            "in them",
            "E-28",
        ),
        "rectangular": Mistake(
            "the recurrent matrix has as many columns as the input; each of its blocks "
            "is square, hidden size by hidden size",
            "E-16",
        ),
        "per_step": Mistake(
            "the cell is counted once for each step; all steps share its parameters",
            "E-14",
        ),
    },
    done="You can give two cells the same number of parameters before you compare "
    "them.",
    hints=(
        "count one block: a matrix for the input, one for the state, two biases. Then "
        "ask how many blocks each cell has.",
        "one of the three arguments must not matter.",
    ),
    heading="What a cell costs",
    switch_off={
        "the number of steps (set to 1)": lambda d, h, t: (d, h, 1),
        "the difference between input and hidden size": lambda d, h, t: (h, h, t),
    },
)
