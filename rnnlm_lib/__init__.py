"""Recurrent neural networks for language modelling: the library of the course book.

Two mirrored halves hold every model of the book under the same names and with the
same parameters: `scratch` (NumPy, forward and backward by hand) and `pytorch` (any
device). Around them:

    text, corpora, languages, batching    from characters to arrays of ids
    lm, ngram                             what a language model is, and the first one
    evaluate, sample                      measure and use any language model
    plot, explore, check                  figures, sliders and exercises of the book

Sizes are written with one letter, everywhere:

    T  time steps       B  batch size      V  vocabulary size
    E  embedding size   H  hidden size     L  number of layers

Arrays put time first: ids are (T, B), inputs (T, B, E), a hidden state is (B, H).
"""

__version__ = "0.1.0"
