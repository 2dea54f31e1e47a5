"""Count the numbers of a bidirectional tagger with one layer or several."""

from rnnlm_lib.exercises import Exercise, Mistake


def _bidirectional_sizes(bug, blocks, input_size, hidden_size, num_layers, num_tags):
    size = hidden_size / 2 if "half" in bug else hidden_size
    directions = 1 if "one_set" in bug else 2
    wide = 1 if "narrow_above" in bug else 2
    biases = 1 if "one_bias" in bug else 2
    seen = 2 * size if "reads_both_states" in bug else size
    first_reads = 2 * input_size if "all_wide" in bug else input_size
    higher_reads = input_size if "inputs_everywhere" in bug else wide * size
    rows = directions * blocks * size
    bias = rows * biases
    if "bias_per_layer" in bug:
        bias /= blocks
    first = rows * (first_reads + seen) + bias
    if "higher_reads_both_states" in bug:
        seen = 2 * size
    layers = num_layers - ("all_are_higher" not in bug)
    higher = (rows * (higher_reads + seen) + bias) * layers
    head_reads = size if "narrow_head" in bug else 2 * size
    head = num_tags * (head_reads + ("no_head_bias" not in bug))
    if "two_head_biases" in bug:
        head += num_tags
    return first, higher, head


def _sizes(rng):
    hidden = 2 * int(rng.integers(2, 6))
    return (
        int(rng.integers(3, 5)),
        int(hidden + rng.integers(3, 7)),
        hidden,
        int(rng.integers(2, 4)),
        int(rng.integers(3, 12)),
    )


exercise = Exercise(
    name="bidirectional_sizes",
    chapter=10,
    ref=_bidirectional_sizes,
    make=_sizes,
    returns=("first", "higher", "head"),
    bugs={
        "one_set": Mistake(
            "one set of weights is counted; each direction has its own", "S-364"
        ),
        "narrow_above": Mistake(
            "a higher layer reads H numbers; it reads both directions of the layer "
            "below, 2H",
            "S-365",
        ),
        "inputs_everywhere": Mistake(
            "every layer reads D numbers; only the first one reads the input", "trial"
        ),
        "all_wide": Mistake(
            "the first layer reads 2D numbers; both directions read the same D",
            "trial",
        ),
        "reads_both_states": Mistake(
            "each chain reads the states of both directions; it reads its own", "E-57"
        ),
        "higher_reads_both_states": Mistake(
            "a chain of a higher layer reads the states of both directions of its own "
            "layer; it reads 2H numbers from below and its own H states",
            "trial",
        ),
        "all_are_higher": Mistake(
            "all layers are counted as higher ones; the first is none of them", "trial"
        ),
        "bias_per_layer": Mistake(
            "each direction of a layer has 2H numbers in its biases; PyTorch has two "
            "biases for each block",
            "trial",
        ),
        "narrow_head": Mistake(
            "the output layer reads H numbers; it reads 2H", "S-085"
        ),
        "half": Mistake(
            "each direction has H / 2 units; H is the size of one direction", "trial"
        ),
        "one_bias": Mistake("each block has one bias; PyTorch has two", "S-360"),
        "no_head_bias": Mistake("the output layer has no bias", "generic"),
        "two_head_biases": Mistake(
            "the output layer has two biases; a linear layer has one", "generic"
        ),
    },
    done="You can compare one direction and two at equal size.",
    hints=(
        "how many numbers does a unit of the second layer read from below?",
        "blocks times H rows for each direction and layer; a row has D or 2H inputs, H "
        "states and two biases.",
    ),
    heading="Counting",
    switch_off={
        "the third layer and those above (two layers)": lambda g, d, h, layers, k: (
            g,
            d,
            h,
            2,
            k,
        ),
    },
)
