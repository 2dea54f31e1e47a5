"""The number of parameters of a GRU stack whose layers differ in width."""

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _stack_parameter_counts(bug, input_size, hidden_sizes, output_size):
    if "arrays" in bug:
        return {"layers": 4 * len(hidden_sizes), "output": 2}
    blocks = 4 if "lstm" in bug else 1 if "no_gates" in bug else 3
    biases = 1 if "one_bias" in bug else 0 if "no_biases" in bug else 2
    total, below = 0, input_size
    for k, width in enumerate(hidden_sizes):
        if "reads_input" in bug:
            below = input_size
        if "reads_own_width" in bug and k > 0:
            below = width
        if "reads_all_below" in bug:
            below = input_size + sum(hidden_sizes[:k])
        rows = blocks * width
        bias_rows = width if "bias_per_layer" in bug else rows
        total += rows * (below + width) + bias_rows * biases
        below = width
    heard = sum(hidden_sizes) if "output_hears_all" in bug else hidden_sizes[-1]
    if "output_hears_first" in bug:
        heard = hidden_sizes[0]
    output_biases = 2 if "two_output_biases" in bug else 1
    return {"layers": total, "output": (heard + output_biases) * output_size}


def _sizes(rng):
    input_size, output_size, *hidden = sizes(rng, 5, 3, 20)
    return input_size, hidden, output_size


exercise = Exercise(
    name="stack_parameter_counts",
    chapter=11,
    ref=_stack_parameter_counts,
    make=_sizes,
    bugs={
        "one_bias": Mistake(
            "each row has one bias; PyTorch's has two, bias_ih and bias_hh", "trial"
        ),
        "bias_per_layer": Mistake(
            "each layer has two biases of H numbers; PyTorch has two for each block",
            "trial",
        ),
        "two_output_biases": Mistake(
            "the output layer has two biases; a linear layer has one", "generic"
        ),
        "no_biases": Mistake("the biases of the layers are not counted", "E-05"),
        "arrays": Mistake("arrays are counted and not the numbers in them", "E-28"),
        "reads_input": Mistake(
            "every layer reads the input; only the first one does", "E-60"
        ),
        "reads_own_width": Mistake(
            "a higher layer reads as many numbers as it has units itself; it reads "
            "the units of the layer below",
            "S-380",
        ),
        "reads_all_below": Mistake(
            "a layer reads all layers below it and the input; it reads the one below",
            "trial",
        ),
        "output_hears_all": Mistake(
            "the output layer reads all layers; it reads the top one", "S-381"
        ),
        "output_hears_first": Mistake(
            "the output layer reads the first layer; it reads the top one", "trial"
        ),
        "no_gates": Mistake("the gates of the GRU are not counted", "E-38"),
        "lstm": Mistake(
            "each layer has the four blocks of an LSTM; a GRU has three", "E-38"
        ),
    },
    done="You can give every layer of a stack a width of its own.",
    hints=(
        "go up layer by layer and keep in mind how many numbers come from below.",
        "a row of layer k has one weight for each unit below, one for each unit of "
        "its own layer, and two biases. How many such rows has a GRU?",
    ),
    heading="Counting",
    switch_off={
        "the upper layers (one layer only)": lambda d, widths, q: (d, widths[:1], q),
    },
)
