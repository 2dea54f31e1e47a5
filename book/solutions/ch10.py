"""Solutions to the exercises of chapter 10: bidirectional networks."""

import numpy as np


def flip_by_length(x, lengths):
    """Turn each text of a padded batch round within its own length.

    A chain that reads backwards must meet the last real word first. If the
    whole time axis were turned round, a short text would begin with its
    padding, and the state would not be empty when the text starts. So the turn
    is done for each text by itself, and the padding stays behind it.
    """
    flipped = x.copy()
    for text, length in enumerate(lengths):
        flipped[:length, text] = x[:length, text][::-1]
    return flipped


def text_summary(outputs, lengths):
    """Join the two states of each text that have read all of it.

    The forward chain has read everything at the last word, the backward chain
    at the first word. At the last word the backward chain has read one word
    only, which is why the last row of the outputs is no summary. Each text has
    its own last word, so the position is looked up for each of them.
    """
    size = outputs.shape[2] // 2
    texts = np.arange(outputs.shape[1])
    end = outputs[lengths - 1, texts, :size]
    start = outputs[0, :, size:]
    return np.concatenate([end, start], axis=1)


def replace_word(
    x, position, forward, backward, weight, bias, weight_reverse, bias_reverse
):
    """Merge the two new states at one position where the word has changed.

    The forward state on the left has not read the word, and neither has the
    backward state on the right. So both stay as they are, and one step of each
    chain from there is enough for this position, with the chain's own weights.
    The states further on would change too, but nobody has asked for them.
    """
    left = np.concatenate([forward[position - 1], x], axis=1)
    right = np.concatenate([backward[position + 1], x], axis=1)
    to_the_right = np.tanh(left @ weight.T + bias)
    to_the_left = np.tanh(right @ weight_reverse.T + bias_reverse)
    return np.concatenate([to_the_right, to_the_left], axis=1)


def bidirectional_sizes(blocks, input_size, hidden_size, num_layers, num_tags):
    """Count the numbers of the first layer, of the others and of the output.

    Each direction of each layer has its own weights and two biases. A row of
    the first layer reads the input. A row of a higher layer reads both
    directions of the layer below, which is 2H numbers, so a higher layer can
    be larger than the first one. The output layer reads 2H numbers and has one
    bias for each tag.
    """
    rows = 2 * blocks * hidden_size
    first = rows * (input_size + hidden_size + 2)
    higher = rows * (2 * hidden_size + hidden_size + 2) * (num_layers - 1)
    return first, higher, num_tags * (2 * hidden_size + 1)


def learned_merge_backward(dmerged, forward, backward, v):
    """Gradients of a weighted mean of both directions and of its weights.

    The merged number is s times the forward one plus 1 - s times the backward
    one. If s rises, the first part grows and the second part shrinks, so the
    slope in s is their difference. The same v is used at every position of
    every text, and a number that is used often receives the sum.
    """
    s = 1 / (1 + np.exp(-v))
    difference = (dmerged * (forward - backward)).sum(axis=(0, 1))
    return dmerged * s, dmerged * (1 - s), difference * s * (1 - s)
