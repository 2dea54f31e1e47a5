"""Set the forget gate's bias where a cell has two biases."""

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _with_forget_bias(bug, bias_ih, bias_hh, value):
    size = len(bias_ih) // 4
    block = 0 if "input_gate" in bug else 2 if "candidate" in bug else 1
    rows = slice(block * size, (block + 1) * size)
    if "all_gates" in bug:
        rows = slice(None)
    new_ih, new_hh = bias_ih.copy(), bias_hh.copy()
    new_ih[rows] = value
    if "other_kept" not in bug:
        new_hh[rows] = value if "twice" in bug else 0
    if "added" in bug:
        new_ih[rows] = bias_ih[rows] + value
        new_hh[rows] = bias_hh[rows]
    if "erased" in bug:
        new_hh[:] = 0
    if "wrong_sign" in bug:
        new_ih[rows] = -value
    return new_ih, new_hh


def _biases(rng):
    (hidden,) = sizes(rng, 1)
    signs = rng.choice([-1, 1], (2, 4 * hidden))
    return *(signs * rng.uniform(0.2, 0.7, (2, 4 * hidden))), rng.uniform(0.8, 3)


exercise = Exercise(
    name="with_forget_bias",
    chapter=9,
    ref=_with_forget_bias,
    make=_biases,
    returns=("bias_ih", "bias_hh"),
    bugs={
        "twice": Mistake(
            "both biases are set to the value, and the gate gets twice as much",
            "C-05",
        ),
        "other_kept": Mistake(
            "one bias is set and the other keeps its random numbers, which are still "
            "added",
            "C-05",
        ),
        "added": Mistake(
            "the value is added to the random numbers that are there; it replaces them",
            "trial",
        ),
        "input_gate": Mistake(
            "the first block is set; it belongs to the input gate", "S-373"
        ),
        "candidate": Mistake(
            "the third block is set; it belongs to the candidate", "S-373"
        ),
        "all_gates": Mistake(
            "every block is set; the forget gate alone should start open", "C-06"
        ),
        "erased": Mistake(
            "the second bias is set to 0 in all blocks; only the forget gate's may "
            "change",
            "trial",
        ),
        "wrong_sign": Mistake(
            "the sign is negative, which starts with a gate that erases", "E-70"
        ),
    },
    done="You can start any PyTorch LSTM with an open forget gate.",
    hints=(
        "the gate sees the sum of two biases. What must the sum be in its rows, and "
        "what in the others?",
        "PyTorch's order is i, f, g, o: the rows of f are the second quarter.",
    ),
    heading="The forget bias",
    switch_off={
        "the second bias (set to 0)": lambda b_ih, b_hh, value: (
            b_ih,
            0 * b_hh,
            value,
        ),
        "the first bias (set to 0)": lambda b_ih, b_hh, value: (0 * b_ih, b_hh, value),
    },
)
