"""Recipes: models, texts and training settings of papers, as data.

A recipe is what `rnnlm train --recipe` follows and what the table of chapter 13 is made
of. Learning rates and clipping are those of the mean loss over a window; a paper that
sums over the T steps of its windows writes T times smaller ones.
"""

import platform
import time
from dataclasses import dataclass

import numpy as np

from rnnlm_lib import corpora, schedules
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.learner import Data
from rnnlm_lib.text import EOS, Vocabulary, line_tokens

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
    corpus : a name of `corpora.NAMES`, with one sentence in a line
    model : arguments of RNNLM but the vocabulary
    training : arguments of `fit` but the schedule
    schedule : a name of SCHEDULES, then its arguments
    spread : all parameters start uniform in ± this; None keeps the model's own start
    published : what papers report for it
    """

    corpus: str
    model: dict
    training: dict
    schedule: tuple = ("constant", {})
    spread: float | None = None
    published: Published | None = None
    halves: tuple = ("scratch", "pytorch")

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
# Zaremba et al. sum the loss over 20 steps: their lr 1 and clip 5 are 20 and 0.25.
SMALL_STEPS = {"epochs": 13, "lr": 20.0, "batch_size": 20, "window": 20, "clip": 0.25}
HALVE = ("decay_after", {"epochs": 4, "factor": 0.5})

RECIPES = {
    "zaremba-small": Recipe(
        "penn-treebank",
        SMALL,
        SMALL_STEPS,
        HALVE,
        spread=0.1,
        published=Published(120.7, 114.5, "Zaremba et al. 2014, table 1"),
    ),
    "zaremba-small-tied": Recipe(
        "penn-treebank",
        SMALL | {"tie_weights": True},
        SMALL_STEPS,
        HALVE,
        spread=0.1,
        published=Published(117.5, 112.4, "Press & Wolf 2017, table 6"),
    ),
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


@dataclass(frozen=True)
class Texts:
    """A corpus as ids, with the vocabulary of its training part."""

    vocabulary: Vocabulary
    data: Data
    test: np.ndarray
    sha256: str


def read_texts(recipe):
    """Load the recipe's corpus; every line ends in `<eos>`, which is counted too."""
    corpus = corpora.load(recipe.corpus)
    parts = [line_tokens(part) for part in (corpus.train, corpus.valid, corpus.test)]
    vocabulary = Vocabulary.from_tokens(parts[0])
    train, valid, test = (vocabulary.encode(part) for part in parts)
    first = int(vocabulary.encode([EOS])[0])
    return Texts(vocabulary, Data(train, valid, first), test, corpus.sha256)


def params_of(model):
    """The parameters of a model of either half, NumPy arrays by name."""
    return model.params if hasattr(model, "params") else model.export_params()


def spread_out(params, spread, rng):
    """New parameters of the same names and shapes, uniform in ± spread."""
    return {
        name: rng.uniform(-spread, spread, value.shape).astype(value.dtype)
        for name, value in params.items()
    }


def cook(recipe, texts, model, fit, *, seed=0, **options):
    """Train a model by a recipe, and report on the test text.

    Parameters
    ----------
    model : RNNLM of either half, fresh
    fit : of the same half
    seed : of the first parameters, if the recipe draws them, and of dropout
    options : further arguments of `fit`, such as checkpoint and resume

    Returns
    -------
    dict : test and valid perplexity, tokens, parameters, seconds, the curve
    """
    if recipe.spread is not None:
        rng = np.random.default_rng(seed)
        model.load_params(spread_out(params_of(model), recipe.spread, rng))
    kind, arguments = recipe.schedule
    settings = recipe.training | {
        "seed": seed,
        "schedule": SCHEDULES[kind](**arguments),
    }
    history = fit(model, texts.data, **settings | options)
    began = time.perf_counter()
    test = evaluate(model, texts.test, first=texts.data.first)
    return {
        "test_perplexity": test.perplexity,
        "test_tokens": test.tokens,
        "test_seconds": time.perf_counter() - began,
        "valid_perplexity": float(np.exp(min(history.valid))),
        "parameters": sum(p.size for p in params_of(model).values()),
        "seconds": sum(history.seconds),
        "history": history.to_dict(),
    }


def provenance():
    """Where and with what a number is measured, for a results file."""
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    return {"machine": platform.platform(), "versions": versions}
