"""Run a recurrent network over a text that arrives in chunks."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _stream_states(bug, chunks, h0, weight_ih, weight_hh, bias):
    recurrent = weight_hh if "recurrent_transposed" in bug else weight_hh.T
    h = start = 0 * h0 if "h0_unused" in bug else h0
    states, ends = [], []
    for chunk in chunks[::-1] if "chunks_reversed" in bug else chunks:
        h = start if "reset" in bug else h
        for x in chunk[1:] if "first_skipped" in bug else chunk:
            before = start if "not_carried" in bug else h
            a = x @ weight_ih.T + before @ recurrent + bias
            h = np.tanh(a)
            kept = before if "one_late" in bug else a if "before_tanh" in bug else h
            states.append(kept)
        ends.append(h)
        if "last_chunk_only" in bug:
            states = states[-len(chunk) :]
    return np.stack(states), ends[0] if "first_end" in bug else h


def _chunks(rng):
    batch, inputs, hidden = sizes(rng, 3, 2, 6)
    lengths = rng.permutation([2, 3, 4])[: rng.integers(2, 4)]
    return (
        [rng.normal(size=(length, batch, inputs)) for length in lengths],
        rng.uniform(-0.9, 0.9, (batch, hidden)),
        rng.normal(size=(hidden, inputs)) / np.sqrt(inputs),
        rng.normal(size=(hidden, hidden)) / np.sqrt(hidden),
        rng.choice([-1, 1], hidden) * rng.uniform(0.2, 0.6, hidden),
    )


exercise = Exercise(
    name="stream_states",
    chapter=3,
    ref=_stream_states,
    make=_chunks,
    returns=("states", "h_last"),
    bugs={
        "reset": Mistake(
            "every chunk starts from h0 again; it should start from the last state of "
            "the chunk before it",
            "ageron/handson-mlp#4",
        ),
        "not_carried": Mistake(
            "every step starts from h0: the state is computed but never handed on",
            "karpathy/makemore#3",
        ),
        "first_skipped": Mistake(
            "the first step of each chunk is skipped, as `range(1, len(x))` does",
            "E-44",
        ),
        "h0_unused": Mistake("the network starts from zeros and not from h0", "S-116"),
        "one_late": Mistake(
            "each state is kept before it is updated, so that all come one step late",
            "trial",
        ),
        "before_tanh": Mistake("the sums before the tanh are kept as states", "E-68"),
        "last_chunk_only": Mistake(
            "only the states of the last chunk come back", "trial"
        ),
        "first_end": Mistake(
            "the last state is that of the first chunk, not of the whole text", "trial"
        ),
        "chunks_reversed": Mistake("the chunks are read from last to first", "generic"),
        "recurrent_transposed": Mistake(
            "the recurrent matrix is transposed: for states in rows it is h @ "
            "weight_hh.T",
            "generic",
        ),
    },
    done="You can read a text of any length with the memory of a single state.",
    hints=(
        "cut a text in two. What does the second half need to know about the first?",
        "two loops, one over chunks and one over steps, and one variable h that both "
        "of them leave alone except for the update.",
    ),
    heading="Unrolling",
    switch_off={
        "the cuts (one chunk)": lambda chunks, *rest: ([np.concatenate(chunks)], *rest),
        "time (one step)": lambda chunks, *rest: ([chunks[0][:1]], *rest),
        "the recurrent matrix (set to 0)": lambda chunks, h0, w, u, b: (
            chunks,
            h0,
            w,
            0 * u,
            b,
        ),
        "the input (set to 0)": lambda chunks, h0, w, u, b: (chunks, h0, 0 * w, u, b),
        "the bias (set to 0)": lambda chunks, h0, w, u, b: (chunks, h0, w, u, 0 * b),
    },
)
