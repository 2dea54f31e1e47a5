"""Follow a recipe, and say where and with what its number was measured."""

import contextlib
import hashlib
import os
import platform
import resource
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from rnnlm_lib import corpora
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.learner import Data
from rnnlm_lib.recipes import SCHEDULES
from rnnlm_lib.scratch import blas
from rnnlm_lib.scratch.lstm import set_forget_bias
from rnnlm_lib.text import EOS, UNK, Vocabulary, characters, line_tokens

SPLIT = {"word": line_tokens, "char": characters}
START = {"word": EOS, "char": "\n"}  # what is read before a text


@dataclass(frozen=True)
class Texts:
    """A corpus as ids, with the vocabulary of its training part."""

    vocabulary: Vocabulary
    data: Data
    test: np.ndarray
    sha256: str


def read_texts(recipe):
    """Load the recipe's corpus; the end of each line is a token, and counted too."""
    corpus = corpora.load(recipe.corpus)
    split, start = SPLIT[recipe.level], START[recipe.level]
    parts = [split(part) for part in (corpus.train, corpus.valid, corpus.test)]
    vocabulary = Vocabulary.from_tokens(parts[0], specials={UNK, start})
    train, valid, test = (vocabulary.encode(part) for part in parts)
    first = int(vocabulary.encode([start])[0])
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


def prepare(recipe, model, seed):
    """Set the first parameters of a fresh model as the recipe asks."""
    params = params_of(model)
    if recipe.spread is not None:
        params = spread_out(params, recipe.spread, np.random.default_rng(seed))
    if recipe.forget_bias is not None:
        set_forget_bias(params, recipe.forget_bias)
    model.load_params(params)


def reproduce(recipe, texts, model, fit, *, seed=0, leads=True, **options):
    """Train a model by a recipe, and report on the test text.

    Parameters
    ----------
    model : RNNLM of either half, fresh
    fit : of the same half
    seed : of the first parameters, if the recipe draws them, and of dropout
    leads : False in all but one of several processes; they train, and return None
    options : further arguments of `fit`, such as checkpoint and resume

    Returns
    -------
    dict : test and valid perplexity of the best epoch, valid perplexity of the last,
        tokens, parameters, seconds, the largest memory of the process in bytes, and
        the curve
    """
    prepare(recipe, model, seed)
    kind, arguments = recipe.schedule
    settings = recipe.training | {
        "seed": seed,
        "schedule": SCHEDULES[kind](**arguments),
    }
    history = fit(model, texts.data, **settings | options)
    if not leads:
        return None
    began = time.perf_counter()
    test = evaluate(model, texts.test, first=texts.data.first)
    return {
        "test_perplexity": test.perplexity,
        "test_nats": test.nats,
        "test_tokens": test.tokens,
        "test_seconds": time.perf_counter() - began,
        "valid_perplexity": float(np.exp(min(history.valid))),
        "last_valid_perplexity": float(np.exp(history.valid[-1])),
        "parameters": sum(p.size for p in params_of(model).values()),
        "seconds": sum(history.seconds),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "history": history.to_dict(),
    }


def provenance(script):
    """Where, with what and by which script a number is measured, for a results file."""
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    with contextlib.suppress(PackageNotFoundError):
        versions["torch"] = version("torch")
    return {
        "machine": platform.platform(),
        "processor": {"blas_kernel": blas.kernel(), "cores": os.cpu_count()},
        "threads": os.environ.get("OMP_NUM_THREADS", "not set"),
        "versions": versions,
        "script_sha256": hashlib.sha256(Path(script).read_bytes()).hexdigest(),
    }
