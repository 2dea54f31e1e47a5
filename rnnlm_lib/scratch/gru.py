"""The gated recurrent unit: without a reset gate, and with one after or before W h.

The update gate z keeps: h = (1 - z) * n + z * h_prev. The last block of rows belongs
to the candidate n, the one before it to z.
"""

import numpy as np

from rnnlm_lib.scratch.functional import sigmoid, sigmoid_backward, tanh_backward
from rnnlm_lib.scratch.rnn import (
    init_cell,
    preactivation,
    preactivation_backward,
    set_gate_bias,
)


def simplified_gru_step(x, h_prev, params):
    """One step of the GRU without a reset gate: the candidate sees all of h_prev.

    Parameters
    ----------
    x : (B, D)
    h_prev : (B, H)
    params : weight_ih (2H, D), weight_hh (2H, H), bias_ih and bias_hh (2H,); z, n

    Returns
    -------
    h : (B, H)
    cache : for `simplified_gru_step_backward`; its third item is (z, n)

    Built in chapter 8.
    """
    a_z, a_n = np.split(preactivation(x, h_prev, params), 2, axis=1)
    z = sigmoid(a_z)  # update gate: 1 keeps, 0 overwrites
    n = np.tanh(a_n)  # candidate
    h = (1 - z) * n + z * h_prev
    return h, (x, h_prev, (z, n), params)


def simplified_gru_step_backward(dh, cache):
    """Gradients of `simplified_gru_step`, given dh (B, H).

    Returns
    -------
    dx : (B, D)
    dh_prev : (B, H)
    grads : dict like params

    Built in chapter 8.
    """
    x, h_prev, (z, n), params = cache
    da_z = sigmoid_backward(dh * (h_prev - n), z)
    da_n = tanh_backward(dh * (1 - z), n)
    da = np.concatenate([da_z, da_n], axis=1)  # (B, 2H)
    dx, dh_prev, grads = preactivation_backward(da, x, h_prev, params)
    return dx, dh_prev + dh * z, grads


def gru_step(x, h_prev, params):
    """One step of PyTorch's GRU: the reset gate scales what W_hn has made of h_prev.

    Parameters
    ----------
    x : (B, D)
    h_prev : (B, H)
    params : weight_ih (3H, D), weight_hh (3H, H), bias_ih and bias_hh (3H,); r, z, n

    Returns
    -------
    h : (B, H)
    cache : for `gru_step_backward`; its third item is (r, z, n)

    Source: `torch.nn.GRU`; differs from Cho et al. 2014, see `gru_reset_before_step`.

    Built in chapter 8.
    """
    ax = x @ params["weight_ih"].T + params["bias_ih"]  # (B, 3H)
    ah = h_prev @ params["weight_hh"].T + params["bias_hh"]
    ax_r, ax_z, ax_n = np.split(ax, 3, axis=1)
    ah_r, ah_z, ah_n = np.split(ah, 3, axis=1)
    r = sigmoid(ax_r + ah_r)  # reset gate: 0 hides the past from the candidate
    z = sigmoid(ax_z + ah_z)  # update gate: 1 keeps, 0 overwrites
    n = np.tanh(ax_n + r * ah_n)  # candidate
    h = (1 - z) * n + z * h_prev
    return h, (x, h_prev, (r, z, n), ah_n, params)


def gru_step_backward(dh, cache):
    """Gradients of `gru_step`, given dh (B, H).

    Returns
    -------
    dx : (B, D)
    dh_prev : (B, H)
    grads : dict like params

    Built in chapter 8.
    """
    x, h_prev, (r, z, n), ah_n, params = cache
    da_n = tanh_backward(dh * (1 - z), n)
    da_z = sigmoid_backward(dh * (h_prev - n), z)
    da_r = sigmoid_backward(da_n * ah_n, r)
    dax = np.concatenate([da_r, da_z, da_n], axis=1)  # (B, 3H)
    dah = np.concatenate([da_r, da_z, da_n * r], axis=1)
    grads = {
        "weight_ih": dax.T @ x,
        "weight_hh": dah.T @ h_prev,
        "bias_ih": dax.sum(axis=0),
        "bias_hh": dah.sum(axis=0),
    }
    dh_prev = dah @ params["weight_hh"] + dh * z
    return dax @ params["weight_ih"], dh_prev, grads


def gru_reset_before_step(x, h_prev, params):
    """One step of the lectures' GRU: the reset gate scales h_prev before W_hn.

    Parameters
    ----------
    x : (B, D)
    h_prev : (B, H)
    params : as for `gru_step`; the same numbers make a different network

    Returns
    -------
    h : (B, H)
    cache : for `gru_reset_before_step_backward`; its third item is (r, z, n)

    Source: Cho et al. 2014, eq. 5-8.

    Built in chapter 8.
    """
    gates, candidate = split_candidate(params)
    a_r, a_z = np.split(preactivation(x, h_prev, gates), 2, axis=1)
    r = sigmoid(a_r)  # reset gate: 0 hides the past from the candidate
    z = sigmoid(a_z)  # update gate: 1 keeps, 0 overwrites
    n = np.tanh(preactivation(x, r * h_prev, candidate))
    h = (1 - z) * n + z * h_prev
    return h, (x, h_prev, (r, z, n), params)


def gru_reset_before_step_backward(dh, cache):
    """Gradients of `gru_reset_before_step`, given dh (B, H).

    Returns
    -------
    dx : (B, D)
    dh_prev : (B, H)
    grads : dict like params

    Built in chapter 8.
    """
    x, h_prev, (r, z, n), params = cache
    gates, candidate = split_candidate(params)
    da_n = tanh_backward(dh * (1 - z), n)
    dx_n, drh, grads_n = preactivation_backward(da_n, x, r * h_prev, candidate)
    da_r = sigmoid_backward(drh * h_prev, r)
    da_z = sigmoid_backward(dh * (h_prev - n), z)
    da = np.concatenate([da_r, da_z], axis=1)  # (B, 2H)
    dx, dh_prev, grads = preactivation_backward(da, x, h_prev, gates)
    grads = {name: np.concatenate([grads[name], grads_n[name]]) for name in grads}
    return dx + dx_n, dh_prev + drh * r + dh * z, grads


def split_candidate(params):
    """The rows of the gates r and z, and those of the candidate n, as two dicts."""
    rows = 2 * params["weight_hh"].shape[1]
    gates = {name: value[:rows] for name, value in params.items()}
    return gates, {name: value[rows:] for name, value in params.items()}


def init_simplified_gru(input_size, hidden_size, rng):
    """Random parameters for `simplified_gru_step`, drawn as PyTorch draws a GRU's."""
    return init_cell(2, input_size, hidden_size, rng)


def init_gru(input_size, hidden_size, rng):
    """Random parameters for either GRU with a reset gate, as PyTorch draws them."""
    return init_cell(3, input_size, hidden_size, rng)


def set_update_bias(params, value):
    """Set, in place, the update gate's bias: above 0, a GRU starts out keeping.

    Parameters
    ----------
    params : of a cell, a stack or a whole model of GRU layers, of one kind
    value : what the bias of z becomes

    Raises
    ------
    ValueError : the recurrent layers are not GRUs.

    Built in chapter 8.
    """
    set_gate_bias(params, value, block_of={2: 0, 3: 1})
