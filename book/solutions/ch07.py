"""Solutions to the exercises of chapter 7: vanishing, exploding gradients."""

import numpy as np


def jacobian_of_step(x, h_prev, weight, bias, leak):
    """Jacobian of the leaky step h = (1 - leak) * h_prev + leak * tanh(a).

    The first term hands each number to itself, which is a diagonal of 1 -
    leak. The second is a plain step: row i of the recurrent matrix times
    the slope of tanh number i. The diagonal is why leaky units, residual
    layers and gates remember: without the tanh, a change still arrives,
    multiplied by 1 - leak.
    """
    size = h_prev.shape[1]
    joined = np.concatenate([h_prev, x], axis=1)
    slope = 1 - np.tanh(joined @ weight.T + bias) ** 2
    through = slope[:, :, None] * weight[:, :size]
    return (1 - leak) * np.eye(size) + leak * through


def set_spectral_radius(weight, radius):
    """Every H x H block of a recurrent matrix, scaled to one spectral radius.

    Multiplying a matrix by a number multiplies all its eigenvalues by it.
    So divide each block by its own radius, the largest absolute value
    among its eigenvalues, and multiply by the one we want. Complex
    eigenvalues count with their absolute value: they turn while they grow,
    but they grow.
    """
    hidden = weight.shape[1]
    blocks = weight.reshape(-1, hidden, hidden)
    own = np.abs(np.linalg.eigvals(blocks)).max(axis=1)
    return (blocks * (radius / own)[:, None, None]).reshape(weight.shape)


def gradient_reach(states, weight, dlast):
    """Length of the gradient at each state, relative to that at the last one.

    Going back, a gradient meets the tanh of a step first and its matrix
    second. The slope belongs to the state that the step made, so the
    states of the forward pass are all that must be kept. The gradient at a
    state is noted before its step is passed; the last of the lengths is
    therefore 1.
    """
    recurrent = weight[:, : states.shape[2]]
    dh = dlast
    lengths = []
    for h in states[::-1]:
        lengths.append(np.sqrt((dh**2).sum()))
        dh = (dh * (1 - h**2)) @ recurrent
    return np.array(lengths[::-1]) / lengths[0]


def clip_each(grads, max_norm):
    """Mean of the gradients of all texts, none of them longer than max_norm.

    Each row is the gradient of one text, laid end to end. A row that is
    too long is multiplied by max_norm / norm, one factor for the whole
    row, so that its direction stays. A short row has factor 1. Clipping
    before the mean keeps one strange text from deciding for the others;
    clipping the mean comes too late for that.
    """
    norms = np.sqrt((grads**2).sum(axis=1, keepdims=True))
    return (grads * np.minimum(max_norm / norms, 1)).mean(axis=0)


def turned_by_clipping(weight_grad, bias_grad, max_value):
    """Cosine and ratio of lengths after and before clipping by value.

    A step goes along all gradients at once, so weight and bias form one
    vector. Clipping by value cuts only the large numbers. What was small
    becomes larger in comparison, and the vector turns: the cosine falls
    below 1. Clipping by norm multiplies all numbers by one factor, and its
    cosine is always 1.
    """
    before = np.concatenate([weight_grad.ravel(), bias_grad])
    after = np.clip(before, -max_value, max_value)
    length, shorter = np.sqrt(before @ before), np.sqrt(after @ after)
    return before @ after / (length * shorter), shorter / length
