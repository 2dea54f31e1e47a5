"""Every network of the book in NumPy, forward and backward by hand.

    functional            sigmoid, softmax, linear, embedding, dropout, the losses
    rnn, gru, lstm        one step of each cell, and its backward
    bptt                  backpropagation through time, written once for every cell
    cells, layer          every cell by name; a layer in one or both directions
    recurrent             depth: a stack of layers;  activation_stack, the lectures' own
    fused                 the fast twin of `unroll`
    model, heads          language models, and networks of other shapes
    optim, train          learning
    gradcheck, notation   are the gradients right; the matrices of other books

A forward returns its value and a cache, a backward takes a gradient and that cache.
Parameters are one flat dict with PyTorch's names and shapes. Nothing imports torch.
"""
