"""The same network in other books' numbers, and back.

Only what changes numbers is here: joined matrices, transposes, the order of the gates,
the polarity of the update gate, one bias instead of two. Nothing given is changed; a
dict of parameters may be that of a cell, of a stack or of a whole model.
"""

import numpy as np


def join_weights(weight_ih, weight_hh):
    """The lectures' one matrix for the vector [h, x]: the columns of h come first.

    Parameters
    ----------
    weight_ih : (K, D)
    weight_hh : (K, H)

    Returns
    -------
    joined : (K, H + D)

    Built in chapter 3.
    """
    return np.concatenate([weight_hh, weight_ih], axis=1)


def split_weights(joined, hidden_size):
    """Undo `join_weights`.

    Parameters
    ----------
    joined : (K, H + D)
    hidden_size : H

    Returns
    -------
    weight_ih : (K, D)
    weight_hh : (K, H)

    Raises
    ------
    ValueError : the matrix has no columns beyond those of h.

    Built in chapter 3.
    """
    if joined.shape[1] <= hidden_size:
        raise ValueError(
            f"a joined matrix needs more than H = {hidden_size} columns, got "
            f"{joined.shape[1]}: give it as (out, in)"
        )
    weight_hh, weight_ih = np.split(joined, [hidden_size], axis=1)
    return weight_ih.copy(), weight_hh.copy()


def from_gates(gates, order):
    """Parameters of a cell from one joined matrix and one bias for each gate.

    Parameters
    ----------
    gates : dict from a gate's letter to its matrix (H, H + D) and bias (H,)
    order : the order of the blocks, such as "ifgo" or "rzn"

    Returns
    -------
    params : weight_ih, weight_hh, bias_ih, and bias_hh of zeros

    Built in chapter 9.
    """
    joined = np.concatenate([gates[letter][0] for letter in order])
    bias = np.concatenate([gates[letter][1] for letter in order])
    weight_ih, weight_hh = split_weights(joined, len(bias) // len(order))
    zeros = np.zeros_like(bias)
    return {
        "weight_ih": weight_ih,
        "weight_hh": weight_hh,
        "bias_ih": bias,
        "bias_hh": zeros,
    }


def to_gates(params, order, *, cell):
    """Undo `from_gates`: a joined matrix and one bias for each gate of a cell.

    Raises
    ------
    ValueError : the cell is "gru", see `one_bias`.

    Built in chapter 9.
    """
    bias = one_bias(params, cell=cell)["bias"]
    joined = join_weights(params["weight_ih"], params["weight_hh"])
    pairs = zip(np.split(joined, len(order)), np.split(bias, len(order)), strict=True)
    return dict(zip(order, pairs, strict=True))


def transpose_weights(params):
    """Exchange (out, in) and (in, out) in every matrix; twice changes nothing.

    Géron, d2l and cs231n write ``x @ W`` and store (in, out).
    """
    return {name: value.T.copy() for name, value in params.items()}


def reorder_gates(params, source, target):
    """Put the blocks of rows of every recurrent layer into another order.

    Parameters
    ----------
    params : dict, in the order `source`
    source, target : one letter for each block, such as "ifog" and PyTorch's "ifgo"

    Returns
    -------
    params : dict, in the order `target`

    Raises
    ------
    ValueError : the orders do not name the same blocks.

    Built in chapter 9.
    """
    if sorted(source) != sorted(target) or len(set(source)) != len(source):
        raise ValueError(
            f"both orders must name the same blocks once, got {source} and {target}"
        )

    def reorder(value):
        block = dict(zip(source, np.split(value, len(source)), strict=True))
        return np.concatenate([block[letter] for letter in target])

    return change_blocks(params, reorder)


def flip_update_gate(params, *, order="rzn"):
    """Let 1 in the update gate overwrite instead of keep; twice changes nothing.

    The lectures' update gate is 1 - z. As 1 - sigmoid(a) is sigmoid(-a), the rows of z
    change their sign in every weight and bias.

    Parameters
    ----------
    params : of GRUs
    order : of their blocks; "zn" for the GRU without a reset gate

    Returns
    -------
    params : dict, for the other polarity

    Built in chapter 8.
    """

    def flip(value):
        blocks = zip(order, np.split(value, len(order)), strict=True)
        return np.concatenate([-b if letter == "z" else b for letter, b in blocks])

    return change_blocks(params, flip)


def one_bias(params, *, cell):
    """Add the two biases of every layer into one, called bias.

    Raises
    ------
    ValueError : the cell is "gru", whose reset gate stands between its two biases.

    Built in chapter 9.
    """
    if cell == "gru":
        raise ValueError(
            "the 2 biases of gru cannot be 1, its reset gate scales only bias_hh: keep "
            "both, or use gru_reset_before"
        )
    merged = {name: value.copy() for name, value in params.items()}
    for name in [name for name in params if "bias_ih" in name]:
        other = merged.pop(name.replace("bias_ih", "bias_hh"))
        merged[name.replace("bias_ih", "bias")] = merged.pop(name) + other
    return merged


def two_biases(params):
    """Undo `one_bias` up to how the sum is shared: bias_hh becomes zero.

    Built in chapter 9.
    """
    split = {name: value.copy() for name, value in params.items()}
    for name in [name for name in params if "weight_hh" in name]:
        bias = split.pop(name.replace("weight_hh", "bias"))
        split[name.replace("weight_hh", "bias_ih")] = bias
        split[name.replace("weight_hh", "bias_hh")] = np.zeros_like(bias)
    return split


def change_blocks(params, change):
    """Apply a function to every array that is made of blocks of H rows."""
    made_of_blocks = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return {
        name: change(value) if any(n in name for n in made_of_blocks) else value.copy()
        for name, value in params.items()
    }
