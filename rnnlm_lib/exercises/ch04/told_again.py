"""A decoder that reads the context of its text at every step."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _told_again(bug, targets, context, embedding, weight, bias, eos):
    inputs = np.vstack([np.full_like(targets[:1], eos), targets[:-1]])
    if "no_shift" in bug:
        inputs = targets
    if "shifted_back" in bug:
        inputs = np.vstack([targets[1:], np.full_like(targets[:1], eos)])
    if "first_id" in bug:
        inputs[0] = 0
    words = embedding[inputs]
    if "zeros_first" in bug:
        words[0] = 0
    if "no_bias" in bug:
        bias = 0 * bias
    h, states = np.zeros((targets.shape[1], len(weight))), []
    for t, word in enumerate(words):
        told = 0 * context if "told_once" in bug and t else context
        if "told_late" in bug and t < len(words) - 1:
            told = 0 * context
        parts = [0 * h if "no_memory" in bug else h, word, told]
        if "context_first" in bug:
            parts = [parts[0], told, word]
        if "state_last" in bug:
            parts = [*parts[1:], parts[0]]
        if "word_first" in bug:
            parts = [parts[1], parts[0], parts[2]]
        h = np.concatenate(parts, axis=1) @ weight.T + bias
        h = h if "no_tanh" in bug else np.tanh(h)
        states.append(h)
    return np.stack(states)


def _decoder(rng):
    steps, batch, hidden, size, told = sizes(rng, 5, 3, 7)
    vocab_size, width = 9, hidden + size + told
    return (
        rng.integers(1, vocab_size - 1, (steps, batch)),
        rng.choice([-1, 1], (batch, told)) * rng.uniform(0.5, 1.5, (batch, told)),
        rng.normal(size=(vocab_size, size)),
        1.5 * rng.normal(size=(hidden, width)) / np.sqrt(width),
        rng.choice([-1, 1], hidden) * rng.uniform(0.3, 0.8, hidden),
        vocab_size - 1,
    )


exercise = Exercise(
    name="told_again",
    chapter=4,
    ref=_told_again,
    make=_decoder,
    bugs={
        "no_shift": Mistake(
            "each step reads the word that it should write; it may read only the one "
            "before",
            "S-133",
        ),
        "shifted_back": Mistake(
            "each step reads the word after the one that it should write", "E-42"
        ),
        "first_id": Mistake(
            "the first step reads the word with id 0; it should read `eos`", "trial"
        ),
        "zeros_first": Mistake(
            "the first step reads zeros; it should read the embedding of `eos`",
            "S-044",
        ),
        "told_once": Mistake(
            "the context is read in the first step only, and zeros after it", "S-129"
        ),
        "told_late": Mistake("the context is read in the last step only", "generic"),
        "context_first": Mistake(
            "the context is joined in front of the word; here the word comes first",
            "S-120",
        ),
        "state_last": Mistake(
            "the state is joined at the end; the first columns belong to it", "S-120"
        ),
        "word_first": Mistake(
            "the word is joined in front of the state; the first columns belong to "
            "the state",
            "S-120",
        ),
        "no_tanh": Mistake("the tanh is missing", "S-109"),
        "no_memory": Mistake(
            "the state is zero at every step and not only at the first", "S-109"
        ),
        "no_bias": Mistake("the bias is missing", "generic"),
    },
    done="You can tell a decoder its genre at every note.",
    hints=(
        "which word does step t read? And which does the first step read?",
        "each step joins three arrays of B rows: the state, one embedding, and the "
        "context, which is the same at all steps.",
    ),
    heading="A caption for a picture",
    switch_off={
        "the context (set to 0)": lambda y, c, e, w, b, eos: (y, 0 * c, e, w, b, eos),
        "the words (embeddings set to 0)": lambda y, c, e, w, b, eos: (
            y,
            c,
            0 * e,
            w,
            b,
            eos,
        ),
        "the bias (set to 0)": lambda y, c, e, w, b, eos: (y, c, e, w, 0 * b, eos),
    },
)
