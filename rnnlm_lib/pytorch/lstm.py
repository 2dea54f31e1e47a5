"""The readable LSTM steps: the usual one, with peepholes, without output tanh.

The mirror of `rnnlm_lib.scratch.lstm`. `torch.nn.LSTM` has only the first.
"""

import torch

from rnnlm_lib.pytorch.rnn import preactivation


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

    Built in chapter 9.
    """
    h_prev, c_prev = state
    a_i, a_f, a_g, a_o = preactivation(x, h_prev, params).chunk(4, dim=1)
    i, f, o = torch.sigmoid(a_i), torch.sigmoid(a_f), torch.sigmoid(a_o)
    c = f * c_prev + i * torch.tanh(a_g)
    return o * torch.tanh(c), c


def peephole_lstm_step(x, state, params):
    """One step of the LSTM whose gates see the cell: i and f the old one, o the new.

    Parameters
    ----------
    x : (B, D)
    state : h_prev (B, H), c_prev (B, H)
    params : as for `lstm_step`, and weight_ci, weight_cf, weight_co (H,)

    Returns
    -------
    state : h (B, H), c (B, H)

    Source: Gers & Schmidhuber 2000; Gers, Schraudolph & Schmidhuber 2002; differs:
    g and the output pass through tanh, as usual today.

    Built in chapter 9.
    """
    h_prev, c_prev = state
    a_i, a_f, a_g, a_o = preactivation(x, h_prev, params).chunk(4, dim=1)
    i = torch.sigmoid(a_i + params["weight_ci"] * c_prev)
    f = torch.sigmoid(a_f + params["weight_cf"] * c_prev)
    c = f * c_prev + i * torch.tanh(a_g)
    o = torch.sigmoid(a_o + params["weight_co"] * c)
    return o * torch.tanh(c), c


def lstm_without_output_tanh_step(x, state, params):
    """One step of the LSTM with h = o * c, as some lectures write it."""
    h_prev, c_prev = state
    a_i, a_f, a_g, a_o = preactivation(x, h_prev, params).chunk(4, dim=1)
    i, f, o = torch.sigmoid(a_i), torch.sigmoid(a_f), torch.sigmoid(a_o)
    c = f * c_prev + i * torch.tanh(a_g)
    return o * c, c
