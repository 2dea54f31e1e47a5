"""From nats per token to bits per character."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _bits_per_character(bug, nats_per_token, text):
    words = text.split(" ")
    tokens = len(words) + ("eos_not_predicted" not in bug)
    characters = len(text) + ("line_end_missing" not in bug)
    if "spaces_missing" in bug:
        characters -= len(words) - 1
    bits = nats_per_token / np.log(2)
    if "nats" in bug:
        bits = nats_per_token
    if "ln2_multiplied" in bug:
        bits = nats_per_token * np.log(2)
    if "mean_over_words" in bug:
        return np.mean([bits / len(word) for word in words])
    if "one_token" in bug:
        tokens = 1
    return bits * (characters / tokens if "upside_down" in bug else tokens / characters)


def _line(rng):
    letters = list("abcdefghijklmnopqrstuvwxyz")
    lengths = rng.permutation(np.arange(1, 8))[: rng.integers(3, 6)]
    text = " ".join("".join(rng.choice(letters, n)) for n in lengths)
    return float(rng.uniform(3, 7)), text


exercise = Exercise(
    name="bits_per_character",
    chapter=1,
    ref=_bits_per_character,
    make=_line,
    bugs={
        "nats": Mistake("nats are not converted to bits", "S-055"),
        "ln2_multiplied": Mistake(
            "nats are multiplied by ln 2; one bit is ln 2 nats, so divide", "trial"
        ),
        "spaces_missing": Mistake(
            "the spaces between the words are not counted as characters", "E-25"
        ),
        "line_end_missing": Mistake(
            "the character that ends the line, <eos>, is not counted",
            "S-142",
        ),
        "eos_not_predicted": Mistake(
            "only the words are counted as predictions and <eos> is not", "S-142"
        ),
        "mean_over_words": Mistake(
            "every word is divided by its own length and the results are averaged",
            "trial",
        ),
        "one_token": Mistake(
            "the nats of one token are spread over the characters of the whole line",
            "trial",
        ),
        "upside_down": Mistake(
            "the ratio is upside down: characters per token instead of tokens per "
            "character",
            "generic",
        ),
    },
    done="You can compare a word model with a character model on the same text.",
    hints=(
        "the line has one price in bits, whether it is paid by the word or by the "
        "letter.",
        "count the predictions (words and <eos>) and the characters (letters, spaces "
        "and the end of the line).",
    ),
    heading="Words or characters",
    switch_off={
        "all words but the first": lambda nats, text: (nats, text.split(" ")[0]),
        "the units (one bit per token)": lambda nats, text: (float(np.log(2)), text),
    },
)
