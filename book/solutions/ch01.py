"""Solutions to the exercises of chapter 1: what a language model is."""

import numpy as np


def sentence_log_prob(log_probs, ids, eos):
    """Log-probability of a sentence, in nats.

    A sentence of n words holds n + 1 predictions: each word given the one
    before it, and <eos> after the last. <eos> also stands before the first
    word, so the text that is scored is <eos>, the words, <eos>, and its
    neighbours are the pairs (row, column) to look up. Probabilities multiply;
    their logarithms add, and a sum of logarithms does not underflow where a
    product of forty small numbers would.
    """
    text = np.concatenate([[eos], ids, [eos]])
    return log_probs[text[:-1], text[1:]].sum()


def perplexity_of_files(nats, tokens):
    """Perplexity of several files together.

    Nats and tokens both add up, so the cost of the whole collection is one
    fraction: all nats over all tokens. An average of the files' own rates, or
    of their own perplexities, lets a file of ten tokens weigh as much as one
    of a million. Divide once, and only at the end.
    """
    return np.exp(np.sum(nats) / np.sum(tokens))


def bits_per_character(nats_per_token, text):
    """Bits per character of a line, from a word model's nats per token.

    The model pays for the line once: its words and the <eos> that ends it. A
    character model pays for the same line, one price for each letter, each
    space and the end of the line. So the bits of the whole line are spread
    over its characters. One bit is ln 2 nats, so nats are divided by ln 2.
    """
    tokens = len(text.split(" ")) + 1
    characters = len(text) + 1
    return nats_per_token / np.log(2) * tokens / characters


def rerank(acoustic, lm, weight):
    """Probability of each candidate, given the sound and a language model.

    Bayes' rule: what was heard, given the words, times how likely the words
    are. With logarithms the product is a sum, and the weight, an exponent,
    becomes a factor. Subtracting the largest score changes nothing after the
    division and keeps the exponential from overflowing.
    """
    score = np.log(acoustic) + weight * lm
    share = np.exp(score - score.max())
    return share / share.sum()


def cross_entropy_between(target, predicted):
    """Cross-entropy of each row, in nats.

    The surprise at a word is minus the logarithm of its predicted probability.
    The target says how often each word comes, so it holds the weights of the
    average. If the prediction is perfect, the entropy of the target remains: a
    truth that is itself uncertain cannot be predicted for nothing.
    """
    return -(target * np.log(predicted)).sum(axis=1)
