"""Solutions to the exercises of chapter 6: backpropagation through time."""

import numpy as np


def relu_step_backward(dh, x, h_prev, h, weight_ih, weight_hh):
    """Gradients of one step of a recurrent network of ReLU units.

    The products do not know what comes after them, so only the first line
    differs from the tanh step. A ReLU has slope 1 where it is on and 0 where
    it is off; it is on exactly where its output is positive. What was off
    sends nothing back, neither to the weights nor to the step before.
    """
    da = dh * (h > 0)
    dx = da @ weight_ih
    dh_prev = da @ weight_hh
    return dx, dh_prev, da.T @ x, da.T @ h_prev, da.sum(axis=0)


def scalar_bptt(x, y, w, u):
    """Gradients of the two weights of a network of one unit.

    Two gradients meet at each state: one from its own loss, one from the step
    after it. Their sum goes through the slope of tanh, once. From there it
    goes to w, to u and to the state before. Both weights are used at every
    step, so both sums grow at every step.
    """
    h = [0.0]
    for x_t in x:
        h.append(np.tanh(w * x_t + u * h[-1]))
    dw = du = carried = 0.0
    for t in range(len(x), 0, -1):
        dh = h[t] - y[t - 1] + carried
        da = dh * (1 - h[t] ** 2)
        dw += da * x[t - 1]
        du += da * h[t - 1]
        carried = da * u
    return dw, du


def state_jacobian(h, weight_hh, k):
    """The derivative of the last state with respect to the state after step k.

    A step multiplies with the recurrent matrix and then bends each sum, so its
    Jacobian is that matrix with each row scaled by a slope. Later steps act on
    the result of earlier ones: the newest factor stands on the left. The list
    counts from 0, so h[k] is the state after step k + 1, the first factor.
    """
    product = np.eye(h.shape[1])
    for state in h[k:]:
        slope = 1 - state**2
        product = (slope[:, None] * weight_hh) @ product
    return product


def truncated_gradient(doutputs, h, weight_hh, window):
    """Gradient of the recurrent matrix when the way back is cut into windows.

    This is the full walk with one line more. At the first step of a window the
    gradient has done its work there: the outer product is added, and nothing
    is handed to the step before. The states are those of the whole text, so
    the cut is in the gradient alone.
    """
    total = np.zeros_like(weight_hh)
    carried = np.zeros_like(h[0])
    for t in range(len(doutputs) - 1, -1, -1):
        da = (doutputs[t] + carried) * (1 - h[t + 1] ** 2)
        total += np.outer(da, h[t])
        carried = da @ weight_hh
        if t % window == 0:
            carried = np.zeros_like(carried)
    return total


def embedding_columns_backward(dvectors, ids, vocab_size):
    """Gradient of an embedding with one column for each word.

    A lookup copies a column to every place where the word is read, so the
    column receives the sum of what arrives at these places. With an array of
    ids as index, += writes a repeated place once and loses the rest. A loop
    takes one place at a time and loses nothing.
    """
    size = dvectors.shape[-1]
    columns = np.zeros((size, vocab_size))
    vectors = dvectors.reshape(-1, size)
    for word, vector in zip(ids.ravel(), vectors, strict=True):
        columns[:, word] += vector
    return columns
