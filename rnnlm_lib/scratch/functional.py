"""The functions every network here is made of, each with its backward pass.

Where the result alone is enough to go back (`sigmoid`, `tanh`, `softmax`,
`log_softmax`) the forward returns just that. Every other forward returns its value
and a cache: what has to be remembered until the backward pass.
"""

import numpy as np


def sigmoid(a):
    """Squash each number into (0, 1), without overflow for any finite input.

    Built in chapter 3.
    """
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def sigmoid_backward(ds, s):
    """Gradient of the input of `sigmoid`, given its output s."""
    return ds * s * (1 - s)


def tanh_backward(dt, t):
    """Gradient of the input of `np.tanh`, given its output t."""
    return dt * (1 - t**2)


def softmax(logits):
    """Probabilities along the last axis.

    Parameters
    ----------
    logits : (..., V)

    Returns
    -------
    probs : (..., V), positive, summing to one

    Built in chapter 3.
    """
    # The largest exponent becomes 0, so nothing overflows.
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def softmax_backward(dprobs, probs):
    """Gradient of the logits, given the output of `softmax`."""
    return probs * (dprobs - (dprobs * probs).sum(axis=-1, keepdims=True))


def log_softmax(logits):
    """Log-probabilities along the last axis, in nats.

    Parameters
    ----------
    logits : (..., V)

    Returns
    -------
    log_probs : (..., V), their exponentials sum to one
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def log_softmax_backward(dlog_probs, log_probs):
    """Gradient of the logits, given the output of `log_softmax`."""
    return dlog_probs - np.exp(log_probs) * dlog_probs.sum(axis=-1, keepdims=True)


def linear(x, weight, bias):
    """Affine map of the last axis: W x + b on paper, ``x @ W.T + b`` on screen.

    Parameters
    ----------
    x : (..., D)
    weight : (K, D)
    bias : (K,)

    Returns
    -------
    y : (..., K)
    cache : for `linear_backward`
    """
    return x @ weight.T + bias, (x, weight)


def linear_backward(dy, cache):
    """Gradients of x, weight and bias of `linear`, given dy (..., K)."""
    x, weight = cache
    rows = dy.reshape(-1, dy.shape[-1])  # every position is one more use of W
    dweight = rows.T @ x.reshape(-1, x.shape[-1])
    return dy @ weight, dweight, rows.sum(axis=0)


def embedding(ids, weight):
    """One row of the table for each id: what W times a one-hot vector would select.

    Parameters
    ----------
    ids : (...), integers in 0..V-1
    weight : (V, E)

    Returns
    -------
    vectors : (..., E)
    cache : for `embedding_backward`

    Raises
    ------
    ValueError : an id lies outside the table.

    Built in chapter 3.
    """
    check_ids(ids, len(weight))
    return weight[ids], (ids, weight)


def embedding_backward(dvectors, cache):
    """Gradient of the table (V, E): an id used n times receives n contributions."""
    ids, weight = cache
    dweight = np.zeros_like(weight)
    np.add.at(dweight, ids, dvectors)
    return dweight


def dropout(x, rate, rng):
    """Set a random share of x to zero and scale the rest, so the mean stays.

    Parameters
    ----------
    x : array
    rate : share of zeros, 0 <= rate < 1
    rng : np.random.Generator

    Returns
    -------
    y : array like x
    cache : for `dropout_backward`

    Raises
    ------
    ValueError : rate is not in [0, 1).
    """
    if not 0 <= rate < 1:
        raise ValueError(f"dropout needs 0 <= rate < 1, got {rate}")
    scale = ((rng.random(x.shape) >= rate) / (1 - rate)).astype(x.dtype)
    return x * scale, scale


def dropout_backward(dy, cache):
    """Gradient of x: the same elements are zero, the rest scaled alike."""
    return dy * cache


def cross_entropy(logits, targets, mask=None):
    """Negative log-likelihood of the targets, summed, and how many were counted.

    Parameters
    ----------
    logits : (..., V)
    targets : (...), integers in 0..V-1
    mask : (...) bool, optional; False positions (padding) count for nothing

    Returns
    -------
    nats : summed -log p(target)
    count : number of targets counted; nats / count is the mean in nats per token
    cache : for `cross_entropy_backward`

    Raises
    ------
    ValueError : a target lies outside the vocabulary.

    Built in chapter 5.
    """
    check_ids(targets, logits.shape[-1])
    mask = np.ones(targets.shape, bool) if mask is None else mask
    log_probs = log_softmax(logits)
    log_likelihood = np.take_along_axis(log_probs, targets[..., None], -1)[..., 0]
    nats = -log_likelihood.sum(where=mask)
    return nats, np.count_nonzero(mask), (log_probs, targets, mask)


def cross_entropy_backward(dnats, cache):
    """Gradient of the logits: probabilities minus the one-hot target.

    Pass ``dnats=1`` for the gradient of the sum, ``1 / count`` for that of the mean.
    """
    log_probs, targets, mask = cache
    dlogits = np.exp(log_probs)
    at_target = np.take_along_axis(dlogits, targets[..., None], -1)
    np.put_along_axis(dlogits, targets[..., None], at_target - 1, -1)
    return dlogits * (dnats * mask[..., None]).astype(dlogits.dtype)


def binary_cross_entropy(logits, targets, mask=None):
    """Negative log-likelihood of yes/no targets, summed, and how many were counted.

    Parameters
    ----------
    logits : (...), the probability of yes is sigmoid(logits)
    targets : (...), 0 or 1 (or a probability)
    mask : optional bool, broadcast to (...); False positions count for nothing

    Returns
    -------
    nats : summed negative log-likelihood
    count : number of targets counted
    cache : for `binary_cross_entropy_backward`
    """
    mask = np.broadcast_to(True if mask is None else mask, logits.shape)
    # -log sigmoid(a) = log(1 + exp(-a)): from the logit, where nothing underflows.
    losses = np.logaddexp(0, logits) - targets * logits
    return losses.sum(where=mask), np.count_nonzero(mask), (logits, targets, mask)


def binary_cross_entropy_backward(dnats, cache):
    """Gradient of the logits: probability minus target, times dnats (see above)."""
    logits, targets, mask = cache
    return ((sigmoid(logits) - targets) * (dnats * mask)).astype(logits.dtype)


def check_ids(ids, vocab_size):
    """Raise ValueError unless every id is in 0..vocab_size-1 (-1 would index too)."""
    ids = np.asarray(ids)
    if ids.size and not (ids.min() >= 0 and ids.max() < vocab_size):
        outside = ids.min() if ids.min() < 0 else ids.max()
        raise ValueError(
            f"ids must lie in 0..{vocab_size - 1} for a vocabulary of {vocab_size}, "
            f"got {outside}: encode the text with this model's own vocabulary"
        )
