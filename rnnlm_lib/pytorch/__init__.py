"""The PyTorch half: every model of the book on any device.

The names, the parameters and their shapes are those of `rnnlm_lib.scratch`, so a dict
of arrays moves a model from one half to the other. Autograd takes the place of caches
and backward passes.

    rnn, gru, lstm          readable steps, for the cells PyTorch does not have
    recurrent               PyTorch's own stacks where they exist, else a loop
    network, model          the language model
    heads, writers          the other sequence shapes
    regularize              dropout for recurrent networks
    device, train           where and how a model learns
"""
