"""The lectures' deep network: a dense layer with tanh after each recurrent layer.

h[l] comes from the recurrent layer, a[l] = tanh(W_a h[l] + b_a) goes to the next one.
Standard stacks, `recurrent_forward` among them, pass h[l] on as it is.
"""

import numpy as np

from rnnlm_lib.scratch.functional import linear, linear_backward, tanh_backward
from rnnlm_lib.scratch.layer import layer_backward, layer_forward
from rnnlm_lib.scratch.recurrent import (
    check_sizes,
    init_recurrent,
    layer_suffixes,
    stack,
    unstack,
)


def activation_stack_forward(cell, x, state, params, *, num_layers=1):
    """Run recurrent layers with an activation layer after each.

    Parameters
    ----------
    cell : a name in `CELLS`
    x : (T, B, D)
    state : h (L, B, H), or (h, c)
    params : as for `recurrent_forward`, and weight_a_l0 (H, H), bias_a_l0 (H,), ...

    Returns
    -------
    outputs : (T, B, H), a of the top layer
    state : after the last step
    cache : for `activation_stack_backward`

    Raises
    ------
    ValueError : sizes do not fit each other, or the cell is unknown.

    Built in chapter 11.
    """
    layers = layer_suffixes(num_layers, bidirectional=False)
    check_sizes(cell, x, state, params, layers)
    ends, cache = [], []
    for start, (suffix,) in zip(unstack(state), layers, strict=True):
        h, end, passes = layer_forward(cell, x, [start], params, [suffix])
        a, dense = linear(h, params[f"weight_a{suffix}"], params[f"bias_a{suffix}"])
        x = np.tanh(a)
        ends += end
        cache.append((suffix, passes, dense, x))
    return x, stack(ends), cache


def activation_stack_backward(cell, doutputs, dstate, cache):
    """Gradients of `activation_stack_forward`.

    Parameters
    ----------
    cell : a name in `CELLS`
    doutputs : (T, B, H)
    dstate : gradient of the last state
    cache : of `activation_stack_forward`

    Returns
    -------
    dx : (T, B, D)
    dstate : gradient of the first state
    grads : dict like params

    Built in chapter 11.
    """
    dends, dstarts, grads = unstack(dstate), [], {}
    for suffix, passes, dense, x in reversed(cache):
        da = tanh_backward(doutputs, x)
        dh, dweight, dbias = linear_backward(da, dense)
        doutputs, dstart, new = layer_backward(cell, dh, [dends.pop()], passes)
        dstarts = dstart + dstarts
        new |= {f"weight_a{suffix}": dweight, f"bias_a{suffix}": dbias}
        grads = new | grads
    return doutputs, stack(dstarts), grads


def init_activation_stack(cell, input_size, hidden_size, *, num_layers=1, rng):
    """Random parameters: those of the stack, and H*H + H more for each layer."""
    params = init_recurrent(
        cell, input_size, hidden_size, num_layers=num_layers, rng=rng
    )
    bound = hidden_size**-0.5
    for (suffix,) in layer_suffixes(num_layers, bidirectional=False):
        shape = (hidden_size, hidden_size)
        params[f"weight_a{suffix}"] = rng.uniform(-bound, bound, shape)
        params[f"bias_a{suffix}"] = rng.uniform(-bound, bound, hidden_size)
    return params
