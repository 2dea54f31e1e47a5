"""N-gram language models: counts, and four ways to smooth them.

A smoothing is a pair of numbers, alpha for an n-gram and gamma for its context, in
one recursion over longer and longer contexts that starts from the uniform 1/V:

    P(w | context) = alpha(context, w) + gamma(context) * P(w | shorter context)

alpha is what the counts say; gamma is the probability they hand down. A context that
was never seen says nothing and hands down everything: alpha = 0, gamma = 1. Only
add-k differs: whatever the context, it hands down to the uniform 1/V.

Each smoothing below takes one order of n-grams: `counts` (M,), `context` (M,) the row
of each n-gram's context, `total` (C,) the sum of the counts after each context. It
returns alpha (M,) and gamma (C,).
"""

import numpy as np

from rnnlm_lib.counts import (
    ABSENT,
    context_rows,
    count_ngrams,
    estimate_discounts,
    find,
    reach,
    spell_out,
)
from rnnlm_lib.lm import as_ids

SMOOTHINGS = ("mle", "add_k", "interpolated", "kneser_ney")


def mle(counts, context, total):
    """Relative frequency, which hands nothing down. Built in chapter 2."""
    return counts / total[context], _share(np.zeros_like(total), total)


def add_k(counts, context, total, *, k, vocab_size):
    """As if every word had been seen k more times. Built in chapter 2."""
    total = total + k * vocab_size
    return counts / total[context], k * vocab_size / total


def interpolated(counts, context, total, *, weight):
    """A weight on the relative frequency, the rest on the shorter context.

    Source: Jelinek & Mercer 1980; differs: one weight per order. Built in chapter 2.
    """
    alpha, gamma = mle(counts, context, total)
    return weight * alpha, 1 - weight * (1 - gamma)


def kneser_ney(counts, context, total, *, discounts):
    """Take a discount off every count, and hand down what was taken.

    Source: Chen & Goodman 1998, modified, interpolated. Built in chapter 2.
    """
    taken = discounts[np.minimum(counts, 3)]
    handed_down = np.bincount(context, taken, len(total))
    return (counts - taken) / total[context], _share(handed_down, total)


def _share(mass, total):
    """mass / total for each context, 1 where no word ever followed it."""
    return np.divide(mass, total, out=np.ones(len(total)), where=total > 0)


def estimate_weights(model, ids, *, tolerance=1e-6):
    """The weights that make held-out ids most probable, by expectation-maximisation.

    Parameters
    ----------
    model : a fitted NGramLM with smoothing "mle".
    ids : integers (T,) on which it was not fitted.

    Returns
    -------
    weights (order,), of the shortest context first; 0 for an order never asked.

    Source: Jelinek & Mercer 1980. Built in chapter 2.
    """
    ids = as_ids(ids, model.vocab_size)
    stream = np.concatenate([[model.start], ids[:-1]])
    pairs = [(alpha, 1 - gamma) for alpha, gamma in model.pairs(stream, ids)]
    weights, change = np.full(len(pairs), 0.5), 1.0
    while change > tolerance:
        prob, spoke = 1 / model.vocab_size, []
        for (alpha, seen), weight in zip(pairs, weights, strict=True):
            prob = weight * alpha + (1 - weight * seen) * prob
            spoke.append(weight * alpha / prob)  # P(this order chose the word)
        asked, previous, weights = 1.0, weights, np.zeros(len(pairs))
        for n in reversed(range(len(pairs))):
            total = np.sum(asked * pairs[n][1])
            weights[n] = np.sum(asked * spoke[n]) / total if total > 0 else 0.0
            asked = asked * (1 - spoke[n])
        change = np.abs(weights - previous).max()
    return weights


class NGramLM:
    """A language model that looks at the last order - 1 ids.

    Parameters
    ----------
    order : 1 for unigrams, 2 for bigrams, ...
    vocab_size : every id is below it.
    smoothing : "mle", "add_k", "interpolated" or "kneser_ney" (modified, no cut-offs).
    boundary : the id of <eos>, predicted at the end of a sentence and conditioned on
        at the start of the next; no context reaches across it. None: one stream.
    k : what "add_k" adds to each count.
    weights : of "interpolated", one per order; None: `fit` estimates them.
    fallback_discounts : of "kneser_ney", for an order whose counts of counts define
        none; None: such an order raises ValueError.

    Below the highest order, Kneser-Ney counts the different words before an n-gram. One
    that starts a sentence keeps its raw count, as in SRILM and KenLM: nothing can stand
    before it. Unigrams too are discounted, and hand down to 1/V. Penn Treebank, test:
    perplexity 148.28 at order 3, 141.19 at order 5. Built in chapter 2.
    """

    def __init__(
        self,
        order,
        vocab_size,
        *,
        smoothing="kneser_ney",
        boundary=None,
        k=1.0,
        weights=None,
        fallback_discounts=None,
    ):
        if order < 1:
            raise ValueError(f"order must be 1 (unigrams) or more, got {order}")
        if smoothing not in SMOOTHINGS:
            raise ValueError(f"smoothing must be in {SMOOTHINGS}, got {smoothing!r}")
        if k <= 0:
            raise ValueError(f'add-k needs k > 0, got {k}: for 0 use smoothing="mle"')
        if weights is not None and (
            len(weights) != order or min(weights) < 0 or max(weights) > 1
        ):
            raise ValueError(f"need {order} weights between 0 and 1, got {weights}")
        self.order, self.vocab_size = order, vocab_size
        self.smoothing, self.boundary = smoothing, boundary
        self.k, self.weights, self.fallback_discounts = k, weights, fallback_discounts
        self.start = ABSENT if boundary is None else as_ids([boundary], vocab_size)[0]

    def fit(self, ids, *, held_out=None):
        """Count the n-grams of ids (T,) and smooth them; returns the model.

        Only "interpolated" reads held_out (T',), for the weights it was not given.
        """
        self.weights_ = self.weights
        if self.smoothing == "interpolated" and self.weights is None:
            if held_out is None:
                raise ValueError(
                    f"interpolation needs {self.order} weights: pass weights=..., or "
                    "fit(ids, held_out=...) to estimate them"
                )
            raw = NGramLM(
                self.order, self.vocab_size, smoothing="mle", boundary=self.boundary
            )
            self.weights_ = estimate_weights(raw.fit(ids), held_out)
        counted = count_ngrams(ids, self.order, self.vocab_size, boundary=self.boundary)
        num_contexts = [1, *(len(table.seen) for table in counted[:-1])]
        smoothed = list(map(self._smooth, range(self.order), counted, num_contexts))
        self.keys_, self.seen_ = [t.keys for t in counted], [t.seen for t in counted]
        self.alpha_ = [np.append(alpha, 0.0) for alpha, _ in smoothed]  # row ABSENT
        self.gamma_ = [np.append(gamma, 1.0) for _, gamma in smoothed]
        return self

    def _smooth(self, n, table, num_contexts):
        counts = table.left if self.smoothing == "kneser_ney" else table.seen
        context = table.keys[:-1] // self.vocab_size
        order = counts, context, np.bincount(context, counts, num_contexts)
        if self.smoothing == "mle":
            return mle(*order)
        if self.smoothing == "add_k":
            return add_k(*order, k=self.k, vocab_size=self.vocab_size)
        if self.smoothing == "interpolated":
            return interpolated(*order, weight=self.weights_[n])
        discounts = estimate_discounts(counts, fallback=self.fallback_discounts)
        return kneser_ney(*order, discounts=discounts)

    def counts_(self, n):
        """The n-grams of the text: ids (M, n) in ascending order, counts (M,)."""
        self._require_fit()
        if not 1 <= n <= self.order:
            raise ValueError(f"n must be from 1 to {self.order}, the order, got {n}")
        seen = self.seen_[n - 1]
        ngrams = spell_out(self.keys_, n, self.vocab_size)
        return ngrams[seen > 0], seen[seen > 0].astype(int)

    @property
    def nbytes(self):
        """Memory of the fitted tables, in bytes."""
        tables = self.keys_ + self.seen_ + self.alpha_ + self.gamma_
        return sum(table.nbytes for table in tables)

    def prob(self, context, word):
        """P(word | context): context a list of ids, word an id or an array of them."""
        as_ids([*context, *np.ravel(word)], self.vocab_size)
        stream = np.array([ABSENT, *context])[-self.order :]
        return self._prob(stream, np.asarray(word), -1)[()]

    def initial_state(self, batch_size):
        """Nothing read yet: ids (B, order - 1), all absent."""
        return np.full((batch_size, self.order - 1), ABSENT)

    def step(self, tokens, state):
        """Read ids (B,): log-probabilities (B, V) of the next, in nats, and state."""
        stream = np.vstack([state.T, as_ids(tokens, self.vocab_size)])
        probs = self._prob(stream[..., None], np.arange(self.vocab_size), -1)
        return _log(probs), stream[1:].T

    def score(self, inputs, targets, state):
        """Minus log P of the targets (T, B), in nats, and state after the inputs."""
        shape, other = np.shape(inputs), np.shape(targets)
        if shape != other:
            raise ValueError(f"every input needs one target, got {shape} and {other}")
        ids = as_ids(np.ravel([inputs, targets]), self.vocab_size)
        inputs, targets = ids.reshape(2, *shape)
        past = self.order - 1
        stream = np.concatenate([state.T, inputs])
        probs = self._prob(stream, targets, slice(past, None))
        return -_log(probs), stream[len(inputs) :].T

    def pairs(self, stream, words, at=slice(None)):
        """Yield alpha and gamma of words after stream[at], shortest context first."""
        self._require_fit()
        rows = context_rows(self.keys_, stream, self.vocab_size, boundary=self.boundary)
        for n, row in enumerate(rows):
            row = row[at]
            ngram = find(self.keys_[n], row * self.vocab_size + words)
            yield self.alpha_[n][ngram], self.gamma_[n][row]

    def _require_fit(self):
        if not hasattr(self, "keys_"):
            raise ValueError("this n-gram model has no counts yet: call fit(ids) first")

    def _prob(self, stream, words, at):
        prob = uniform = 1 / self.vocab_size
        within = reach(stream, self.boundary)[at]
        for n, (alpha, gamma) in enumerate(self.pairs(stream, words, at)):
            lower = uniform if self.smoothing == "add_k" else prob
            prob = np.where(within >= n, alpha + gamma * lower, prob)
        return prob


def _log(probs):
    return np.log(probs, out=np.full(probs.shape, -np.inf), where=probs > 0)
