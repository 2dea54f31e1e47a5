"""Solutions to the exercises of chapter 13: the leaderboard."""

import numpy as np


def common_units(nats, words, characters):
    """What each model pays for one text, per character and per word.

    A model of words and a model of characters are asked different numbers of
    questions. But at the end each has given the whole text one probability, so
    each has one price for it. Divide that price by whatever you like, as long
    as it is the same for all. Bits per character divide by the characters and
    by ln 2. Perplexity is the exponential of the price of a word, also for a
    model that has never seen one.
    """
    return {
        "bits_per_character": nats / np.log(2) / characters,
        "word_perplexity": np.exp(nats / words),
    }


def agreement_by_attractors(right, wrong, attractors, most):
    """Share of sentences whose right verb is the more probable one.

    Both verbs stand after the same words. So the cost of those words is in
    both sums, and only the verbs make the difference: fewer nats, more
    probable. Each sentence gives one answer, and a tie is no answer, so it is
    wrong. A share divides by the sentences of its own group, because hard
    sentences are rare and would vanish among all.
    """
    better = right < wrong
    shares = [np.mean(better[attractors == n]) for n in range(most + 1)]
    return np.array(shares)


def em_weight(network, counting, weight):
    """The weight of the network after one step of EM.

    Think of a coin that falls on "network" with the probability `weight`, and
    is thrown for each token. Nobody saw the coin. But the token was seen, and
    it says how likely it is that the network wrote it: the network's part of
    the mixed probability. The mean of these shares is how often the coin fell
    that way, as far as anybody can tell, and so it is the better weight.
    """
    ours = weight * network
    return np.mean(ours / (ours + (1 - weight) * counting))


def plateau_rates(valid, lr, factor, patience):
    """Learning rates of the epochs so far, and of the next one.

    Losses on held-out text are noisy. A rule that cuts at the first epoch
    without a new best may cut by chance; patience asks for several in a row.
    After a cut the new rate gets a fair trial, so the count begins anew. The
    best loss is kept, because it is still the one to beat.
    """
    best, waited, rates = np.inf, 0, [lr]
    for loss in valid:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited > patience:
            lr, waited = lr * factor, 0
        rates.append(lr)
    return np.array(rates)


def locked_dropout_both_ways(x, draws, p, dout):
    """Dropout with one mask for all steps of a text, and its gradient.

    The mask has an axis for the texts and one for the units, and none for
    time: broadcasting repeats it at every step. A unit that is gone cannot
    carry anything, so the network learns to do without it, but those that
    stay keep their memory. A unit stays with the chance 1 - p; divided by that
    chance, its mean is what it was. The gradient goes through the same mask.
    """
    mask = (draws >= p) / (1 - p)
    return x * mask, dout * mask
