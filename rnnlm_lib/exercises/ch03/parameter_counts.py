"""The number of parameters of a recurrent language model."""

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _parameter_counts(bug, vocab_size, embedding_size, hidden_size, seq_len):
    if "arrays" in bug:
        return {"embedding": 1, "rnn": 4, "output": 2}
    embedding = 0 if "no_embedding" in bug else vocab_size * embedding_size
    inputs = vocab_size if "one_hot_input" in bug else embedding_size
    states = embedding_size if "rectangular" in bug else hidden_size
    biases = 0 if "no_biases" in bug else 1 if "one_bias" in bug else 2
    rnn = hidden_size * (inputs + states + biases)
    if "per_step" in bug:
        rnn = rnn * seq_len
    features = embedding_size if "output_from_embedding" in bug else hidden_size
    output = vocab_size * (
        features + ("no_biases" not in bug and "no_output_bias" not in bug)
    )
    return {"embedding": embedding, "rnn": rnn, "output": output}


def _sizes(rng):
    return int(rng.integers(50, 90)), *sizes(rng, 3, 4, 20)


exercise = Exercise(
    name="parameter_counts",
    chapter=3,
    ref=_parameter_counts,
    make=_sizes,
    bugs={
        "no_biases": Mistake("the biases are not counted", "E-05"),
        "one_bias": Mistake(
            "the cell has one bias; PyTorch's has two, bias_ih and bias_hh", "trial"
        ),
        "no_output_bias": Mistake(
            "the bias of the output layer is not counted", "E-05"
        ),
        "no_embedding": Mistake("the embedding is not counted", "E-05"),
        "one_hot_input": Mistake(
            "the cell reads one-hot vectors of the vocabulary's size; it reads "
            "embeddings",
            "E-41",
        ),
        "rectangular": Mistake(
            "the recurrent matrix is as wide as the embedding; it is square, hidden "
            "size by hidden size",
            "E-16",
        ),
        "output_from_embedding": Mistake(
            "the output layer reads embeddings; it reads hidden states", "S-271"
        ),
        "arrays": Mistake("arrays are counted and not the numbers in them", "E-17"),
        "per_step": Mistake(
            "the cell is counted once for each step; all steps share its parameters",
            "E-14",
        ),
    },
    done="You can tell the size of a model before it exists.",
    hints=(
        "write down every array with its shape: one for the embedding, four for the "
        "cell, two for the output.",
        "one of the four arguments must not matter. Which, and why?",
    ),
    heading="Counting parameters",
    switch_off={
        "the number of steps (set to 1)": lambda v, e, h, t: (v, e, h, 1),
        "the difference between embedding and hidden size": lambda v, e, h, t: (
            v,
            h,
            h,
            t,
        ),
    },
)
