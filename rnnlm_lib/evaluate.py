"""Nats, bits and perplexity of any language model.

Sums and counts go together until the last moment: perplexity comes from the nats of
all tokens divided once by their number, never from averages of averages.
"""

import math
import sys
from dataclasses import dataclass

import numpy as np

from rnnlm_lib.batching import pad, shift
from rnnlm_lib.lm import as_ids, read

LARGEST_EXPONENT = math.log(sys.float_info.max)


@dataclass(frozen=True)
class Evaluation:
    """What a text cost a model, and how many tokens paid for it.

    Two evaluations add up to that of both texts together.

    Attributes
    ----------
    nats : float
        Sum of -log P over the tokens, in nats.
    tokens : int
        Number of tokens predicted.

    Built in chapter 1.
    """

    nats: float
    tokens: int

    @property
    def nats_per_token(self):
        """Cross-entropy in nats per token."""
        if self.tokens == 0:
            raise ValueError("no token was scored: evaluate at least one token")
        return self.nats / self.tokens

    @property
    def bits_per_token(self):
        """Cross-entropy in bits per token; of a character model, bits per character."""
        return self.nats_per_token / math.log(2)

    @property
    def perplexity(self):
        """Exp of the nats per token: as unsure as among this many equal choices."""
        exponent = self.nats_per_token
        return math.exp(exponent) if exponent <= LARGEST_EXPONENT else math.inf

    def __add__(self, other):
        return Evaluation(self.nats + other.nats, self.tokens + other.tokens)

    def __str__(self):
        return f"perplexity {self.perplexity:,.2f} over {self.tokens:,} tokens"


def evaluate(model, ids, *, first, window=64):
    """Score one long text, its state carried from beginning to end.

    Parameters
    ----------
    model : LanguageModel
    ids : int array (N,)
        Every one of them is predicted.
    first : int
        Read before the first id, usually `<eos>`.
    window : int
        Time steps per call of the model: memory and speed, never the result.

    Returns
    -------
    Evaluation of N tokens, nats

    Built in chapter 1.
    """
    _check_positive("window", window)
    targets = as_ids(ids, model.vocab_size)[:, None]
    inputs = shift(targets, as_ids([first], model.vocab_size))
    state = model.initial_state(1)
    nats = 0.0
    for t in range(0, len(targets), window):
        part = slice(t, t + window)
        nll, state = model.score(inputs[part], targets[part], state)
        nats += _total(nll)
    return Evaluation(nats, len(targets))


def evaluate_sentences(model, sentences, *, first, batch_size=32):
    """Score sentences that know nothing of each other.

    Parameters
    ----------
    model : LanguageModel
    sentences : sequence of int arrays
        Each is scored as it is: append `<eos>` to count the end of a sentence too.
    first : int
        Read before each sentence, usually `<eos>`.
    batch_size : int
        Sentences per call of the model: memory and speed, never the result.

    Returns
    -------
    Evaluation of all tokens, nats; padding is neither scored nor counted

    Built in chapter 5.
    """
    _check_positive("batch_size", batch_size)
    (first,) = as_ids([first], model.vocab_size)
    sentences = sorted((as_ids(s, model.vocab_size) for s in sentences), key=len)
    nats = 0.0
    for start in range(0, len(sentences), batch_size):
        ids, mask = pad(sentences[start : start + batch_size], pad_id=first)
        state = model.initial_state(ids.shape[1])
        nll, _ = model.score(shift(ids, first), ids, state)
        nats += _total(nll[mask])
    return Evaluation(nats, sum(map(len, sentences)))


def log_prob(model, ids, *, first):
    """Log-probability of a text: the chain rule, added up.

    Parameters
    ----------
    model : LanguageModel
    ids : sequence of int
        Append `<eos>` for the probability of this sentence and no longer one.
    first : int
        Read before the first id, usually `<eos>`.

    Returns
    -------
    float, nats

    Built in chapter 1.
    """
    return -evaluate(model, ids, first=first).nats


def next_word(model, prompt, *, first):
    """What the model expects after a prompt.

    Parameters
    ----------
    model : LanguageModel
    prompt : sequence of int
        May be empty: then, how a text begins.
    first : int
        Read before the prompt, usually `<eos>`.

    Returns
    -------
    log_probs : array (V,), nats

    Built in chapter 1.
    """
    log_probs, _ = read(model, [first, *prompt])
    return log_probs


def _check_positive(name, value):
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")


def _total(nll):
    """Sum in float64, and refuse what is no number."""
    total = float(np.sum(nll, dtype=np.float64))
    if math.isnan(total):
        raise ValueError(
            "the model's score is NaN: its parameters have diverged, "
            "so train it again with a smaller lr or a smaller clip"
        )
    return total
