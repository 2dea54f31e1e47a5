"""Depth and direction for every cell.

A stack names its parameters as PyTorch does, weight_ih_l0, weight_ih_l0_reverse, ...,
and its state holds one (B, H) for each layer and direction: h (L*D, B, H) or (h, c).
"""

import numpy as np

from rnnlm_lib.scratch.bptt import map_state
from rnnlm_lib.scratch.cells import CELLS, find_cell
from rnnlm_lib.scratch.functional import dropout, dropout_backward
from rnnlm_lib.scratch.layer import gates, layer_backward, layer_forward, select

__all__ = [
    "CELLS",
    "gates",
    "init_recurrent",
    "recurrent_backward",
    "recurrent_forward",
    "select",
    "zero_state",
]


def recurrent_forward(
    cell,
    x,
    state,
    params,
    *,
    num_layers=1,
    bidirectional=False,
    mask=None,
    dropout_rate=0.0,
    rng=None,
    fused=False,
):
    """Run a stack of recurrent layers: each layer's outputs are the next one's inputs.

    Parameters
    ----------
    cell : a name in `CELLS`
    x : (T, B, D)
    state : h (L*D, B, H), or (h, c); see `zero_state`
    params : dict of weight_ih_l0, ..., with _reverse for the second direction
    mask : (T, B) bool, optional; a False position (padding) changes nothing: the
        state is carried past it, and the output there is 0
    dropout_rate, rng : share of zeros between layers (none after the last)
    fused : use the fast twin of `unroll` where there is one (no mask)

    Returns
    -------
    outputs : (T, B, H) of the top layer, for each direction, side by side
    state : like the given one, after the last step of each direction
    cache : a list with (passes, dropped) for each layer, for `recurrent_backward`

    Raises
    ------
    ValueError : sizes do not fit each other, or the cell is unknown.

    Built in chapter 11.
    """
    layers = layer_suffixes(num_layers, bidirectional)
    check_sizes(cell, x, state, params, layers, mask)
    starts, ends, cache = unstack(state), [], []
    for suffixes in layers:
        dropped = None
        if cache and dropout_rate:
            x, dropped = dropout(x, dropout_rate, rng)
        first = starts[len(ends) : len(ends) + len(suffixes)]
        x, last, passes = layer_forward(
            cell, x, first, params, suffixes, mask=mask, fused=fused
        )
        ends += last
        cache.append((passes, dropped))
    return x, stack(ends), cache


def recurrent_backward(cell, doutputs, dstate, cache):
    """Gradients of `recurrent_forward`: through the layers from the top down.

    Parameters
    ----------
    cell : a name in `CELLS`
    doutputs : like the outputs
    dstate : gradient of the last state
    cache : of `recurrent_forward`

    Returns
    -------
    dx : (T, B, D)
    dstate : gradient of the first state
    grads : dict like params

    Built in chapter 11.
    """
    dends, dstarts, grads = unstack(dstate), [], {}
    for passes, dropped in reversed(cache):
        last = [dends.pop() for _ in passes][::-1]
        doutputs, first, new = layer_backward(cell, doutputs, last, passes)
        if dropped is not None:
            doutputs = dropout_backward(doutputs, dropped)
        dstarts = first + dstarts
        grads = new | grads
    return doutputs, stack(dstarts), grads


def layer_suffixes(num_layers, bidirectional):
    """The end of each parameter's name: for every layer, one or two directions."""
    directions = ("", "_reverse") if bidirectional else ("",)
    return [[f"_l{layer}{d}" for d in directions] for layer in range(num_layers)]


def unstack(state):
    """A stacked state (n, B, H) as a list of n states (B, H)."""
    return list(zip(*state, strict=True)) if isinstance(state, tuple) else list(state)


def stack(states):
    """A list of n states (B, H) as one stacked state (n, B, H)."""
    return map_state(lambda *parts: np.stack(parts), *states)


def zero_state(
    cell, batch_size, hidden_size, *, num_layers=1, bidirectional=False, dtype=float
):
    """The state before anything was read: zeros, h (L*D, B, H) or (h, c)."""
    shape = (num_layers * (1 + bidirectional), batch_size, hidden_size)
    h, *c = (np.zeros(shape, dtype) for _ in find_cell(cell).state)
    return (h, *c) if c else h


def init_recurrent(
    cell, input_size, hidden_size, *, num_layers=1, bidirectional=False, rng
):
    """Random parameters of a stack, as PyTorch draws them.

    Returns
    -------
    params : dict of float64 weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, ...
        in PyTorch's order; a higher layer reads H inputs from each direction
    """
    params = {}
    for suffixes in layer_suffixes(num_layers, bidirectional):
        for suffix in suffixes:
            new = find_cell(cell).init(input_size, hidden_size, rng)
            params |= {name + suffix: value for name, value in new.items()}
        input_size = hidden_size * len(suffixes)
    return params


def check_sizes(cell, x, state, params, layers, mask=None):
    """Raise ValueError, naming both numbers, unless everything fits together."""
    if x.ndim != 3 or len(x) == 0:
        raise ValueError(f"x must be (T, B, D) with T >= 1, got shape {x.shape}")
    if mask is not None and mask.shape != x.shape[:2]:
        raise ValueError(f"mask must be (T, B) = {x.shape[:2]}, got {mask.shape}")
    letters, blocks = find_cell(cell).state, len(find_cell(cell).blocks)
    parts = state if isinstance(state, tuple) else (state,)
    hidden_size = parts[0].shape[-1]
    count = sum(len(suffixes) for suffixes in layers)
    want = [(count, x.shape[1], hidden_size)] * len(letters)
    if [part.shape for part in parts] != want:
        raise ValueError(
            f"the state of {cell} must be {', '.join(letters)} of shape {want[0]}, "
            f"got {[part.shape for part in parts]}: start from zero_state"
        )
    input_size = x.shape[2]
    for suffixes in layers:
        want = (blocks * hidden_size, input_size)
        for name in (f"weight_ih{suffix}" for suffix in suffixes):
            got = params[name].shape if name in params else "none"
            if got != want:
                raise ValueError(
                    f"{name} of {cell} must be (G*H, D) = {want} for inputs of "
                    f"{input_size} and a state of {hidden_size} numbers, got {got}"
                )
        input_size = hidden_size * len(suffixes)
    found = sum("weight_ih" in name for name in params)
    if found != count:
        raise ValueError(
            f"the parameters hold {found} layers and directions, but {count} are asked "
            "for: set num_layers and bidirectional as they were made"
        )
