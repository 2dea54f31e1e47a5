"""Solutions to the exercises of chapter 14: training at scale."""

import numpy as np


def gru_flops(vocab_size, embedding_size, hidden_size, num_layers, tokens):
    """FLOPs of a training step of a GRU language model, by kind of product.

    Every number of a matrix is used once for each token and product, with a
    multiplication and an addition. There are three products, one forward and
    two backward, so each number costs six. What is left is to count the
    numbers. A GRU has three blocks of rows. Only the lowest layer reads
    embeddings; those above read states.
    """
    each = 6 * tokens
    block_rows = 3 * hidden_size
    columns = embedding_size + (num_layers - 1) * hidden_size
    return {
        "inputs": each * block_rows * columns,
        "states": each * block_rows * hidden_size * num_layers,
        "output": each * vocab_size * hidden_size,
    }


def hoisted_rnn_backward(doutputs, x, hs, weight_ih, weight_hh):
    """Gradients of a plain RNN, with one product in the loop.

    The only thing that has to wait for a later step is the gradient that it
    hands back. The slope of tanh can be had for all steps before the loop, and
    whatever is a sum over steps after it. There each step is one more row, and
    the sum over rows is what a matrix product does anyway.
    """
    da = 1 - hs[1:] ** 2  # (T, B, H)
    dh = np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        da[t] *= doutputs[t] + dh
        dh = da[t] @ weight_hh
    flat = da.reshape(-1, da.shape[2])  # (T * B, H)
    dweight_ih = flat.T @ x.reshape(len(flat), -1)
    dweight_hh = flat.T @ hs[:-1].reshape(len(flat), -1)
    return da @ weight_ih, dweight_ih, dweight_hh, flat.sum(axis=0)


def loss_from_shards(maxima, sums, at_target):
    """Losses of N tokens whose words are spread over several workers.

    A worker's sum has its own maximum taken away, so the sums cannot be added
    as they are. Multiplied by exp(own - common maximum) they can, and this
    factor is at most 1, so nothing overflows. What one subtracts before exp
    one adds after log. All workers but one have sent 0 as the target's score,
    so the sum is the score.
    """
    top = maxima.max(axis=0)
    total = (sums * np.exp(maxima - top)).sum(axis=0)
    return np.log(total) + top - at_target.sum(axis=0)


def joint_gradient(grads, tokens, max_norm):
    """The gradient of the joint batch, clipped as one worker would clip it.

    A gradient of a mean, times the number of tokens, is the gradient of a sum,
    and sums can be added. Divided by all tokens it is the gradient of the mean
    again. Clipping asks for the length of this gradient, which nobody knows
    before the workers have met.
    """
    joint = tokens @ grads / tokens.sum()
    norm = np.sqrt(joint @ joint)
    return joint * min(1, max_norm / norm), norm


def sampled_loss(h, weight, targets, drawn, q):
    """Losses of N states among the right word and the drawn ones.

    A word that is drawn K q times on average should count once. In a softmax,
    counting for 1 / (K q) of a time is a score that is lower by log(K q). The
    right word gets the same correction, since it is compared with the others.
    If it is among the drawn ones it would be right and wrong at once, so there
    it is left out.
    """
    expected = np.log(len(drawn) * q)
    right = (h * weight[targets]).sum(axis=1) - expected[targets]
    others = h @ weight[drawn].T - expected[drawn]  # (N, K)
    others[drawn == targets[:, None]] = -np.inf
    both = np.concatenate([right[:, None], others], axis=1)
    top = both.max(axis=1)
    return np.log(np.exp(both - top[:, None]).sum(axis=1)) + top - right
