"""What a language model is, and the first one.

Evaluation and sampling know nothing but this protocol, so an n-gram model and a deep
LSTM are measured and sampled by the same lines.
"""

import math
from typing import Any, Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class LanguageModel(Protocol):
    """A next-word distribution that carries what it has read in a state.

    A text starts with `<eos>` as its first input, where others write `<s>`. The state
    belongs to the model: nobody else looks inside, and a call returns a new one and
    leaves the one it was given as it was.

    Built in chapter 1.
    """

    vocab_size: int

    def initial_state(self, batch_size: int) -> Any:
        """State of B texts of which nothing has been read."""

    def step(self, tokens: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """Read tokens (B,); return log-probabilities (B, V) in nats, and the state."""

    def score(
        self, inputs: np.ndarray, targets: np.ndarray, state: Any
    ) -> tuple[np.ndarray, Any]:
        """Read inputs (T, B); return -log P of targets (T, B) in nats, and the state.

        A score is the same as T steps, and often much faster.
        """


class UniformLM:
    """The model that has read nothing: every word has probability 1/V, always.

    Its perplexity is V on every text, the number to beat.

    Parameters
    ----------
    vocab_size : int
        V, at least 1.

    Built in chapter 1.
    """

    def __init__(self, vocab_size):
        if vocab_size < 1:
            raise ValueError(f"vocab_size must be at least 1, got {vocab_size}")
        self.vocab_size = vocab_size

    def initial_state(self, batch_size):
        """Nothing to remember: None."""

    def step(self, tokens, state):
        """Log-probabilities (B, V), all of them -log V nats, and the state."""
        return np.full(
            (len(tokens), self.vocab_size), -math.log(self.vocab_size)
        ), state

    def score(self, inputs, targets, state):
        """Log V nats for each of the targets (T, B), and the state."""
        return np.full(np.shape(targets), math.log(self.vocab_size)), state


def score_by_steps(model, inputs, targets, state):
    """Score as the protocol defines it, one step at a time.

    A model that only knows how to step can use this as its `score`; a faster `score`
    must return the same numbers.

    Parameters
    ----------
    model : LanguageModel
    inputs, targets : int arrays (T, B)
    state : the model's state of B texts

    Returns
    -------
    nll : array (T, B), nats
    state : the state after the last input

    Built in chapter 1.
    """
    nll = np.empty(np.shape(targets))
    for t, (tokens, wanted) in enumerate(zip(inputs, targets, strict=True)):
        log_probs, state = model.step(tokens, state)
        nll[t] = -log_probs[np.arange(len(wanted)), wanted]
    return nll, state


def as_ids(ids, vocab_size):
    """Ids as an array, refused where a model of V words cannot read them.

    Parameters
    ----------
    ids : sequence of int, N of them
    vocab_size : int
        V.

    Returns
    -------
    ids : int64 array (N,)

    Raises
    ------
    ValueError
        For no ids, something else than integers, or an id outside 0..V-1.
    """
    ids = np.asarray(ids)
    if ids.size == 0:
        raise ValueError("there are no ids to read: pass at least one token")
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(
            f"ids are one row of integers, got {ids.dtype} of shape {ids.shape}: "
            "encode the tokens with vocabulary.encode(tokens)"
        )
    if ids.min() < 0 or ids.max() >= vocab_size:
        wrong = ids.min() if ids.min() < 0 else ids.max()
        raise ValueError(
            f"id {wrong} is outside 0..{vocab_size - 1}: "
            f"encode the text with the model's own vocabulary of {vocab_size} tokens"
        )
    return ids.astype(np.int64)


def read(model, ids):
    """Read one text from its start; what may follow, and the state to go on from.

    Parameters
    ----------
    model : LanguageModel
    ids : sequence of int
        The first is the `<eos>` that starts every text.

    Returns
    -------
    log_probs : array (V,), nats
        Distribution of the next word.
    state : the model's state of this one text
    """
    state = model.initial_state(1)
    for token in as_ids(ids, model.vocab_size):
        log_probs, state = model.step(np.array([token]), state)
    return log_probs[0], state
