"""The number of parameters of four cells."""

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _cell_parameter_counts(bug, input_size, hidden_size):
    if "arrays" in bug:
        return {"rnn": 4, "gru": 4, "lstm": 4, "peephole_lstm": 7}
    biases = 1 if "one_bias" in bug else 0 if "no_biases" in bug else 2
    block = hidden_size * (input_size + hidden_size + biases)
    if "no_recurrence" in bug:
        block = hidden_size * (input_size + biases)
    gru = 2 if "gru_two_blocks" in bug else 3
    lstm = 3 if "no_candidate" in bug else 4
    peepholes = 3 * hidden_size
    if "full_peepholes" in bug:
        peepholes = 3 * hidden_size**2
    if "two_peepholes" in bug:
        peepholes = 2 * hidden_size
    if "peephole_block" in bug:
        peepholes = block
    counts = {"rnn": block, "gru": gru * block, "lstm": lstm * block}
    return counts | {"peephole_lstm": lstm * block + peepholes}


def _sizes(rng):
    return tuple(sizes(rng, 2, 3, 20))


exercise = Exercise(
    name="cell_parameter_counts",
    chapter=9,
    ref=_cell_parameter_counts,
    make=_sizes,
    bugs={
        "one_bias": Mistake(
            "each block has one bias; PyTorch's has two, bias_ih and bias_hh", "trial"
        ),
        "no_biases": Mistake("the biases are not counted", "E-05"),
        "arrays": Mistake("arrays are counted and not the numbers in them", "E-28"),
        "gru_two_blocks": Mistake(
            "the GRU has two blocks, as without a reset gate; it has three", "E-52"
        ),
        "no_candidate": Mistake(
            "the LSTM has a block for each gate and none for the candidate", "E-52"
        ),
        "full_peepholes": Mistake(
            "each peephole is a matrix; it is one number for each unit", "E-35"
        ),
        "two_peepholes": Mistake(
            "only two gates look at the memory; the output gate does too", "E-35"
        ),
        "peephole_block": Mistake(
            "the peepholes are counted as one more block of the cell", "S-190"
        ),
        "no_recurrence": Mistake(
            "the matrix that reads the old state is not counted", "generic"
        ),
    },
    done="You can compare cells at equal size.",
    hints=(
        "a gate or a candidate is one block: H rows, each of which reads x and h.",
        "count one block first. How many blocks has each cell, and what does a "
        "peephole add?",
    ),
    heading="Counting",
    switch_off={
        "the input (size 1)": lambda d, h: (1, h),
    },
)
