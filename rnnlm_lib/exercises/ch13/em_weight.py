"""One step of expectation-maximisation for the weight of a mixture of two models."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _em_weight(bug, network, counting, weight):
    if "models_swapped" in bug:
        network, counting = counting, network
    of_network, of_counting = weight, 1 - weight
    if "weights_swapped" in bug:
        of_network, of_counting = of_counting, of_network
    if "weight_left_out" in bug:
        of_network, of_counting = 0.5, 0.5
    ours, theirs = of_network * network, of_counting * counting
    if "logs" in bug:
        ours, theirs = of_network * np.log(network), of_counting * np.log(counting)
    if "sums_first" in bug:
        ours, theirs = ours.sum(), theirs.sum()
    shares = ours / (ours + theirs)
    if "mean_of_logs" in bug:
        shares = np.exp(np.log(shares).mean())
    if "other_model" in bug:
        shares = 1 - shares
    if "not_above" in bug:
        shares = shares / of_network
    if "not_shared" in bug:
        shares = ours
    if "better" in bug:
        shares = (network > counting) * 1.0
    if "better_weighted" in bug:
        shares = (of_network * network > of_counting * counting) * 1.0
    if "whole_text" in bug:
        odds = np.exp(np.log(network).sum() - np.log(counting).sum())
        shares = of_network * odds / (of_network * odds + of_counting)
    new = shares.sum() if "summed" in bug else np.mean(shares)
    return weight * new if "weight_twice" in bug else new


def _readers(rng):
    tokens = int(rng.integers(18, 30))
    network, counting = rng.uniform(-4, -0.5, (2, tokens))
    # Of the text as a whole, neither may be far more probable than the other.
    counting += (network - counting).mean() + rng.uniform(-1, 1) / tokens
    counting = np.minimum(counting, -0.1)
    network, counting = np.exp([network, counting])
    return network, counting, float(rng.choice([1, 3]) / 4 + rng.uniform(-0.1, 0.1))


exercise = Exercise(
    name="em_weight",
    chapter=13,
    ref=_em_weight,
    make=_readers,
    bugs={
        "weight_left_out": Mistake(
            "the shares are those of two equal partners; the weight is left out",
            "trial",
        ),
        "not_above": Mistake(
            "the weight is left out above the line and kept below it", "trial"
        ),
        "weights_swapped": Mistake(
            "the network has the weight of the model that counts", "generic"
        ),
        "models_swapped": Mistake(
            "the two models have changed places, each with the other's weight",
            "generic",
        ),
        "other_model": Mistake(
            "this is the new weight of the model that counts; the two sum to one",
            "trial",
        ),
        "not_shared": Mistake(
            "the network's part is not divided by the mixed probability", "trial"
        ),
        "sums_first": Mistake(
            "the probabilities are summed over the tokens before the share is taken; "
            "each token has a share of its own",
            "S-056",
        ),
        "whole_text": Mistake(
            "one share is taken for the whole text, as if one model had written all "
            "of it; the coin is thrown for each token",
            "S-147",
        ),
        "better": Mistake(
            "the tokens are counted that the network gives more probability; a share "
            "is soft, and the weight has a say in it",
            "S-005",
        ),
        "better_weighted": Mistake(
            "the tokens are counted of which the network has more than half; a share "
            "is soft",
            "generic",
        ),
        "logs": Mistake(
            "the logarithms are shared out; a mixture mixes probabilities", "S-147"
        ),
        "mean_of_logs": Mistake(
            "the logarithms of the shares are averaged; probabilities of the coin "
            "are averaged as they are",
            "generic",
        ),
        "summed": Mistake("the shares are summed and not averaged", "E-09"),
        "weight_twice": Mistake(
            "the mean share is multiplied by the old weight once more; it is the new "
            "weight already",
            "generic",
        ),
    },
    done="You can find the best weight of a mixture without trying them all.",
    hints=(
        "for one token: if a coin chose the model, how likely is it that it chose "
        "the network, now that you see the token?",
        "the network's part of the mixed probability is a number between 0 and 1 for "
        "each token. The new weight is their mean.",
    ),
    heading="Two readers",
    switch_off={
        "the weight (set to 1/2)": lambda network, counting, weight: (
            network,
            counting,
            0.5,
        ),
        "all tokens but the first": lambda network, counting, weight: (
            network[:1],
            counting[:1],
            weight,
        ),
    },
)
