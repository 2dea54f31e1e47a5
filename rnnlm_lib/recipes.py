"""Recipes: models, texts and training settings of papers, as data.

A recipe is what `rnnlm train --recipe` follows and what the table of chapter 13 is made
of; `reproduce` follows them. Learning rates and clipping are those of the mean loss
over a window; a paper that sums over the T steps of its windows writes T times smaller
ones.
"""

from dataclasses import dataclass

from rnnlm_lib import corpora, schedules

SCHEDULES = {
    "constant": lambda: schedules.constant,
    "decay_after": schedules.decay_after,
    "plateau": schedules.decay_on_plateau,
    "cosine": schedules.cosine,
}


@dataclass(frozen=True)
class Published:
    """What a paper reports for a recipe, and where.

    Attributes
    ----------
    valid, test : float, perplexities; None where the paper gives none
    source : str, such as "Zaremba et al. 2014, table 1"
    seen : bool, whether the number was read in a copy of the paper, not remembered
    """

    valid: float | None
    test: float
    source: str
    seen: bool = True


@dataclass(frozen=True)
class Recipe:
    """A model, a text, and how the one learns from the other.

    Attributes
    ----------
    corpus : a name of `corpora.NAMES`; of words, it has one sentence in a line
    model : arguments of RNNLM but the vocabulary
    training : arguments of `fit` but the schedule
    schedule : a name of SCHEDULES, then its arguments
    spread : all parameters start uniform in ± this; None keeps the model's own start
    published : what papers report for it
    halves : the halves of the library that can follow it
    level : "word" or "char"
    forget_bias : the LSTM's forget gates start with this bias; None leaves them alone
    """

    corpus: str
    model: dict
    training: dict
    schedule: tuple = ("constant", {})
    spread: float | None = None
    published: Published | None = None
    halves: tuple = ("scratch", "pytorch")
    level: str = "word"
    forget_bias: float | None = None

    def __post_init__(self):
        if self.corpus not in corpora.NAMES:
            raise ValueError(
                f"there is no corpus {self.corpus!r}: choose one of "
                f"{', '.join(corpora.NAMES)}"
            )
        name, arguments = self.schedule
        if name not in SCHEDULES:
            raise ValueError(
                f"there is no schedule {name!r}: choose one of {', '.join(SCHEDULES)}"
            )
        SCHEDULES[name](**arguments)


SMALL = {"embedding_size": 200, "hidden_size": 200, "cell": "lstm", "num_layers": 2}
MEDIUM = SMALL | {"embedding_size": 650, "hidden_size": 650}
LARGE = SMALL | {"embedding_size": 1500, "hidden_size": 1500}
TIED = {"tie_weights": True}

# Zaremba et al. sum the loss over 20 steps: their lr 1 and clip 5 are 20 and 0.25.
SMALL_STEPS = {"epochs": 13, "lr": 20.0, "batch_size": 20, "window": 20, "clip": 0.25}
HALVE = ("decay_after", {"epochs": 4, "factor": 0.5})
# And over 35: lr 1 is 35, clips 5 and 10 are a 35th.
LONG_STEPS = {"lr": 35.0, "batch_size": 20, "window": 35}
# The word_language_model example of PyTorch, as of 2017.
EXAMPLE_STEPS = {"lr": 20.0, "batch_size": 20, "window": 35, "clip": 0.25}
QUARTER = ("plateau", {"factor": 0.25})
CHARACTER_STEPS = {
    "epochs": 12,
    "lr": 0.002,
    "optimizer": "adam",
    "batch_size": 50,
    "window": 50,
    "clip": 1.0,
}


def treebank(model, training, schedule, published=None, **more):
    """A recipe for the words of the Penn Treebank."""
    return Recipe(
        "penn-treebank", model, training, schedule, published=published, **more
    )


def small(cell, lr=20.0, num_layers=2, **more):
    """The small model of Zaremba et al. with another cell or depth, for six epochs.

    Rates below the LSTM's 20 come from short trials on 200,000 words, one seed, and a
    GRU stopped in its fifth epoch; none is tuned. ReLU and simplified GRU have a lower
    one than was best after two epochs, out of caution.

    At the end of the sixth, the learning rate is a quarter of the first. The LSTM of
    the paper is at its best then, so its row is that of `zaremba-small`.
    """
    model = SMALL | {"cell": cell, "num_layers": num_layers}
    training = SMALL_STEPS | {"epochs": 6, "lr": lr}
    return treebank(model, training, HALVE, spread=0.1, **more)


def characters(cell):
    """Two layers of 128, as in char-rnn, on the characters of tiny Shakespeare."""
    model = SMALL | {"embedding_size": 128, "hidden_size": 128, "cell": cell}
    return Recipe(
        "tiny-shakespeare",
        model,
        CHARACTER_STEPS,
        ("cosine", {"epochs": 12}),
        level="char",
    )


RECIPES = {
    "zaremba-small": treebank(
        SMALL,
        SMALL_STEPS,
        HALVE,
        Published(120.7, 114.5, "Zaremba et al. 2014, table 1"),
        spread=0.1,
    ),
    "zaremba-small-tied": treebank(
        SMALL | TIED,
        SMALL_STEPS,
        HALVE,
        Published(117.5, 112.4, "Press & Wolf 2017, table 6"),
        spread=0.1,
    ),
    "press-wolf-projection": treebank(
        SMALL | TIED | {"projection": True},
        # Their penalty is 0.5 / (20 * 6.5) beside a loss summed over 20 steps.
        SMALL_STEPS | {"penalty": {"projection.weight": 0.5 / (20 * 6.5) / 20}},
        HALVE,
        Published(104.9, 100.9, "Press & Wolf 2017, table 6"),
        spread=0.1,
        halves=("pytorch",),
    ),
    "zaremba-medium": treebank(
        MEDIUM | {"dropout": 0.5},
        LONG_STEPS | {"epochs": 39, "clip": 5 / 35},
        ("decay_after", {"epochs": 6, "factor": 1 / 1.2}),
        Published(86.2, 82.7, "Zaremba et al. 2014, table 1"),
        spread=0.05,
    ),
    "zaremba-large": treebank(
        LARGE | {"dropout": 0.65},
        LONG_STEPS | {"epochs": 55, "clip": 10 / 35},
        ("decay_after", {"epochs": 14, "factor": 1 / 1.15}),
        Published(82.2, 78.4, "Zaremba et al. 2014, table 1"),
        spread=0.04,
    ),
    "press-wolf-large-tied": treebank(
        LARGE | TIED | {"dropout": 0.65},
        LONG_STEPS | {"epochs": 55, "clip": 10 / 35},
        ("decay_after", {"epochs": 14, "factor": 1 / 1.15}),
        Published(77.7, 74.3, "Press & Wolf 2017, table 5"),
        spread=0.04,
    ),
    "examples-small": treebank(
        SMALL | {"dropout": 0.2},
        EXAMPLE_STEPS | {"epochs": 6},
        QUARTER,
        Published(None, 117.61, "pytorch/examples 2017"),
    ),
    "examples-small-without-dropout": treebank(
        SMALL, EXAMPLE_STEPS | {"epochs": 6}, QUARTER
    ),
    "examples-small-tied": treebank(
        SMALL | TIED | {"dropout": 0.2},
        EXAMPLE_STEPS | {"epochs": 40},
        QUARTER,
        Published(None, 87.17, "pytorch/examples 2017"),
    ),
    "examples-large-tied": treebank(
        LARGE | TIED | {"dropout": 0.65},
        EXAMPLE_STEPS | {"epochs": 40},
        QUARTER,
        Published(None, 72.30, "pytorch/examples 2017"),
    ),
    "locked-large-tied": treebank(
        LARGE | TIED | {"locked_dropout": 0.5, "dropout": 0.2, "weight_drop": 0.5},
        # Large steps to the end; what is kept is the mean of the second half.
        EXAMPLE_STEPS | {"epochs": 60, "average_from": 30},
        ("constant", {}),
        halves=("pytorch",),
    ),
    "small-rnn": small("rnn", lr=5.0),
    "small-relu-rnn": small("relu_rnn", lr=2.0),
    "small-simplified-gru": small("simplified_gru", lr=5.0),
    "small-gru": small("gru", lr=10.0),
    "small-gru-reset-before": small("gru_reset_before", lr=10.0),
    "small-lstm-forget-1": small("lstm", forget_bias=1.0),
    "small-peephole-lstm": small("peephole_lstm"),
    "small-lstm-without-output-tanh": small("lstm_without_output_tanh"),
    "small-lstm-one-layer": small("lstm", num_layers=1),
    "small-lstm-three-layers": small("lstm", num_layers=3),
    "wikitext-small": Recipe(
        "wikitext-2", SMALL, EXAMPLE_STEPS | {"epochs": 4}, QUARTER
    ),
    "wikitext-small-tied": Recipe(
        "wikitext-2", SMALL | TIED, EXAMPLE_STEPS | {"epochs": 4}, QUARTER
    ),
    "shakespeare-rnn": characters("rnn"),
    "shakespeare-gru": characters("gru"),
    "shakespeare-lstm": characters("lstm"),
}


def find(name):
    """The recipe of this name.

    Raises
    ------
    ValueError : there is none.
    """
    if name not in RECIPES:
        raise ValueError(
            f"there is no recipe {name!r}: choose one of {', '.join(RECIPES)}"
        )
    return RECIPES[name]
