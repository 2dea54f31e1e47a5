"""Costs of one text, in units that every model can be compared in."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _bits_per_character(bug, nats, words, characters):
    bits = nats / np.log(2)
    if "nats" in bug:
        bits = nats
    if "ln2_multiplied" in bug:
        bits = nats * np.log(2)
    if "bits_per_word" in bug:
        return bits / words
    if "blanks_missing" in bug:
        characters = characters - words
    return bits / characters


def _word_perplexity(bug, nats, words, characters):
    exponent = nats / words
    if "bits_in_exp" in bug:
        exponent = exponent / np.log(2)
    if "two_to_the_nats" in bug:
        exponent = exponent * np.log(2)
    if "whole_text" in bug:
        return np.exp(nats)
    if "exp_first" in bug:
        return np.exp(nats) / words
    if "no_exp" in bug:
        return exponent
    if "per_character" in bug:
        return np.exp(exponent * words / characters)
    if "characters_times_length" in bug:
        return np.exp(exponent * words / characters) * characters / words
    return np.exp(exponent)


def _common_units(bug, nats, words, characters):
    if "models_averaged" in bug:
        nats = np.mean(nats)
    return {
        "bits_per_character": _bits_per_character(bug, nats, words, characters),
        "word_perplexity": _word_perplexity(bug, nats, words, characters),
    }


def _text(rng):
    words, models = sizes(rng, 2)
    characters = words * int(rng.integers(3, 6)) + int(rng.integers(1, words))
    return words * rng.uniform(0.5, 2.0, models), words, characters


exercise = Exercise(
    name="common_units",
    chapter=13,
    ref=_common_units,
    make=_text,
    bugs={
        "nats": Mistake("nats per character are called bits", "S-055"),
        "ln2_multiplied": Mistake(
            "nats are multiplied by ln 2; a bit is ln 2 nats, so divide", "trial"
        ),
        "bits_per_word": Mistake(
            "the bits are divided by the words and not by the characters", "E-25"
        ),
        "blanks_missing": Mistake(
            "a character less is counted for each word; blanks and line ends are "
            "characters too",
            "C-10",
        ),
        "per_character": Mistake(
            "the perplexity is per character; a model of characters has one per word "
            "as well, since it pays for the same words",
            "C-10",
        ),
        "characters_times_length": Mistake(
            "the perplexity per character is multiplied by the characters of a word; "
            "costs add up, and perplexities multiply",
            "E-25",
        ),
        "two_to_the_nats": Mistake(
            "nats are used as the exponent of 2 and not of e", "S-055"
        ),
        "bits_in_exp": Mistake(
            "bits are used as the exponent of e and not of 2", "trial"
        ),
        "whole_text": Mistake(
            "the cost of the whole text is exponentiated and not that of a word",
            "S-274",
        ),
        "exp_first": Mistake(
            "the exponential comes before the division by the words", "S-274"
        ),
        "no_exp": Mistake(
            "the word perplexity is the cost of a word in nats, before the exponential",
            "S-274",
        ),
        "models_averaged": Mistake(
            "the costs of the models are averaged; each model has a row of its own",
            "generic",
        ),
    },
    done="You can put models of words and models of characters in one table.",
    hints=(
        "whatever a model reads, it has one price for the whole text. What is it "
        "divided by?",
        "one of the two numbers is a logarithm per character, the other the "
        "exponential of a price per word. Only one of them needs ln 2.",
    ),
    heading="Units",
    switch_off={
        "the characters (one for each word)": lambda nats, words, _: (
            nats,
            words,
            words,
        ),
        "all models but the first": lambda nats, words, characters: (
            nats[:1],
            words,
            characters,
        ),
    },
)
