"""The readable cells of plain recurrent networks, and what every cell shares.

The mirror of `rnnlm_lib.scratch.rnn`: the same steps under the same names, without a
cache, because autograd keeps it, and without a backward, because autograd walks it.
"""

import torch
from torch import nn


class Cell(nn.Module):
    """One step of a recurrent layer as a module: `state = cell(x, state)`.

    Parameters
    ----------
    step : such as `rnn_step`
    blocks : G, the number of blocks of H rows
    input_size, hidden_size : D, H
    peepholes : bool, whether weight_ci, weight_cf and weight_co exist
    generator : torch.Generator, optional

    The module's parameters are those of the scratch half: weight_ih (G*H, D),
    weight_hh (G*H, H), bias_ih and bias_hh (G*H,).
    """

    def __init__(
        self,
        step,
        blocks,
        input_size,
        hidden_size,
        *,
        peepholes=False,
        generator=None,
    ):
        super().__init__()
        self.step = step
        shapes = cell_shapes(blocks, input_size, hidden_size, peepholes=peepholes)
        for name, shape in shapes.items():
            setattr(self, name, nn.Parameter(torch.empty(shape)))
        init_uniform(self.parameters(), hidden_size, generator)

    def forward(self, x, state):
        """The state after one step from x (B, D)."""
        return self.step(x, state, dict(self.named_parameters()))


def cell_shapes(blocks, input_size, hidden_size, *, peepholes=False):
    """Shapes of a cell's parameters, by name, in PyTorch's order."""
    rows = blocks * hidden_size
    shapes = {
        "weight_ih": (rows, input_size),
        "weight_hh": (rows, hidden_size),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }
    if peepholes:
        shapes |= dict.fromkeys(("weight_ci", "weight_cf", "weight_co"), (hidden_size,))
    return shapes


def init_uniform(parameters, hidden_size, generator=None):
    """Draw each number uniform in ±1/sqrt(H), as `torch.nn.LSTM` does."""
    bound = hidden_size**-0.5
    for parameter in parameters:
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def preactivation(x, h_prev, params):
    """Everything a unit sums before its nonlinearity: W_ih x + b_ih + W_hh h + b_hh."""
    from_input = x @ params["weight_ih"].T + params["bias_ih"]
    from_state = h_prev @ params["weight_hh"].T + params["bias_hh"]
    return from_input + from_state


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

    Built in chapter 3.
    """
    return torch.tanh(preactivation(x, h_prev, params))


def relu_rnn_step(x, h_prev, params):
    """One step of `rnn_step` with max(0, a) in place of tanh: nothing bounds h."""
    return torch.relu(preactivation(x, h_prev, params))
