"""Backpropagation through time, written once for every cell.

A state is one opaque value: h (B, H), or the pair (h, c) of an LSTM. Only `hidden`,
`add_to_hidden` and `map_state` look inside.
"""

import numpy as np


def hidden(state):
    """The part of a state that other layers see."""
    return state[0] if isinstance(state, tuple) else state


def add_to_hidden(dstate, dh):
    """Gradient of a state whose hidden part is also an output, with gradient dh."""
    return (dstate[0] + dh, dstate[1]) if isinstance(dstate, tuple) else dstate + dh


def map_state(function, *states):
    """Apply a function of arrays to h, or to h and to c."""
    if isinstance(states[0], tuple):
        return tuple(function(*parts) for parts in zip(*states, strict=True))
    return function(*states)


def add_grads(total, grads):
    """Add each gradient to `total` in place: a weight used twice receives the sum."""
    for name, grad in grads.items():
        if name in total:
            total[name] += grad
        else:
            total[name] = grad.copy()


def unroll(step, x, state, params):
    """Apply one step, with one set of parameters, at every position.

    Parameters
    ----------
    step : such as `rnn_step`
    x : (T, B, D)
    state : before the first step, h (B, H) or (h, c)
    params : what the step needs

    Returns
    -------
    outputs : (T, B, H), the hidden state after each step
    state : after the last step
    caches : list of T, for `unroll_backward`

    Built in chapter 3.
    """
    outputs, caches = [], []
    for x_t in x:
        state, cache = step(x_t, state, params)
        outputs.append(hidden(state))
        caches.append(cache)
    return np.stack(outputs), state, caches


def unroll_backward(step_backward, doutputs, dstate, caches):
    """Walk back through every step and sum the gradients of the shared parameters.

    Parameters
    ----------
    step_backward : such as `rnn_step_backward`
    doutputs : (T, B, H), gradient arriving at each output from its own loss
    dstate : gradient arriving at the last state from later on
    caches : of `unroll`

    Returns
    -------
    dx : (T, B, D)
    dstate : gradient of the state before the first step
    grads : dict like params

    Built in chapter 6.
    """
    dx, grads = [], {}
    for doutput, cache in zip(doutputs[::-1], caches[::-1], strict=True):
        dstate = add_to_hidden(dstate, doutput)
        dx_t, dstate, immediate = step_backward(dstate, cache)
        dx.append(dx_t)
        add_grads(grads, immediate)
    return np.stack(dx[::-1]), dstate, grads


def trace_backward(step_backward, dstate, caches):
    """Follow one loss back through time, and keep what every step contributes.

    The term of step k is the derivative with the state before k held fixed; the sum
    of all terms is the full gradient.

    Parameters
    ----------
    step_backward : such as `rnn_step_backward`
    dstate : gradient of the loss at the state after the last cached step
    caches : of `unroll`, up to the step of the loss: ``caches[: t + 1]``

    Returns
    -------
    dstates : list over k, gradient of the loss at the state after step k
    terms : list over k, dict like params

    Built in chapter 6.
    """
    dstates, terms = [], []
    for cache in reversed(caches):
        dstates.append(dstate)
        _, dstate, immediate = step_backward(dstate, cache)
        terms.append(immediate)
    return dstates[::-1], terms[::-1]


def truncated_bptt(step, step_backward, x, targets, state, params, loss, *, window):
    """Train on a long sequence piece by piece: the state is carried, its gradient cut.

    Parameters
    ----------
    step, step_backward : such as `rnn_step`, `rnn_step_backward`
    x : (T, B, D)
    targets : (T, ...), handed to the loss
    state : before the first step
    params : may be updated in place between two windows
    loss : loss(outputs (t, B, H), targets (t, ...)) -> nats, doutputs (t, B, H)
    window : number of steps a gradient may walk back

    Yields
    ------
    nats : loss of one window, as `loss` counts it
    grads : its gradient, dict like params
    state : after the window, where the next one starts

    Raises
    ------
    ValueError : the window is shorter than one step.

    Built in chapter 6.
    """
    if window < 1:
        raise ValueError(f"window must be at least 1 step, got {window}")
    for start in range(0, len(x), window):
        steps = slice(start, start + window)
        outputs, state, caches = unroll(step, x[steps], state, params)
        nats, doutputs = loss(outputs, targets[steps])
        # Nothing comes back from later windows: this zero is the truncation.
        no_gradient = map_state(np.zeros_like, state)
        _, _, grads = unroll_backward(step_backward, doutputs, no_gradient, caches)
        yield nats, grads, state


def unroll_masked(step, x, state, params, mask):
    """`unroll` over sequences of unequal length: padding leaves each state as it is.

    Parameters
    ----------
    step, x, state, params : as for `unroll`
    mask : (T, B) bool, False at padding

    Returns
    -------
    outputs : (T, B, H), zero at padding
    state : of each sequence after its own last step
    caches : list of T, for `unroll_masked_backward`
    """
    outputs, caches = [], []
    for x_t, real in zip(x, mask[..., None], strict=True):
        new, cache = step(x_t, state, params)
        outputs.append(np.where(real, hidden(new), 0))
        caches.append((real, cache))
        state = choose(real, new, state)
    return np.stack(outputs), state, caches


def unroll_masked_backward(step_backward, doutputs, dstate, caches):
    """`unroll_backward` for `unroll_masked`: at padding the gradient passes by.

    Parameters
    ----------
    step_backward, doutputs, dstate, caches : as for `unroll_backward`

    Returns
    -------
    dx : (T, B, D), zero at padding
    dstate : gradient of the state before the first step
    grads : dict like params
    """
    dx, grads = [], {}
    nothing = map_state(np.zeros_like, dstate)
    for doutput, (real, cache) in zip(doutputs[::-1], caches[::-1], strict=True):
        carried = choose(real, nothing, dstate)
        dnew = choose(real, add_to_hidden(dstate, doutput), nothing)
        dx_t, dstate, immediate = step_backward(dnew, cache)
        dstate = map_state(np.add, dstate, carried)
        dx.append(dx_t)
        add_grads(grads, immediate)
    return np.stack(dx[::-1]), dstate, grads


def choose(real, new, old):
    """The state made of `new` where a position is real, of `old` where it is not."""
    return map_state(lambda n, o: np.where(real, n, o), new, old)
