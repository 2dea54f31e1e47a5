"""How much memory a training step takes, beside what its arithmetic needs."""

import tracemalloc

from benchmarks.models import BLOCKS, Shape, scratch

NUMBER = 4  # bytes of a float32


def needed(shape):
    """Bytes that a step cannot do without, the parameters not counted.

    A gradient for each parameter; the scores of all words at each position, which
    become their own gradient; and in each layer, at each position, the input, the
    gates, the gradients of the gates, the hidden state, and for the LSTM the cell and
    its tanh.
    """
    size, blocks = shape.hidden_size, BLOCKS[shape.cell]
    layer = blocks * size * (2 * size + 2)
    parameters = shape.num_layers * layer + shape.vocab_size * (2 * size + 1)
    states = 3 if shape.cell == "lstm" else 1
    position = shape.num_layers * (1 + 2 * blocks + states) * size + shape.vocab_size
    return NUMBER * (parameters + shape.tokens * position)


def peak(shape):
    """Bytes that a step takes at its height, beyond what was there before it."""
    step = scratch(shape)
    step()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    step()
    _, height = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return height - before


if __name__ == "__main__":
    for cell in BLOCKS:
        shape = Shape(cell=cell)
        print(f"{cell}: {peak(shape) / needed(shape):.2f} x what is needed")
