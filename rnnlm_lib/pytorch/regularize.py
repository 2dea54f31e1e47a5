"""Two dropouts made for recurrent networks: one mask for all steps, and for weights."""

import torch
from torch import nn
from torch.func import functional_call


class LockedDropout(nn.Module):
    """Dropout with one mask for the whole sequence: a unit is gone at every step.

    Parameters
    ----------
    p : chance that a unit is set to zero while training

    Source: Gal & Ghahramani 2016.

    Built in chapter 13.
    """

    def __init__(self, p):
        super().__init__()
        self.p = check_chance(p)

    def forward(self, x):
        """x (T, B, H) times a mask (1, B, H), scaled so that its mean stays."""
        if not self.training or self.p == 0:
            return x
        return x * nn.functional.dropout(torch.ones_like(x[:1]), self.p)


def weight_drop(stack, p, *args):
    """Run a recurrent stack with some of its recurrent weights set to zero.

    Parameters
    ----------
    stack : of `recurrent`; its parameters stay as they are and receive the gradients
    p : chance that a recurrent weight is zero in this pass, while training
    args : what the stack is called with, x (T, B, D) and state

    Returns
    -------
    outputs, state : of the stack

    Source: Merity, Keskar & Socher 2018, section 2 (DropConnect of Wan et al. 2013).

    Built in chapter 13.
    """
    if not stack.training or check_chance(p) == 0:
        return stack(*args)
    dropped = {
        name: nn.functional.dropout(value, p)
        for name, value in stack.named_parameters()
        if name.startswith("weight_hh")
    }
    return functional_call(stack, dropped, args)


def check_chance(p):
    """The chance p, if it is one.

    Raises
    ------
    ValueError : p is not in [0, 1).
    """
    if not 0 <= p < 1:
        raise ValueError(f"a dropout of {p} is not in [0, 1); 0 switches it off")
    return p
