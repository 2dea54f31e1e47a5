"""Solutions to the exercises of chapter 9: long short-term memory."""

import numpy as np


def lstm_step_ifog(x, h_prev, c_prev, weight, bias):
    """One step of the LSTM with one matrix and blocks in the order i, f, o, g.

    The lectures stack sigma, sigma, sigma, tanh, so the candidate comes last.
    One product makes all four blocks. The order is a matter of agreement: the
    names on the left of the split carry it, and nothing after that line knows
    about it. State and input are joined as the columns of the matrix are.
    """
    a = np.concatenate([h_prev, x], axis=1) @ weight.T + bias
    a_i, a_f, a_o, a_g = np.split(a, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (a_i, a_f, a_o))
    c = f * c_prev + i * np.tanh(a_g)
    return o * np.tanh(c), c


def coupled_lstm_step(x, h_prev, c_prev, weight_ih, weight_hh, bias):
    """One step of an LSTM that writes exactly as much as it forgets.

    The input gate is gone, and with it a quarter of the parameters. The new
    memory is a mean of the old one and the candidate, with weights f and
    1 - f, so it never leaves the range from -1 to 1 once it is inside. The
    output gate is left: that is the difference to a GRU without reset.
    """
    a = x @ weight_ih.T + h_prev @ weight_hh.T + bias
    a_f, a_g, a_o = np.split(a, 3, axis=1)
    f = 1 / (1 + np.exp(-a_f))
    o = 1 / (1 + np.exp(-a_o))
    c = f * c_prev + (1 - f) * np.tanh(a_g)
    return o * np.tanh(c), c


def peephole_memory_backward(
    dh, dc, c_prev, i, f, g, o, c, weight_ci, weight_cf, weight_co
):
    """Gradients of the old memory and of the three peepholes.

    The new memory has three users: later steps, the output h, and the output
    gate that looks at it. Their gradients must all have arrived before the
    new memory is taken apart. The old memory has three users as well: the
    conveyor through f, and the gates i and f that look at it.
    """
    tanh_c = np.tanh(c)
    da_o = dh * tanh_c * o * (1 - o)
    dmemory = dc + dh * o * (1 - tanh_c**2) + da_o * weight_co
    da_i = dmemory * g * i * (1 - i)
    da_f = dmemory * c_prev * f * (1 - f)
    dc_prev = dmemory * f + da_i * weight_ci + da_f * weight_cf
    return (
        dc_prev,
        (da_i * c_prev).sum(axis=0),
        (da_f * c_prev).sum(axis=0),
        (da_o * c).sum(axis=0),
    )


def cell_parameter_counts(input_size, hidden_size):
    """Numbers of parameters of four cells with PyTorch's two biases.

    A block has H rows. Each row reads the input and the old state and has two
    biases. Only the number of blocks differs from cell to cell. A peephole
    looks at the memory of its own unit and nothing else, so each of the three
    gates needs H numbers more and no matrix.
    """
    block = hidden_size * (input_size + hidden_size + 2)
    return {
        "rnn": block,
        "gru": 3 * block,
        "lstm": 4 * block,
        "peephole_lstm": 4 * block + 3 * hidden_size,
    }


def with_forget_bias(bias_ih, bias_hh, value):
    """Both biases of an LSTM whose forget gate starts at a given value.

    The gate sees the sum of the two, so one of them takes the value and the
    other becomes 0, in the rows of f alone. PyTorch's order is i, f, g, o, so
    these rows are the second quarter. The arrays of the caller stay as they
    are, because the work is done on copies.
    """
    size = len(bias_ih) // 4
    rows = slice(size, 2 * size)
    new_ih, new_hh = bias_ih.copy(), bias_hh.copy()
    new_ih[rows] = value
    new_hh[rows] = 0
    return new_ih, new_hh


def lstm_without_output_tanh_backward(dh, dc, i, f, g, o, c_prev, c):
    """Gradients of the four sums and of the old memory, for h = o * c.

    Two equations of the cell's way back change. What the state sends to the
    memory is no longer scaled by the slope of a tanh, so a large memory still
    receives all of it. And the output gate has scaled the memory itself. The
    new memory has two users, and both must have reported before what it
    received is split among three blocks and the old memory.
    """
    dmemory = dc + dh * o
    da_i = dmemory * g * i * (1 - i)
    da_f = dmemory * c_prev * f * (1 - f)
    da_g = dmemory * i * (1 - g**2)
    da_o = dh * c * o * (1 - o)
    return np.concatenate([da_i, da_f, da_g, da_o], axis=1), dmemory * f
