"""The fast twin of `unroll` for the RNN, both GRUs and the LSTM.

The numbers are those of the readable steps. Three things differ. What does not depend
on the previous step leaves the loop: the input's product is one large matrix product
before it, and so are the weights' gradients after it. All gates of a step share one
tanh, since sigmoid(a) = (1 + tanh(a / 2)) / 2. And the local derivatives are formed for
the whole sequence at once, so that the backward loop only multiplies.
"""

import numpy as np

from rnnlm_lib.scratch.sequence import (
    after_the_loop,
    blocks,
    by_block,
    input_product,
    prepare,
    room_for,
    sigmoid_from_tanh,
    weight_gradient,
)

# The C library gives freed memory back to the system, and asks for it again at every
# step, unless a large block was freed before. This one is never touched.
np.empty(31 << 20, np.uint8)


def fused_unroll(cell, x, state, params):
    """Apply a cell at every position, as `unroll` does with the cell's step.

    Parameters
    ----------
    cell : a name in `FUSED`
    x : (T, B, D)
    state : before the first step, h (B, H) or (h, c)
    params : weight_ih (G*H, D), weight_hh (G*H, H), bias_ih and bias_hh (G*H,)

    Returns
    -------
    outputs : (T, B, H), the hidden state after each step
    state : after the last step
    cache : for `fused_unroll_backward`

    Built in chapter 14.
    """
    return FUSED[cell][0](x, state, params)


def fused_unroll_backward(cell, doutputs, dstate, cache):
    """Gradients of `fused_unroll`, as `unroll_backward` gives them.

    Parameters
    ----------
    cell : a name in `FUSED`
    doutputs : (T, B, H), gradient arriving at each output
    dstate : gradient arriving at the last state
    cache : of `fused_unroll`

    Returns
    -------
    dx : (T, B, D)
    dstate : gradient of the state before the first step
    grads : dict like params

    Built in chapter 14.
    """
    return FUSED[cell][1](doutputs, dstate, cache)


def fused_rnn(x, h, params):
    """`unroll` of `rnn_step`: the loop keeps one product and one tanh."""
    weight_ih, weight_hh, bias_ih, bias_hh = prepare(params, sigmoids=(0,))
    a = input_product(x, weight_ih, bias_ih + bias_hh)
    hs = room_for(h, len(x))
    for t, a_t in enumerate(a):
        h = np.matmul(hs[t], weight_hh, out=hs[t + 1])
        h += a_t
        np.tanh(h, out=h)
    return hs[1:], hs[-1], (x, hs, params)


def fused_rnn_backward(doutputs, dh, cache):
    """`unroll_backward` of `rnn_step`."""
    x, hs, params = cache
    da = 1 - hs[1:] ** 2
    for t in reversed(range(len(x))):
        da[t] *= dh + doutputs[t]
        dh = da[t] @ params["weight_hh"]
    dx, grads = after_the_loop(da, da, x, weight_gradient(da, hs[:-1]), params)
    return dx, dh, grads


def fused_lstm(x, state, params):
    """`unroll` of `lstm_step`: one product and one tanh in the loop, for four gates."""
    weight_ih, weight_hh, bias_ih, bias_hh = prepare(params, sigmoids=(1, 1, 0, 1))
    gates = input_product(x, weight_ih, bias_ih + bias_hh)
    scale, shift = sigmoid_from_tanh((1, 1, 0, 1), state[0])
    hs, cs = (room_for(part, len(x)) for part in state)
    tanh_cs = np.empty_like(cs[1:])
    i, f, g, o = blocks(gates, 4)
    for t, gates_t in enumerate(gates):
        gates_t += hs[t] @ weight_hh
        np.tanh(gates_t, out=gates_t)
        gates_t *= scale
        gates_t += shift
        c = np.multiply(f[t], cs[t], out=cs[t + 1])
        c += i[t] * g[t]
        np.tanh(c, out=tanh_cs[t])
        np.multiply(o[t], tanh_cs[t], out=hs[t + 1])
    return hs[1:], (hs[-1], cs[-1]), (x, gates, hs, cs, tanh_cs, params)


def fused_lstm_backward(doutputs, dstate, cache):
    """`unroll_backward` of `lstm_step`."""
    x, gates, hs, cs, tanh_cs, params = cache
    i, f, g, o = blocks(gates, 4)
    dc_dh = o * (1 - tanh_cs**2)
    # First how much each gate's input moves c, or h; times the gradient, in the loop.
    da = np.empty_like(gates)
    da_i, da_f, da_g, da_o = blocks(da, 4)
    np.multiply(g * i, 1 - i, out=da_i)
    np.multiply(cs[:-1] * f, 1 - f, out=da_f)
    np.multiply(i, 1 - g**2, out=da_g)
    np.multiply(tanh_cs * o, 1 - o, out=da_o)
    da_ifg = by_block(da, 4)[:, :, :3]
    dh, dc = dstate
    for t in reversed(range(len(x))):
        dh = dh + doutputs[t]
        dc = dc + dh * dc_dh[t]
        da_ifg[t] *= dc[:, None]
        da_o[t] *= dh
        dh = da[t] @ params["weight_hh"]
        dc *= f[t]
    dx, grads = after_the_loop(da, da, x, weight_gradient(da, hs[:-1]), params)
    return dx, (dh, dc), grads


def fused_gru(x, h, params):
    """`unroll` of `gru_step`: the loop keeps one product for the three blocks."""
    weight_ih, weight_hh, bias_ih, bias_hh = prepare(params, sigmoids=(1, 1, 0))
    gates = 2 * h.shape[1]  # columns of r and z; those of n follow
    rz = input_product(x, weight_ih[:, :gates], (bias_ih + bias_hh)[:gates])
    n = input_product(x, weight_ih[:, gates:], bias_ih[gates:])
    ah_n = np.empty_like(n)
    hs = room_for(h, len(x))
    r, z = blocks(rz, 2)
    for t, rz_t in enumerate(rz):
        ah = hs[t] @ weight_hh
        rz_t += ah[:, :gates]
        sigmoid_of_twice(rz_t)
        np.add(ah[:, gates:], bias_hh[gates:], out=ah_n[t])
        n[t] += r[t] * ah_n[t]
        np.tanh(n[t], out=n[t])
        move_to_candidate(z[t], n[t], hs[t], out=hs[t + 1])
    return hs[1:], hs[-1], (x, r, z, n, hs, ah_n, params)


def fused_gru_backward(doutputs, dh, cache):
    """`unroll_backward` of `gru_step`."""
    x, r, z, n, hs, ah_n, params = cache
    # First how much each block's input moves h; times dh, in the loop.
    dax_n = (1 - z) * (1 - n**2)
    dah_r = dax_n * ah_n * r * (1 - r)
    dah_z = (hs[:-1] - n) * z * (1 - z)
    dah = np.concatenate([dah_r, dah_z, dax_n * r], axis=2)
    dah_blocks = by_block(dah, 3)
    for t in reversed(range(len(x))):
        dh = dh + doutputs[t]
        dah_blocks[t] *= dh[:, None]
        dax_n[t] *= dh
        dh *= z[t]
        dh += dah[t] @ params["weight_hh"]
    dah_r, dah_z, _ = blocks(dah, 3)
    dax = np.concatenate([dah_r, dah_z, dax_n], axis=2)
    dx, grads = after_the_loop(dax, dah, x, weight_gradient(dah, hs[:-1]), params)
    return dx, dh, grads


def fused_gru_reset_before(x, h, params):
    """`unroll` of `gru_reset_before_step`: two products, the second after the reset."""
    weight_ih, weight_hh, bias_ih, bias_hh = prepare(params, sigmoids=(1, 1, 0))
    gates = 2 * h.shape[1]  # columns of r and z; those of n follow
    bias = bias_ih + bias_hh
    rz = input_product(x, weight_ih[:, :gates], bias[:gates])
    n = input_product(x, weight_ih[:, gates:], bias[gates:])
    reset_hs = np.empty_like(n)
    hs = room_for(h, len(x))
    r, z = blocks(rz, 2)
    for t, rz_t in enumerate(rz):
        rz_t += hs[t] @ weight_hh[:, :gates]
        sigmoid_of_twice(rz_t)
        np.multiply(r[t], hs[t], out=reset_hs[t])
        n[t] += reset_hs[t] @ weight_hh[:, gates:]
        np.tanh(n[t], out=n[t])
        move_to_candidate(z[t], n[t], hs[t], out=hs[t + 1])
    return hs[1:], hs[-1], (x, r, z, n, hs, reset_hs, params)


def fused_gru_reset_before_backward(doutputs, dh, cache):
    """`unroll_backward` of `gru_reset_before_step`."""
    x, r, z, n, hs, reset_hs, params = cache
    gates = 2 * dh.shape[1]  # rows of r and z; those of n follow
    weight_rz, weight_n = np.split(params["weight_hh"], [gates])
    # First how much each block's input moves what it feeds; times that, in the loop.
    da_r = hs[:-1] * r * (1 - r)
    da_z = (hs[:-1] - n) * z * (1 - z)
    da_n = (1 - z) * (1 - n**2)
    da = np.concatenate([da_r, da_z, da_n], axis=2)
    da_r, da_z, da_n = blocks(da, 3)
    for t in reversed(range(len(x))):
        dh = dh + doutputs[t]
        by_block(da, 3)[t, :, 1:] *= dh[:, None]
        dreset_h = da_n[t] @ weight_n
        da_r[t] *= dreset_h
        dh *= z[t]
        dh += dreset_h * r[t]
        dh += da[t, :, :gates] @ weight_rz
    dweight_rz = weight_gradient(da[:, :, :gates], hs[:-1])
    dweight_hh = np.concatenate([dweight_rz, weight_gradient(da_n, reset_hs)])
    dx, grads = after_the_loop(da, da, x, dweight_hh, params)
    return dx, dh, grads


def sigmoid_of_twice(a):
    """Replace a by sigmoid(2 a), in place; `prepare` has halved what leads to a."""
    np.tanh(a, out=a)
    a *= 0.5
    a += 0.5


def move_to_candidate(z, n, h_prev, *, out):
    """h = n + z * (h_prev - n), which is (1 - z) * n + z * h_prev."""
    np.subtract(h_prev, n, out=out)
    out *= z
    out += n


FUSED = {
    "rnn": (fused_rnn, fused_rnn_backward),
    "gru": (fused_gru, fused_gru_backward),
    "gru_reset_before": (fused_gru_reset_before, fused_gru_reset_before_backward),
    "lstm": (fused_lstm, fused_lstm_backward),
}
