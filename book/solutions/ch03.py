"""Solutions to the exercises of chapter 3: recurrent networks."""

import numpy as np


def rnn_step_joined(x, h_prev, weight, bias):
    """One step of a recurrent network whose two matrices are one.

    The lectures write W[h, x]: the matrix that reads the state and the matrix
    that reads the input stand side by side, H columns and E columns. State and
    input stand side by side too, so a single product adds both parts. A block
    of a matrix and a block of a vector meet only if both are in the same
    order: state first.
    """
    joined = np.concatenate([h_prev, x], axis=1)
    return np.tanh(joined @ weight.T + bias)


def lookup_columns(embedding, ids):
    """Embeddings of an array of ids, without a one-hot vector.

    A matrix times a one-hot column vector is one column of the matrix. All
    other products are zeros, so there is no need to form them: index. The
    columns of the matrix are the rows of its transpose, and an index into rows
    keeps the axes of the ids in front: (T, B) becomes (T, B, E).
    """
    return embedding.T[ids]


def stream_states(chunks, h0, weight_ih, weight_hh, bias):
    """States of a recurrent network over a text that arrives in chunks.

    The state is all that the network knows of the past. If it is handed from
    chunk to chunk, the cuts cannot be seen in the result. The loop never needs
    to know how long the text is, and its memory is one state.
    """
    states = []
    h = h0
    for chunk in chunks:
        for x in chunk:
            h = np.tanh(x @ weight_ih.T + h @ weight_hh.T + bias)
            states.append(h)
    return np.stack(states), h


def parameter_counts(vocab_size, embedding_size, hidden_size, seq_len):
    """Numbers of parameters of a recurrent language model, part by part.

    Every row of a matrix reads one vector, so a matrix holds (rows) times
    (length of what it reads). The cell has two matrices and, in PyTorch, two
    biases. The number of steps does not occur: all steps use the same arrays,
    which is why a network can read a text longer than any it was trained on.
    """
    return {
        "embedding": vocab_size * embedding_size,
        "rnn": hidden_size * embedding_size + hidden_size**2 + 2 * hidden_size,
        "output": vocab_size * hidden_size + vocab_size,
    }


def predict_next(h, weight, bias):
    """Probabilities of the next word from hidden states.

    One word out of V comes next, so the V results must sum to one: softmax
    over the last axis. A sigmoid for each word would answer V separate
    questions. Subtracting the largest score changes nothing after the division
    and keeps the exponential from overflowing.
    """
    scores = h @ weight.T + bias
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
