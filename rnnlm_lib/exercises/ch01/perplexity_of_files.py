"""One perplexity for several files."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _perplexity_of_files(bug, nats, tokens):
    if "starts_counted" in bug:
        tokens = tokens + 1
    rates = nats / tokens
    if "mean_of_perplexities" in bug:
        return np.exp(rates).mean()
    rate = nats.sum() / tokens.sum()
    if "mean_of_rates" in bug:
        rate = rates.mean()
    if "not_divided" in bug:
        rate = nats.sum()
    if "per_file" in bug:
        rate = nats.mean()
    if "upside_down" in bug:
        rate = 1 / rate
    if "bits_in_exp" in bug:
        rate = rate / np.log(2)
    if "no_exp" in bug:
        return rate
    return (2.0 if "nats_in_two" in bug else np.e) ** (
        -rate if "inverted" in bug else rate
    )


def _files(rng):
    tokens = rng.permutation(np.arange(2, 9))[: rng.integers(3, 5)]
    return rng.uniform(0.1, 2.0, len(tokens)) * tokens, tokens


exercise = Exercise(
    name="perplexity_of_files",
    chapter=1,
    ref=_perplexity_of_files,
    make=_files,
    bugs={
        "mean_of_perplexities": Mistake(
            "each file gets its own perplexity and these are averaged: a short file "
            "then counts as much as a long one",
            "trial",
        ),
        "mean_of_rates": Mistake(
            "the nats per token of the files are averaged: a short file then counts "
            "as much as a long one",
            "trial",
        ),
        "not_divided": Mistake(
            "the sum of the nats is exponentiated without dividing by the tokens",
            "S-274",
        ),
        "per_file": Mistake(
            "the nats are divided by the number of files and not of tokens", "trial"
        ),
        "starts_counted": Mistake(
            "one token more is counted in each file: the <eos> it starts from is "
            "given, not predicted",
            "S-144",
        ),
        "no_exp": Mistake(
            "the result is the cross-entropy in nats per token, before the exponential",
            "S-055",
        ),
        "nats_in_two": Mistake(
            "nats are used as the exponent of 2 and not of e", "S-055"
        ),
        "bits_in_exp": Mistake(
            "bits are used as the exponent of e and not of 2", "trial"
        ),
        "upside_down": Mistake(
            "the fraction is upside down: tokens per nat instead of nats per token",
            "generic",
        ),
        "inverted": Mistake(
            "the exponent has the other sign: that is the probability per token",
            "generic",
        ),
    },
    done="You can add up any number of files and still report one honest perplexity.",
    hints=(
        "perplexity has one division in it. What has to be added up before it?",
        "add all nats, add all tokens, divide once, and then take the exponential.",
    ),
    heading="Perplexity",
    switch_off={
        "all files but the first": lambda nats, tokens: (nats[:1], tokens[:1]),
        "the differences of length": lambda nats, tokens: (nats, 0 * tokens + 4),
    },
)
