"""Solutions to the exercises of chapter 2: n-grams and their limits."""

import numpy as np


def bigram_counts(sentences, vocab_size, eos):
    """Count the pairs of neighbours in sentences bounded by <eos>.

    <eos> before a sentence says how sentences begin, and <eos> after it how
    they end; both are pairs that a model of sentences needs. Counting sentence
    by sentence keeps the last word of one from meeting the first word of the
    next. A loop adds repeated pairs one by one; with whole arrays, `counts[a,
    b] += 1` would add them only once.
    """
    counts = np.zeros((vocab_size, vocab_size), dtype=int)
    for sentence in sentences:
        previous = eos
        for word in [*sentence, eos]:
            counts[previous, word] += 1
            previous = word
    return counts


def add_k_probs(counts, k):
    """Add-k estimates of the probability of each word after each other.

    Every pair is treated as if it had been seen k times more. A row holds V
    pairs, so its total grows by k times V, and the row still sums to one.
    Divide by the sum of the new counts, and the two additions cannot disagree.
    """
    smoothed = counts + k
    return smoothed / smoothed.sum(axis=1, keepdims=True)


def kneser_ney_bigram(counts, discount):
    """One level of interpolated Kneser-Ney smoothing.

    Each pair that was seen gives up the discount. A row with `kinds` different
    words gives up `kinds` discounts, and this mass goes to the lower
    distribution, so the row sums to one again. The lower distribution is
    needed most where the context was of no help; there it is a better guide
    how many different words a word follows than how often it occurs.
    "Francisco" is frequent, and follows "San".
    """
    total = counts.sum(axis=1, keepdims=True)
    kinds = (counts > 0).sum(axis=1, keepdims=True)
    contexts = (counts > 0).sum(axis=0)
    lower = contexts / contexts.sum()
    return (
        np.maximum(counts - discount, 0) + discount * kinds * lower
    ) / total


def mixture_nats(probs, weights):
    """Cost of a text under a mixture of models, in nats.

    The mixture is a model: for each token it has one probability, the weighted
    sum of the models' probabilities. Its logarithm is the cost of the token.
    Mixed logarithms are no cost at all: the probabilities behind them do not
    sum to one, and a single model that calls a word impossible would forbid it
    to all the others.
    """
    return -np.log(weights @ probs).sum()


def next_state(state, tokens, eos):
    """State of an n-gram model after one more token.

    The model conditions on the last n - 1 ids, so each step drops the oldest
    and appends the newest. <eos> closes a sentence, and what comes after it
    must not see what came before: a row that reads <eos> holds nothing else
    from then on. The decision is taken row by row, because each row of a batch
    is a text of its own.
    """
    shifted = np.concatenate([state[:, 1:], tokens[:, None]], axis=1)
    return np.where(tokens[:, None] == eos, eos, shifted)


def coverage(train, held_out, max_order):
    """Shares of the n-grams of a new text that the training text contains.

    Every occurrence in the new text counts, because the model is asked at
    every occurrence. What was seen in training needs no counts: once is
    enough, so a set holds it. A text of T words has T - n + 1 n-grams, fewer
    than it has words.
    """
    shares = []
    for n in range(1, max_order + 1):
        seen = {tuple(train[i : i + n]) for i in range(len(train) - n + 1)}
        asked = [
            tuple(held_out[i : i + n]) for i in range(len(held_out) - n + 1)
        ]
        shares.append(sum(ngram in seen for ngram in asked) / len(asked))
    return np.array(shares)
