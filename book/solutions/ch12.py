"""Solutions to the exercises of chapter 12: weight tying."""

import numpy as np


def lecture_tied_step(ids, h_prev, E, weight):
    """One step of the lecture's tied network, one column of E for each word.

    To read a word is to take its column, and to score a word is to multiply
    the state with that column. Both jobs use the same numbers, and only the
    axis along which they are taken differs: columns are picked for the input,
    and all of them are multiplied for the output. State and embedding have the
    same size, so nothing but care tells the two halves of the weight apart.
    """
    e = E[:, ids].T  # (B, d)
    h = np.tanh(np.concatenate([h_prev, e], axis=1) @ weight.T)
    scores = h @ E  # (B, V)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return h, weights / weights.sum(axis=1, keepdims=True)


def tied_projection_backward(ids, dx, h, projection, embedding, dlogits):
    """Gradients of the shared table, the projection and the states.

    The table was used twice, so two terms are added. As an output matrix it
    met the projected states, and every row gets a share. To read a row is to
    multiply with a one-hot vector, so the other term is a product as well,
    and a word that comes twice gets both of its shares. The projection was
    used once, between state and table.
    """
    projected = h @ projection.T  # (N, d_e)
    one_hot = np.eye(len(embedding))[ids]  # (N, V)
    dembedding = one_hot.T @ dx + dlogits.T @ projected
    dprojected = dlogits @ embedding
    return dembedding, dprojected.T @ h, dprojected @ projection


def tied_parameter_counts(vocab_size, embedding_size, hidden_sizes):
    """Numbers of an LSTM language model with two tables, and with one.

    Without tying one table reads d_e numbers for each word and the other
    scores d_h numbers. With a projection only the first is left, and a matrix
    leads from the state to it, a square one where the sizes agree. What the
    projection costs does not depend on the vocabulary, so for a large one it
    is small. The cell and the output's bias are the same on both sides. The
    sizes d_h are an array, so each line counts all models at once.
    """
    cell = 4 * hidden_sizes * (embedding_size + hidden_sizes + 2)
    table = vocab_size * embedding_size
    rest = cell + vocab_size
    return {
        "untied": table + vocab_size * hidden_sizes + rest,
        "tied": table + embedding_size * hidden_sizes + rest,
    }


def projection_penalty(projection, strength):
    """The length of the projection times a strength, and its gradient.

    All numbers of the matrix are one long vector, and its length is the square
    root of the sum of their squares. The gradient of a length points along the
    vector and has the length 1, whatever the vector's own length is. So this
    penalty pulls with the same force on a long and on a short matrix, unlike
    weight decay, whose pull fades.
    """
    length = np.sqrt(np.sum(projection**2))
    return strength * length, strength * projection / length


def resemblance(first, second):
    """Correlation of the cosines of all pairs of words, in two tables.

    The columns of two tables have nothing to do with each other, and there may
    be more of them in one. So the tables cannot be compared number by number.
    But each gives one cosine for each pair of words, and these lists have the
    same length. A pair is counted once, and a word is no neighbour of itself.
    """
    pairs = np.triu_indices(len(first), 1)
    lists = []
    for table in (first, second):
        rows = table / np.sqrt((table**2).sum(axis=1, keepdims=True))
        lists.append((rows @ rows.T)[pairs])
    return np.corrcoef(lists)[0, 1]
