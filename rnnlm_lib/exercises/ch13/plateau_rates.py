"""A learning rate that is cut when patience is over."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _plateau_rates(bug, valid, lr, factor, patience):
    if "cut_once" in bug:
        bug = {"cut_once"}  # one cut tells too little of a second mistake
    if "larger_is_better" in bug:
        valid = -valid
    cut = factor
    if "one_minus" in bug:
        cut = 1 - factor
    if "divided" in bug:
        cut = 1 / factor
    limit = patience
    if "at_patience" in bug:
        limit = patience - 1
    if "no_patience" in bug:
        limit = 0
    best, waited, rate, rates = np.inf, 0, lr, [lr]
    if "first_waits" in bug:
        best = valid[0]
    for nats in valid:
        if nats < best or ("equal_is_best" in bug and nats == best):
            waited = waited if "never_forgets" in bug else 0
        else:
            waited += 1
        best = nats if "epoch_before" in bug else min(best, nats)
        if waited > limit:
            rate = cut * (lr if "cut_once" in bug else rate)
            waited = waited if "cuts_go_on" in bug else 0
            best = nats if "best_forgotten" in bug else best
        rates.append(rate)
    if "late" in bug:
        rates = [lr, *rates[:-1]]
    elif "early" in bug:
        rates = [*rates[1:], rates[-1]]
    if "next_missing" in bug:
        rates = rates[:-1]
    return np.array(rates)


def _losses(rng):
    patience = int(rng.integers(2, 4))
    valid, best, length = [], 6.0, rng.integers(22, 29)
    while len(valid) < length:
        better = rng.random() < 0.25
        best -= better * rng.integers(1, 4) / 8
        valid.append(best + (not better) * rng.integers(0, 4) / 8)
    rise = int(rng.integers(2, 15))  # epochs, each worse than the one before
    for i in range(rise, rise + patience + 2):
        valid[i] = valid[i - 1] + 0.125
    lr, factor = rng.uniform(0.5, 4), rng.uniform(0.6, 0.8)
    return np.array(valid), float(lr), float(factor), patience


exercise = Exercise(
    name="plateau_rates",
    chapter=13,
    ref=_plateau_rates,
    make=_losses,
    bugs={
        "epoch_before": Mistake(
            "an epoch is compared with the one before it and not with the best",
            "trial",
        ),
        "best_forgotten": Mistake(
            "a cut forgets the best loss; it stays the one to beat", "generic"
        ),
        "equal_is_best": Mistake(
            "a loss that equals the best counts as a new best", "trial"
        ),
        "larger_is_better": Mistake("the largest loss is taken for the best", "S-263"),
        "cuts_go_on": Mistake(
            "the count does not begin anew after a cut, so every further epoch cuts "
            "again",
            "trial",
        ),
        "never_forgets": Mistake(
            "the count does not begin anew after a new best; only epochs in a row "
            "count",
            "trial",
        ),
        "at_patience": Mistake(
            "the rate is cut one epoch too soon: `patience` epochs without a new best "
            "are endured, and the next one cuts",
            "E-44",
        ),
        "no_patience": Mistake(
            "every epoch without a new best cuts the rate; that is the rule of the "
            "page, without patience",
            "trial",
        ),
        "first_waits": Mistake(
            "the first epoch counts as one without a new best; nothing was better "
            "before it",
            "trial",
        ),
        "late": Mistake(
            "a cut takes effect one epoch late; already the next epoch has the new "
            "rate",
            "E-44",
        ),
        "early": Mistake(
            "an epoch has the rate that its own loss leads to; the loss is known only "
            "after it",
            "E-44",
        ),
        "next_missing": Mistake(
            "the rate of the next epoch is missing: N losses lead to N + 1 rates",
            "E-44",
        ),
        "cut_once": Mistake(
            "every cut starts from the first rate, so that the second one changes "
            "nothing",
            "trial",
        ),
        "one_minus": Mistake(
            "the rate is cut by the factor and not to it: it is multiplied by 1 - "
            "factor",
            "generic",
        ),
        "divided": Mistake("the rate is divided by the factor", "trial"),
    },
    done="You can read any framework's schedule, and say what it will do next.",
    hints=(
        "take a pencil and patience 1: losses 3, 2, 2, 2, 2. After which epochs is "
        "the rate cut?",
        "three numbers are kept from epoch to epoch: the best loss, how many epochs "
        "in a row missed it, and the rate.",
    ),
    heading="What the recipes add",
    switch_off={
        "equal losses (each a little larger than the one before)": lambda v, *rest: (
            v + 1e-3 * np.arange(len(v)),
            *rest,
        ),
        "the factor (set to 1)": lambda v, lr, factor, patience: (v, lr, 1.0, patience),
    },
)
