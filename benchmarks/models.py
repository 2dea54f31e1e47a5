"""One training step of a language model, written by several hands.

Each maker takes a `Shape` and returns a function that makes one step: two recurrent
layers, softmax, backpropagation through time, clipping, SGD. The bare matrix products
are the bound that no NumPy code can beat.
"""

from dataclasses import dataclass

import numpy as np

BLOCKS = {"rnn": 1, "gru": 3, "gru_reset_before": 3, "lstm": 4}
LR, CLIP = 1.0, 0.25


@dataclass(frozen=True)
class Shape:
    """The sizes of a model and of a window of text."""

    cell: str = "lstm"
    vocab_size: int = 10_000
    hidden_size: int = 200
    num_layers: int = 2
    batch_size: int = 20
    window: int = 35

    @property
    def tokens(self):
        """Tokens of one window, T * B."""
        return self.batch_size * self.window


def zipf_ids(shape):
    """Inputs and targets (T, B), frequent and rare ids as in a text."""
    rng = np.random.default_rng(0)
    odds = 1 / np.arange(1, shape.vocab_size + 1)
    size = (shape.window + 1, shape.batch_size)
    ids = rng.choice(shape.vocab_size, size, p=odds / odds.sum())
    return ids[:-1], ids[1:]


def scratch(shape):
    """This library in NumPy."""
    from rnnlm_lib.scratch.model import RNNLM
    from rnnlm_lib.scratch.optim import SGD, clip_grad_norm

    model = RNNLM(
        shape.vocab_size,
        shape.hidden_size,
        shape.hidden_size,
        cell=shape.cell,
        num_layers=shape.num_layers,
        fused=True,
        rng=np.random.default_rng(0),
    )
    optimizer = SGD(LR)
    state = model.initial_state(shape.batch_size)
    inputs, targets = zipf_ids(shape)

    def step():
        nonlocal state
        _, grads, state = model.loss_and_grads(inputs, targets, state)
        clip_grad_norm(grads, CLIP)
        optimizer.step(model.params, grads)

    return step


def pytorch(shape):
    """A bare loop around nn.RNN, nn.GRU or nn.LSTM."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    kinds = {"rnn": nn.RNN, "gru": nn.GRU, "gru_reset_before": nn.GRU, "lstm": nn.LSTM}
    size = shape.hidden_size
    embedding = nn.Embedding(shape.vocab_size, size)
    layers = kinds[shape.cell](size, size, shape.num_layers)
    decoder = nn.Linear(size, shape.vocab_size)
    params = [*embedding.parameters(), *layers.parameters(), *decoder.parameters()]
    optimizer = torch.optim.SGD(params, LR)
    inputs, targets = map(torch.from_numpy, zipf_ids(shape))
    state = None

    def step():
        nonlocal state
        optimizer.zero_grad()
        outputs, state = layers(embedding(inputs), state)
        if shape.cell == "lstm":
            state = tuple(part.detach() for part in state)
        else:
            state = state.detach()
        logits = decoder(outputs).flatten(0, 1)
        nn.functional.cross_entropy(logits, targets.flatten()).backward()
        nn.utils.clip_grad_norm_(params, CLIP)
        optimizer.step()

    return step


def products(shape):
    """Nothing but the matrix products that a step in NumPy needs, into buffers."""
    rng = np.random.default_rng(0)
    n, batch, size = shape.tokens, shape.batch_size, shape.hidden_size
    width = BLOCKS[shape.cell] * size
    split = [2 * size, size] if shape.cell == "gru_reset_before" else [width]

    def matrix(*sizes):
        return rng.standard_normal(sizes, np.float32)

    def product(left, right):
        return left, right, np.empty((left.shape[0], right.shape[1]), np.float32)

    x, da, h_all = matrix(n, size), matrix(n, width), matrix(n, size)
    weight = matrix(width, size)
    once = [product(x, weight.T), product(da, weight), product(da.T, x)]
    each = []
    for part in split:
        once.append(product(da[:, :part].T, h_all))
        each.append(product(matrix(batch, size), matrix(size, part)))
        each.append(product(matrix(batch, part), matrix(part, size)))
    hidden, words = matrix(n, size), matrix(shape.vocab_size, size)
    dlogits = matrix(n, shape.vocab_size)
    output = [
        product(hidden, words.T),
        product(dlogits, words),
        product(dlogits.T, hidden),
    ]

    def step():
        for _ in range(shape.num_layers):
            for left, right, out in once:
                np.matmul(left, right, out=out)
            for _ in range(shape.window):
                for left, right, out in each:
                    np.matmul(left, right, out=out)
        for left, right, out in output:
            np.matmul(left, right, out=out)

    return step
