"""One recurrent layer, in one direction or in both.

The state of a layer is a list: one state, h (B, H) or (h, c), for each direction.
"""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from rnnlm_lib.scratch.bptt import (
    unroll,
    unroll_backward,
    unroll_masked,
    unroll_masked_backward,
)
from rnnlm_lib.scratch.cells import find_cell
from rnnlm_lib.scratch.fused import FUSED, fused_unroll, fused_unroll_backward


class Pass(NamedTuple):
    """One direction of one layer after its forward pass: what going back needs."""

    suffix: str
    how: str
    cache: Any


def layer_forward(cell, x, states, params, suffixes, *, mask=None, fused=False):
    """Read a sequence in each direction; the directions share nothing but the input.

    Parameters
    ----------
    cell : a name in `CELLS`
    x : (T, B, D)
    states : before the first step of each direction
    params : dict with each direction's parameters, such as weight_ih_l0_reverse
    suffixes : such as ["_l0"] or ["_l0", "_l0_reverse"]
    mask : (T, B) bool, optional; at a False position nothing changes
    fused : use the fast twin of `unroll` where there is one (no mask)

    Returns
    -------
    outputs : (T, B, H) for each direction, side by side
    states : after the last step of each direction
    passes : list of `Pass`, for `layer_backward`

    Built in chapter 10.
    """
    how = "masked" if mask is not None else "fused" if fused else "plain"
    forward, _ = over_time(cell, how)
    outputs, ends, passes = [], [], []
    for state, suffix in zip(states, suffixes, strict=True):
        order = reading_order(suffix)
        masks = () if mask is None else (mask[order],)
        out, end, cache = forward(x[order], state, select(params, suffix), *masks)
        outputs.append(out[order])
        ends.append(end)
        passes.append(Pass(suffix, how, cache))
    return np.concatenate(outputs, axis=2), ends, passes


def layer_backward(cell, doutputs, dstates, passes):
    """Gradients of `layer_forward`: the input receives the sum of both directions.

    Parameters
    ----------
    cell : a name in `CELLS`
    doutputs : (T, B, H) for each direction, side by side
    dstates : gradient of the last state of each direction
    passes : of `layer_forward`

    Returns
    -------
    dx : (T, B, D)
    dstates : gradient of the first state of each direction
    grads : dict like params

    Built in chapter 10.
    """
    dx, dstarts, grads = 0, [], {}
    douts = np.split(doutputs, len(passes), axis=2)
    for dout, dend, (suffix, how, cache) in zip(douts, dstates, passes, strict=True):
        _, backward = over_time(cell, how)
        order = reading_order(suffix)
        dx_one, dstart, new = backward(dout[order], dend, cache)
        dx = dx + dx_one[order]
        dstarts.append(dstart)
        grads |= {name + suffix: grad for name, grad in new.items()}
    return dx, dstarts, grads


def over_time(cell, how):
    """The forward and the backward that run a cell through a sequence."""
    step, step_backward, *_ = find_cell(cell)
    if how == "masked":
        pair = (
            partial(unroll_masked, step),
            partial(unroll_masked_backward, step_backward),
        )
    elif how == "fused" and cell in FUSED:
        pair = partial(fused_unroll, cell), partial(fused_unroll_backward, cell)
    else:
        pair = partial(unroll, step), partial(unroll_backward, step_backward)
    return pair


def reading_order(suffix):
    """The slice that puts positions into the order in which a direction reads them."""
    return slice(None, None, -1 if suffix.endswith("_reverse") else 1)


def select(params, suffix):
    """The parameters of one layer and direction, named as the cell names them."""
    return {k.removesuffix(suffix): v for k, v in params.items() if k.endswith(suffix)}


def gates(cell, one_pass):
    """What each gate did in one direction of one layer, in the order of the text.

    Parameters
    ----------
    cell : a name in `CELLS`, of a cell with gates
    one_pass : of `layer_forward`, with neither mask nor fused

    Returns
    -------
    gates : dict of (T, B, H), such as i, f, g, o

    Raises
    ------
    ValueError : the cell has no gates, or the pass did not keep them step by step.
    """
    names = find_cell(cell).blocks
    if len(names) == 1 or one_pass.how != "plain":
        raise ValueError(
            f"gates need a cell that has some and a plain pass, got {cell} in a "
            f"{one_pass.how} pass: run without mask and fused"
        )
    over_steps = np.stack([cache[2] for cache in one_pass.cache], axis=1)
    return dict(zip(names, over_steps[:, reading_order(one_pass.suffix)], strict=True))
