"""What the commands share: models in files, and texts as tokens."""

import importlib
import os

import numpy as np

from rnnlm_lib import checkpoint
from rnnlm_lib.ngram import NGramLM
from rnnlm_lib.reproduce import START
from rnnlm_lib.text import EOS, Vocabulary, characters, line_tokens, tokenize

TOKENISED = ("penn-treebank", "wikitext-2")  # at blanks, by their publishers
BACKENDS = ("scratch", "pytorch")


def add_backend(parser):
    """The option that chooses one of the halves."""
    parser.add_argument("--backend", choices=BACKENDS, default="scratch")


def leads():
    """Whether this process speaks and writes; `torchrun` numbers them from 0."""
    return int(os.environ.get("RANK", 0)) == 0


def check_processes(args):
    """Raise ValueError if `torchrun` has started what one process does alone."""
    count = int(os.environ.get("WORLD_SIZE", 1))
    if count > 1 and (args.backend != "pytorch" or args.model != "rnn"):
        raise ValueError(
            f"torchrun has started {count} processes, but only recurrent models of the "
            "pytorch half share the work: add --backend pytorch"
        )


def open_model(path, backend):
    """The model, the vocabulary and the facts that `rnnlm train` wrote to a file."""
    params, meta, _ = checkpoint.load(path)
    if "vocabulary" not in meta:
        raise ValueError(
            f"{path} holds no vocabulary: it was not written by rnnlm train"
        )
    if meta["model"] == "ngram":
        model = NGramLM(**meta["config"]).fit(params["ids"])
    else:
        model = build_rnn(backend, meta["config"], seed=0)
        model.load_params(params)
    return model, Vocabulary(meta["vocabulary"]), meta


def build_rnn(backend, config, seed):
    """An RNNLM of one of the halves."""
    make = half(backend, "model").RNNLM
    if backend == "scratch":
        return make(**config, fused=True, rng=np.random.default_rng(seed))
    generator = importlib.import_module("torch").Generator().manual_seed(seed)
    return make(**config, generator=generator)


def half(backend, module):
    """A module of one of the halves, imported only when it is used."""
    try:
        return importlib.import_module(f"rnnlm_lib.{backend}.{module}")
    except ImportError as error:
        raise ValueError(
            f"the backend {backend} cannot be loaded ({error}): install torch, or use "
            "--backend scratch"
        ) from None


def split(text, corpus, level):
    """Tokens of a text: characters, or words with `<eos>` after each line."""
    if level == "char":
        return characters(text)
    if corpus in TOKENISED:
        return line_tokens(text)
    return [token for line in text.splitlines() for token in [*tokenize(line), EOS]]


def first_id(vocabulary, level):
    """Id of what is read before a text begins."""
    return int(vocabulary.encode([START[level]])[0])


def describe(result):
    """An evaluation in words: perplexity, and both units."""
    return (
        f"perplexity {result.perplexity:,.2f}, {result.bits_per_token:.3f} bits/token, "
        f"{result.nats_per_token:.3f} nats/token over {result.tokens:,} tokens"
    )
