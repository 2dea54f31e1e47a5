"""The readable GRU steps: without a reset gate, and with one after or before W h.

The mirror of `rnnlm_lib.scratch.gru`. `torch.nn.GRU` has only the one in the middle.
"""

import torch

from rnnlm_lib.pytorch.rnn import preactivation


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

    Built in chapter 8.
    """
    a_z, a_n = preactivation(x, h_prev, params).chunk(2, dim=1)
    z, n = torch.sigmoid(a_z), torch.tanh(a_n)
    return (1 - z) * n + z * h_prev


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

    Built in chapter 8.
    """
    ax = x @ params["weight_ih"].T + params["bias_ih"]  # (B, 3H)
    ah = h_prev @ params["weight_hh"].T + params["bias_hh"]
    ax_r, ax_z, ax_n = ax.chunk(3, dim=1)
    ah_r, ah_z, ah_n = ah.chunk(3, dim=1)
    r, z = torch.sigmoid(ax_r + ah_r), torch.sigmoid(ax_z + ah_z)
    n = torch.tanh(ax_n + r * ah_n)
    return (1 - z) * n + z * h_prev


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

    Source: Cho et al. 2014, eq. 5-8.

    Built in chapter 8.
    """
    rows = 2 * h_prev.shape[1]
    gates = {name: value[:rows] for name, value in params.items()}
    candidate = {name: value[rows:] for name, value in params.items()}
    a_r, a_z = preactivation(x, h_prev, gates).chunk(2, dim=1)
    r, z = torch.sigmoid(a_r), torch.sigmoid(a_z)
    n = torch.tanh(preactivation(x, r * h_prev, candidate))
    return (1 - z) * n + z * h_prev
