"""The state of an n-gram model, one token later."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _next_state(bug, state, tokens, eos):
    new = np.concatenate([state, tokens[:, None]], axis=1)
    if "front" in bug:
        new = np.concatenate([tokens[:, None], state], axis=1)
    keep = slice(1, None)
    if "oldest_kept" in bug or "front" in bug:
        keep = slice(None, -1)
    if "one_too_long" in bug:
        keep = slice(None)
    new = new[:, keep]
    ended = tokens == eos
    if "no_reset" in bug:
        ended = ended & False
    if "all_reset" in bug:
        ended = ended | ended.any()
    if "eos_skipped" in bug:
        return np.where(ended[:, None], state, new[:, : state.shape[1]])
    return np.where(ended[:, None], 0 if "filled_with_zero" in bug else eos, new)


def _states(rng):
    batch, width, vocab_size = sizes(rng, 3, 3, 8)
    eos, *words = rng.permutation(np.arange(1, vocab_size + 3))
    state = rng.choice(words, (batch, width))
    state[np.arange(width) < rng.integers(0, width, batch)[:, None]] = eos
    tokens = rng.choice(words, batch)
    tokens[rng.permutation(batch)[: rng.integers(1, batch)]] = eos
    return state, tokens, int(eos)


exercise = Exercise(
    name="next_state",
    chapter=2,
    ref=_next_state,
    make=_states,
    bugs={
        "no_reset": Mistake(
            "a row that reads <eos> still remembers the sentence before it", "S-142"
        ),
        "all_reset": Mistake(
            "one <eos> resets every row of the batch; the other texts go on",
            "trial",
        ),
        "eos_skipped": Mistake(
            "a row that reads <eos> keeps its old state as if nothing had been read",
            "trial",
        ),
        "filled_with_zero": Mistake(
            "a row that reads <eos> is filled with 0 and not with the id of <eos>",
            "trial",
        ),
        "one_too_long": Mistake(
            "nothing is forgotten: the state grows by one id at each step, while a "
            "model of order n sees n - 1",
            "S-019",
        ),
        "oldest_kept": Mistake(
            "the new token is dropped instead of the oldest one, so the state never "
            "changes",
            "karpathy/makemore#3",
        ),
        "front": Mistake(
            "the new token is put at the front; the newest id comes last", "generic"
        ),
    },
    done="You can stream an n-gram model token by token, like a recurrent network.",
    hints=(
        "which id leaves the window when a new one enters?",
        "build a new array from the state without its first column and the tokens as "
        "the last column.",
        "where a token is <eos>, the whole row becomes <eos>: np.where with a "
        "condition of shape (B, 1).",
    ),
    heading="An n-gram model has a state",
    switch_off={
        "<eos> (no row reads it)": lambda state, tokens, eos: (
            state,
            np.where(tokens == eos, eos + 1, tokens),
            eos,
        ),
        "all words (every row reads <eos>)": lambda state, tokens, eos: (
            state,
            0 * tokens + eos,
            eos,
        ),
    },
)
