"""The two states of a padded bidirectional batch that have read the whole text."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _text_summary(bug, outputs, lengths):
    size = outputs.shape[2] // 2
    texts = np.arange(outputs.shape[1])
    last = lengths - ("one_late" not in bug)
    end, start = outputs[last, texts], outputs[0]
    if "padding_forgotten" in bug:
        end = outputs[-1]
    if "both_last" in bug:
        start = end
    if "both_first" in bug:
        end = start
    if "crossed" in bug:
        end, start = start, end
    if "mean" in bug:
        real = np.arange(len(outputs))[:, None] < lengths
        end = start = (outputs * real[..., None]).sum(axis=0) / lengths[:, None]
    halves = [end[:, :size], start[:, size:]]
    if "interleaved" in bug:
        halves = [end[:, 0::2], start[:, 1::2]]
    if "swapped" in bug:
        halves = halves[::-1]
    return np.concatenate(halves, axis=1)


def _outputs(rng):
    steps, batch = sizes(rng, 2, 3, 7)
    size = int(rng.integers(4, 7))
    lengths = rng.integers(2, steps, batch)
    return rng.uniform(-1, 1, (steps, batch, 2 * size)), lengths


exercise = Exercise(
    name="text_summary",
    chapter=10,
    ref=_text_summary,
    make=_outputs,
    bugs={
        "both_last": Mistake(
            "both halves are taken at the last word; there the backward state has "
            "read one word",
            "S-194",
        ),
        "both_first": Mistake(
            "both halves are taken at the first word; there the forward state has "
            "read one word",
            "S-194",
        ),
        "crossed": Mistake(
            "each state is taken where its chain begins; it has read one word there",
            "S-194",
        ),
        "padding_forgotten": Mistake(
            "the forward half is taken at the last position, which is padding in a "
            "short text",
            "trial",
        ),
        "mean": Mistake(
            "the mean over each text's words is taken; two single states have read "
            "all of it",
            "trial",
        ),
        "one_late": Mistake(
            "the forward half is taken one position after the last word", "generic"
        ),
        "swapped": Mistake(
            "the backward half stands first; the forward half comes first", "S-365"
        ),
        "interleaved": Mistake(
            "the directions are read from every second number; each is one half",
            "trial",
        ),
    },
    done="You can sum up padded texts without the mistake of outputs[-1].",
    hints=(
        "which of the two states at the last word has read the most, and how much has "
        "the other one read?",
        "the forward half comes from position lengths - 1 of each text, the backward "
        "half from position 0.",
    ),
    heading="Flip, run, flip",
    switch_off={
        "the padding (cut off)": lambda outputs, lengths: (
            outputs[: lengths.min()],
            np.full_like(lengths, lengths.min()),
        ),
    },
)
