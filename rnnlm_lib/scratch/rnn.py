"""The recurrent network of tanh or ReLU units, and what every cell shares.

A cell has weight_ih (G*H, D), weight_hh (G*H, H), bias_ih and bias_hh (G*H,): G
blocks of H rows under PyTorch's names and in PyTorch's order. Here G is 1.
"""

import numpy as np

from rnnlm_lib.scratch.functional import tanh_backward


def preactivation(x, h_prev, params):
    """Everything a unit sums before its nonlinearity: W_ih x + b_ih + W_hh h + b_hh.

    Parameters
    ----------
    x : (B, D)
    h_prev : (B, H)
    params : weight_ih (K, D), weight_hh (K, H), bias_ih and bias_hh (K,)

    Returns
    -------
    a : (B, K)

    Built in chapter 3.
    """
    from_input = x @ params["weight_ih"].T + params["bias_ih"]
    from_state = h_prev @ params["weight_hh"].T + params["bias_hh"]
    return from_input + from_state


def preactivation_backward(da, x, h_prev, params):
    """Gradients of x, h_prev and the four parameters of `preactivation`.

    Parameters
    ----------
    da : (B, K)
    x, h_prev, params : what the forward was given

    Returns
    -------
    dx : (B, D)
    dh_prev : (B, H)
    grads : dict like params

    Built in chapter 6.
    """
    grads = {
        "weight_ih": da.T @ x,
        "weight_hh": da.T @ h_prev,
        "bias_ih": da.sum(axis=0),
        "bias_hh": da.sum(axis=0),
    }
    return da @ params["weight_ih"], da @ params["weight_hh"], grads


def rnn_step(x, h_prev, params):
    """One step of the recurrent network: h = tanh(W_ih x + b_ih + W_hh h + b_hh).

    Parameters
    ----------
    x : (B, D)
    h_prev : (B, H)
    params : weight_ih (H, D), weight_hh (H, H), bias_ih and bias_hh (H,)

    Returns
    -------
    h : (B, H)
    cache : for `rnn_step_backward`

    Built in chapter 3.
    """
    h = np.tanh(preactivation(x, h_prev, params))
    return h, (x, h_prev, h, params)


def rnn_step_backward(dh, cache):
    """Gradients of `rnn_step`, given dh (B, H).

    Returns
    -------
    dx : (B, D)
    dh_prev : (B, H)
    grads : dict like params

    Built in chapter 6.
    """
    x, h_prev, h, params = cache
    da = tanh_backward(dh, h)
    return preactivation_backward(da, x, h_prev, params)


def relu_rnn_step(x, h_prev, params):
    """One step of `rnn_step` with max(0, a) in place of tanh: nothing bounds h.

    Parameters
    ----------
    x : (B, D)
    h_prev : (B, H)
    params : as for `rnn_step`

    Returns
    -------
    h : (B, H)
    cache : for `relu_rnn_step_backward`

    Built in chapter 3.
    """
    h = np.maximum(preactivation(x, h_prev, params), 0)
    return h, (x, h_prev, h, params)


def relu_rnn_step_backward(dh, cache):
    """Gradients of `relu_rnn_step`, given dh (B, H): where h is 0, nothing passes.

    Returns
    -------
    dx : (B, D)
    dh_prev : (B, H)
    grads : dict like params
    """
    x, h_prev, h, params = cache
    da = dh * (h > 0)
    return preactivation_backward(da, x, h_prev, params)


def init_cell(blocks, input_size, hidden_size, rng):
    """Parameters of a cell of G blocks, each number uniform in ±1/sqrt(H).

    Parameters
    ----------
    blocks, input_size, hidden_size : G, D, H
    rng : np.random.Generator

    Returns
    -------
    params : weight_ih (G*H, D), weight_hh (G*H, H), bias_ih and bias_hh (G*H,)

    Source: the default of `torch.nn.RNN`, `GRU` and `LSTM`.
    """
    bound, rows = hidden_size**-0.5, blocks * hidden_size
    return {
        "weight_ih": rng.uniform(-bound, bound, (rows, input_size)),
        "weight_hh": rng.uniform(-bound, bound, (rows, hidden_size)),
        "bias_ih": rng.uniform(-bound, bound, rows),
        "bias_hh": rng.uniform(-bound, bound, rows),
    }


def init_rnn(input_size, hidden_size, rng):
    """Random parameters for `rnn_step` and `relu_rnn_step`, as PyTorch draws them."""
    return init_cell(1, input_size, hidden_size, rng)


def set_identity(params, *, scale=1.0):
    """Set, in place, each weight_hh to scale times the identity and its biases to 0.

    At scale 1 a ReLU unit that receives no input keeps its value.

    Parameters
    ----------
    params : of a cell, a stack or a whole model of plain recurrent layers
    scale : the size of every eigenvalue

    Raises
    ------
    ValueError : a recurrent layer has gates.

    Source: Le, Jaitly & Hinton 2015; differs: the input weights are left alone.
    """
    for name in recurrent_weights(params, {1}):
        params[name][...] = scale * np.eye(len(params[name]))
        set_biases(params, name, slice(None), 0)


def set_orthogonal(params, rng, *, scale=1.0):
    """Set, in place, each weight_hh to scale times a random rotation, biases to 0.

    Parameters
    ----------
    params : of a cell, a stack or a whole model of plain recurrent layers
    rng : np.random.Generator
    scale : the modulus of every eigenvalue, and every singular value

    Raises
    ------
    ValueError : a recurrent layer has gates.

    Source: Saxe, McClelland & Ganguli 2014.
    """
    for name in recurrent_weights(params, {1}):
        q, r = np.linalg.qr(rng.normal(size=params[name].shape))
        # QR fixes the signs of r's diagonal by habit; undone, q is uniform.
        params[name][...] = scale * q * np.sign(np.diag(r))
        set_biases(params, name, slice(None), 0)


def set_gate_bias(params, value, *, block_of):
    """Set, in place, the bias of one gate in every recurrent layer.

    Parameters
    ----------
    params : of a cell, a stack or a whole model
    value : what the gate's bias becomes
    block_of : dict, the gate's block of rows for each possible number of blocks

    Raises
    ------
    ValueError : a recurrent layer has another number of blocks.
    """
    for name in recurrent_weights(params, block_of):
        rows, hidden_size = params[name].shape
        start = block_of[rows // hidden_size] * hidden_size
        set_biases(params, name, slice(start, start + hidden_size), value)


def set_biases(params, name, rows, value):
    """Set some rows of both biases beside weight_hh, so that they add to `value`."""
    params[name.replace("weight_hh", "bias_ih")][rows] = value
    params[name.replace("weight_hh", "bias_hh")][rows] = 0


def recurrent_weights(params, allowed_blocks):
    """The name of each layer's weight_hh; all must have an allowed number of blocks."""
    names = [name for name in params if "weight_hh" in name]
    if not names:
        raise ValueError(f"no recurrent layer among the parameters {sorted(params)}")
    for name in names:
        rows, hidden_size = params[name].shape
        if rows / hidden_size not in allowed_blocks:
            raise ValueError(
                f"{name} has {rows // hidden_size} blocks of {hidden_size} rows, this "
                f"setting needs {' or '.join(map(str, allowed_blocks))}: use the one "
                "that belongs to the cell"
            )
    return names
