"""What is done once for a whole sequence: large products, and the loss over V words.

The parts of `fused`, and the loss of the output layer, which needs no loop over time.
"""

import numpy as np

CACHED_NUMBERS = 1 << 17  # in float32, half of a common second-level cache


def rows(x):
    """View (T, B, D) as T*B rows: in a product, a step is one more example."""
    return x.reshape(-1, x.shape[-1])


def blocks(a, count):
    """Views of the blocks of the last axis, each (T, B, H)."""
    return np.split(a, count, axis=-1)


def by_block(a, count):
    """View (T, B, G*H) with the blocks apart: (T, B, G, H)."""
    return a.reshape(*a.shape[:2], count, -1)


def room_for(state, steps):
    """An array for a state before the first and after each step: (T+1, B, H)."""
    history = np.empty((steps + 1, *state.shape), state.dtype)
    history[0] = state
    return history


def prepare(params, *, sigmoids):
    """Parameters in the form a fast loop wants.

    What leads to a sigmoid is halved: with sigmoid(a) = tanh(a / 2) / 2 + 1 / 2, one
    tanh serves all gates. And the weights are transposed.

    Parameters
    ----------
    params : weight_ih (G*H, D), weight_hh (G*H, H), bias_ih and bias_hh (G*H,)
    sigmoids : for each of the G blocks, 1 for a sigmoid, 0 for tanh

    Returns
    -------
    weight_ih (D, G*H), weight_hh (H, G*H), bias_ih, bias_hh
    """
    halved = np.repeat(sigmoids, len(params["bias_hh"]) // len(sigmoids))
    scale = (1 - halved / 2).astype(params["bias_hh"].dtype)
    # A product of few rows, as in the loop, wants the other matrix row by row.
    weight_hh = np.multiply(params["weight_hh"].T, scale, order="C")
    weight_ih = params["weight_ih"].T * scale
    return weight_ih, weight_hh, params["bias_ih"] * scale, params["bias_hh"] * scale


def sigmoid_from_tanh(sigmoids, like):
    """What turns tanh(a / 2) into sigmoid(a) where a block is a sigmoid.

    Parameters
    ----------
    sigmoids : for each of the G blocks, 1 for a sigmoid, 0 for tanh
    like : (B, H), for the size of a block and the dtype

    Returns
    -------
    scale, shift : (B, G*H), rows all alike, because equal shapes are faster; the gates
        are t * scale + shift
    """
    shift = np.repeat(np.array(sigmoids, like.dtype) / 2, like.shape[1])
    shift = np.tile(shift, (len(like), 1))
    return 1 - shift, shift


def input_product(x, weight_ih, bias):
    """What the inputs of all steps send to the gates, in one product: (T, B, G*H)."""
    a = rows(x) @ weight_ih
    a += bias
    return a.reshape(*x.shape[:2], -1)


def after_the_loop(dax, dah, x, dweight_hh, params):
    """Gradients of inputs and parameters, one product each for the whole sequence.

    Parameters
    ----------
    dax, dah : (T, B, G*H), gradients of W_ih x + b_ih and of W_hh h + b_hh
    x : (T, B, D)
    dweight_hh : (G*H, H), see `weight_gradient`
    params : of the cell

    Returns
    -------
    dx : (T, B, D)
    grads : dict like params
    """
    grads = {
        "weight_ih": weight_gradient(dax, x),
        "weight_hh": dweight_hh,
        "bias_ih": rows(dax).sum(axis=0),
        "bias_hh": rows(dah).sum(axis=0),
    }
    return (rows(dax) @ params["weight_ih"]).reshape(x.shape), grads


def weight_gradient(da, x):
    """Gradient of a matrix that met x (T, B, D) at every step: (G*H, D)."""
    return rows(da).T @ rows(x)


def sum_by_id(ids, vectors, size):
    """Fast twin of `embedding_backward`: sort by id, then sum each run of equal ids.

    Parameters
    ----------
    ids : (T, B), integers in 0..size-1
    vectors : (T, B, E)
    size : V

    Returns
    -------
    sums : (V, E), for each id the sum of its vectors
    """
    order = np.argsort(ids, axis=None, kind="stable")
    sorted_ids = ids.reshape(-1)[order]
    starts = np.flatnonzero(np.diff(sorted_ids, prepend=-1))
    sums = np.zeros((size, vectors.shape[-1]), vectors.dtype)
    sums[sorted_ids[starts]] = np.add.reduceat(rows(vectors)[order], starts)
    return sums


def output_layer_loss(outputs, weight, bias, targets, *, scale=1.0):
    """Output layer, softmax and loss, and the way back through all three.

    The scores of all words are the largest array of a step. A few rows at a time are
    turned into their own gradient, while they are in the processor's cache; so the
    array travels from memory once, and no second one like it is needed.

    Parameters
    ----------
    outputs : (N, H)
    weight, bias : (V, H), (V,)
    targets : (N,), integers in 0..V-1
    scale : multiplies the gradients, such as 1 / N for those of the mean

    Returns
    -------
    nll : (N,), -log p(target) in nats
    doutputs, dweight, dbias : gradients of the summed loss, times scale

    Built in chapter 14.
    """
    logits = outputs @ weight.T
    nll, dbias = np.empty(len(logits), logits.dtype), np.zeros_like(bias)
    step = max(1, CACHED_NUMBERS // logits.shape[1])
    for start in range(0, len(logits), step):
        chunk = logits[start : start + step]
        target = np.arange(len(chunk)), targets[start : start + step]
        chunk += bias
        chunk -= chunk.max(axis=1, keepdims=True)
        at_target = chunk[target]
        np.exp(chunk, out=chunk)
        total = chunk.sum(axis=1, keepdims=True)
        nll[start : start + step] = np.log(total[:, 0]) - at_target
        chunk *= scale / total
        chunk[target] -= scale
        dbias += chunk.sum(axis=0)
    return nll, logits @ weight, logits.T @ outputs, dbias
