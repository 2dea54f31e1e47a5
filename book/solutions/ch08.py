"""Solutions to the exercises of chapter 8: the gated recurrent unit."""

import numpy as np


def gamma_gru_step(x, h_prev, weight_u, weight_r, weight_c, biases):
    """One step of the GRU in the lectures' letters.

    Both gates read the state as it is. The candidate reads a state that the
    reset gate has scaled, so the vector is joined a second time. The blend
    uses the old state itself: the reset gate acts nowhere else. Its share is
    what the update gate leaves. Both shares sum to 1, so no state leaves the
    interval from -1 to 1.
    """
    b_u, b_r, b_c = biases
    joined = np.concatenate([h_prev, x], axis=1)
    u = 1 / (1 + np.exp(-(joined @ weight_u.T + b_u)))
    r = 1 / (1 + np.exp(-(joined @ weight_r.T + b_r)))
    hidden = np.concatenate([r * h_prev, x], axis=1)
    c = np.tanh(hidden @ weight_c.T + b_c)
    return (1 - u) * h_prev + u * c


def simplified_gru_backward(dh, h_prev, z, n, weight_hh):
    """Gradients of the simplified GRU's sums and of its old state.

    The blend h = (1 - z) n + z h_prev has three inputs. Their gradients are
    dh times 1 - z for n, times h_prev - n for z, and times z for h_prev. The
    first two go through the slopes of tanh and sigmoid and make da, (B, 2H),
    in the order of the rows. The old state is also read by both blocks, so
    da comes back to it through the matrix, and the direct share is added.
    """
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - n**2)
    da = np.concatenate([da_z, da_n], axis=1)
    return da, da @ weight_hh + dh * z


def cell_sizes(input_size, hidden_size, seq_len):
    """Numbers of parameters of four cells, by name.

    Every block of rows reads the same two vectors, so all blocks are of one
    size: a row has one number for each input and each state, and two biases.
    What differs is the number of blocks: one for the plain network, one more
    for each gate. The number of steps does not occur, because all steps share
    the cell.
    """
    block = hidden_size * (input_size + hidden_size + 2)
    return {
        "rnn": block,
        "simplified_gru": 2 * block,
        "gru": 3 * block,
        "lstm": 4 * block,
    }


def hold_update_gate(weight_ih, weight_hh, bias_ih, bias_hh, value):
    """Parameters of a GRU whose update gate no longer depends on the text.

    A gate is the sigmoid of a sum. With its rows of both matrices at zero the
    sum is its bias, whatever the text. The bias must be the number whose
    sigmoid is the value: the logit. There are two biases and they are added,
    so one of them becomes zero. A product makes a new array: others still use
    the old ones.
    """
    size = weight_hh.shape[1]
    keep = np.ones(3 * size)
    keep[size : 2 * size] = 0
    logit = np.log(value / (1 - value))
    return (
        weight_ih * keep[:, None],
        weight_hh * keep[:, None],
        bias_ih * keep + logit * (1 - keep),
        bias_hh * keep,
    )


def memory_bias(share, steps):
    """Biases of the update gate that leave a share of the state.

    With nothing else in its sum the gate is one number z at each step, and
    after k steps z to the power of k is left. So z is the k-th root of the
    share, and the bias is its logit. The other polarity has the gate 1 - z.
    As 1 - sigmoid(a) is sigmoid(-a), its bias has the other sign.
    """
    keep = share ** (1 / steps)
    bias = np.log(keep / (1 - keep))
    return {"keep": bias, "overwrite": -bias}
