"""Long short-term memory: the usual cell, one with peepholes, one without output tanh.

Blocks of rows stand in PyTorch's order: input gate i, forget gate f, candidate g,
output gate o. A state is the pair (h, c).
"""

import numpy as np

from rnnlm_lib.scratch.functional import sigmoid, sigmoid_backward, tanh_backward
from rnnlm_lib.scratch.rnn import (
    init_cell,
    preactivation,
    preactivation_backward,
    set_gate_bias,
)


def lstm_step(x, state, params):
    """One step of the LSTM: c = f * c_prev + i * g, and h = o * tanh(c).

    Parameters
    ----------
    x : (B, D)
    state : h_prev (B, H), c_prev (B, H)
    params : weight_ih (4H, D), weight_hh (4H, H), bias_ih and bias_hh (4H,); i, f, g, o

    Returns
    -------
    state : h (B, H), c (B, H)
    cache : for `lstm_step_backward`; its third item is (i, f, g, o)

    Source: Hochreiter & Schmidhuber 1997; differs: with the forget gate of Gers,
    Schmidhuber & Cummins 2000, as `torch.nn.LSTM`.

    Built in chapter 9.
    """
    h_prev, c_prev = state
    a_i, a_f, a_g, a_o = np.split(preactivation(x, h_prev, params), 4, axis=1)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    return (h, c), (x, state, (i, f, g, o), c, params)


def lstm_step_backward(dstate, cache):
    """Gradients of `lstm_step`, given dh and dc, each (B, H).

    Returns
    -------
    dx : (B, D)
    dstate_prev : dh_prev (B, H), dc_prev (B, H)
    grads : dict like params

    Built in chapter 9.
    """
    x, (h_prev, c_prev), (i, f, g, o), c, params = cache
    dh, dc = dstate
    tanh_c = np.tanh(c)
    dc = dc + tanh_backward(dh * o, tanh_c)  # c is used twice: by h, and later on
    da_i = sigmoid_backward(dc * g, i)
    da_f = sigmoid_backward(dc * c_prev, f)
    da_g = tanh_backward(dc * i, g)
    da_o = sigmoid_backward(dh * tanh_c, o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)  # (B, 4H)
    dx, dh_prev, grads = preactivation_backward(da, x, h_prev, params)
    return dx, (dh_prev, dc * f), grads


def peephole_lstm_step(x, state, params):
    """One step of the LSTM whose gates see the cell: i and f the old one, o the new.

    Parameters
    ----------
    x : (B, D)
    state : h_prev (B, H), c_prev (B, H)
    params : as for `lstm_step`, and weight_ci, weight_cf, weight_co (H,): one weight
        for each unit, which looks at its own cell only

    Returns
    -------
    state : h (B, H), c (B, H)
    cache : for `peephole_lstm_step_backward`; its third item is (i, f, g, o)

    Source: Gers & Schmidhuber 2000; Gers, Schraudolph & Schmidhuber 2002; differs:
    g and the output pass through tanh, as usual today.

    Built in chapter 9.
    """
    h_prev, c_prev = state
    a_i, a_f, a_g, a_o = np.split(preactivation(x, h_prev, params), 4, axis=1)
    i = sigmoid(a_i + params["weight_ci"] * c_prev)
    f = sigmoid(a_f + params["weight_cf"] * c_prev)
    g = np.tanh(a_g)
    c = f * c_prev + i * g
    o = sigmoid(a_o + params["weight_co"] * c)
    h = o * np.tanh(c)
    return (h, c), (x, state, (i, f, g, o), c, params)


def peephole_lstm_step_backward(dstate, cache):
    """Gradients of `peephole_lstm_step`, given dh and dc, each (B, H).

    Returns
    -------
    dx : (B, D)
    dstate_prev : dh_prev (B, H), dc_prev (B, H)
    grads : dict like params

    Built in chapter 9.
    """
    x, (h_prev, c_prev), (i, f, g, o), c, params = cache
    dh, dc = dstate
    tanh_c = np.tanh(c)
    da_o = sigmoid_backward(dh * tanh_c, o)
    dc = dc + tanh_backward(dh * o, tanh_c) + da_o * params["weight_co"]
    da_i = sigmoid_backward(dc * g, i)
    da_f = sigmoid_backward(dc * c_prev, f)
    da_g = tanh_backward(dc * i, g)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)  # (B, 4H)
    dx, dh_prev, grads = preactivation_backward(da, x, h_prev, params)
    grads["weight_ci"] = (da_i * c_prev).sum(axis=0)
    grads["weight_cf"] = (da_f * c_prev).sum(axis=0)
    grads["weight_co"] = (da_o * c).sum(axis=0)
    dc_prev = dc * f + da_i * params["weight_ci"] + da_f * params["weight_cf"]
    return dx, (dh_prev, dc_prev), grads


def lstm_without_output_tanh_step(x, state, params):
    """One step of the LSTM with h = o * c, as some lectures write it.

    Parameters
    ----------
    x : (B, D)
    state : h_prev (B, H), c_prev (B, H)
    params : as for `lstm_step`

    Returns
    -------
    state : h (B, H), c (B, H)
    cache : for `lstm_without_output_tanh_step_backward`; third item (i, f, g, o)

    Built in chapter 9.
    """
    h_prev, c_prev = state
    a_i, a_f, a_g, a_o = np.split(preactivation(x, h_prev, params), 4, axis=1)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c = f * c_prev + i * g
    return (o * c, c), (x, state, (i, f, g, o), c, params)


def lstm_without_output_tanh_step_backward(dstate, cache):
    """Gradients of `lstm_without_output_tanh_step`, given dh and dc, each (B, H).

    Returns
    -------
    dx : (B, D)
    dstate_prev : dh_prev (B, H), dc_prev (B, H)
    grads : dict like params

    Built in chapter 9.
    """
    x, (h_prev, c_prev), (i, f, g, o), c, params = cache
    dh, dc = dstate
    dc = dc + dh * o
    da_i = sigmoid_backward(dc * g, i)
    da_f = sigmoid_backward(dc * c_prev, f)
    da_g = tanh_backward(dc * i, g)
    da_o = sigmoid_backward(dh * c, o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)  # (B, 4H)
    dx, dh_prev, grads = preactivation_backward(da, x, h_prev, params)
    return dx, (dh_prev, dc * f), grads


def init_lstm(input_size, hidden_size, rng):
    """Random parameters of an LSTM without peepholes, as PyTorch draws them."""
    return init_cell(4, input_size, hidden_size, rng)


def init_peephole_lstm(input_size, hidden_size, rng):
    """Random parameters for `peephole_lstm_step`, all uniform in ±1/sqrt(H)."""
    bound = hidden_size**-0.5
    peepholes = {
        name: rng.uniform(-bound, bound, hidden_size)
        for name in ("weight_ci", "weight_cf", "weight_co")
    }
    return init_cell(4, input_size, hidden_size, rng) | peepholes


def set_forget_bias(params, value):
    """Set, in place, the forget gate's bias: above 0, an LSTM starts out keeping.

    Parameters
    ----------
    params : of a cell, a stack or a whole model of LSTM layers, of any kind
    value : what the bias of f becomes

    Raises
    ------
    ValueError : the recurrent layers are not LSTMs.

    Source: Jozefowicz, Zaremba & Sutskever 2015.

    Built in chapter 9.
    """
    set_gate_bias(params, value, block_of={4: 1})
