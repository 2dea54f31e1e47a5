"""Solutions to the exercises of chapter 11: deep recurrent networks."""

import numpy as np


def stack_parameter_counts(input_size, hidden_sizes, output_size):
    """Numbers of parameters of a GRU stack with a width for each layer.

    Going up, one number has to be remembered: how wide the layer below is. It
    is the input's size at first. A GRU of width H has 3 H rows, and each row
    reads what is below, its own layer, and two biases. The output layer reads
    the top layer alone.
    """
    total, below = 0, input_size
    for width in hidden_sizes:
        total += 3 * width * (below + width + 2)
        below = width
    return {"layers": total, "output": (below + 1) * output_size}


def dropout_stack_step(
    x, states, keep_input, keep_outputs, rate, weight_first, weights, biases
):
    """One column of the grid with dropout on the arrows that go up.

    A state has two uses. The next step receives it whole, so that a memory is
    not worn down with time. The layer above, or the output, receives it
    through the mask. Dividing by the share that is kept holds the mean where
    it is without dropout.
    """
    below, new = x * keep_input / (1 - rate), []
    matrices = [weight_first, *weights]
    for k, matrix in enumerate(matrices):
        joined = np.concatenate([states[k], below], axis=1)
        h = np.tanh(joined @ matrix.T + biases[k])
        new.append(h)
        below = h * keep_outputs[k] / (1 - rate)
    return np.array(new), below


def residual_stack_step(x, states, weights, biases):
    """One column of the grid with a shortcut past each layer.

    The shortcut lies on the vertical way only: what a layer hands up is its
    new state plus what it was given. The state itself goes to the right as
    before, bounded by the tanh. So the gradient has a way down through all
    layers that meets no matrix and no slope.
    """
    below, new = x, []
    for k, weight in enumerate(weights):
        joined = np.concatenate([states[k], below], axis=1)
        h = np.tanh(joined @ weight.T + biases[k])
        new.append(h)
        below = below + h
    return np.array(new), below


def grid_node_backward(
    da_above, da_right, h, h_left, below, weight_above, weight
):
    """Gradients of one box of the grid, given those of its two users.

    The state was used by the layer above and by its own layer one step later.
    Each use sends a gradient back through the columns that read it: in the
    weight of the layer above these come after that layer's own state, in the
    box's own weight they come first. The sum passes one slope, and the rest is
    the backward of one product.
    """
    size = h.shape[1]
    above = weight_above.shape[0]
    dh = da_above @ weight_above[:, above:] + da_right @ weight[:, :size]
    da = dh * (1 - h**2)
    read = np.concatenate([h_left, below], axis=1)
    return da, da.T @ read, da @ weight[:, size:]


def probe_scores(states, labels, test_states):
    """Scores of a linear probe in which every class weighs the same.

    Without weights a probe for something rare learns to say no. Each example
    gets the weight 1 / count of its class. The weighted squared error is
    smallest where its derivative is zero, which is one linear equation for all
    classes: the weights stand once on each side of it. The same numbers come
    from plain least squares if states and targets are multiplied by the root.
    """
    counts = np.bincount(labels)
    share = (1 / counts[labels])[:, None]
    wanted = np.eye(len(counts))[labels]
    X = np.column_stack([states, np.ones(len(states))])
    matrix = np.linalg.solve(X.T @ (share * X), X.T @ (share * wanted))
    return test_states @ matrix[:-1] + matrix[-1]
