"""`rnnlm train`: fit a model to a corpus, and keep it in a file.

Several processes share the work under
torchrun --nproc-per-node 2 -m rnnlm_lib train ... --backend pytorch
"""

import contextlib
import io
import sys

import numpy as np

from rnnlm_lib import checkpoint, corpora, recipes, reproduce, schedules
from rnnlm_lib.commands.models import (
    add_backend,
    build_rnn,
    check_processes,
    describe,
    first_id,
    half,
    leads,
    split,
)
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.learner import Data, Options
from rnnlm_lib.ngram import SMOOTHINGS, NGramLM
from rnnlm_lib.reproduce import START
from rnnlm_lib.scratch.cells import CELLS
from rnnlm_lib.text import UNK, Vocabulary

SCHEDULES = ("constant", "decay-after", "plateau", "cosine")


def add_arguments(parser):
    """Arguments of `rnnlm train`."""
    add = parser.add_argument
    known = ", ".join((*corpora.NAMES, *corpora.SHORT_NAMES))
    add("--corpus", metavar="NAME", type=corpora.full_name, help=known)
    add("--recipe", metavar="NAME", help=", ".join(recipes.RECIPES))
    add("--out", required=True, metavar="FILE", help="such as model.safetensors")
    add("--model", choices=("rnn", "ngram"), default="rnn")
    add("--level", choices=tuple(START), default="word")
    add("--max-vocab", type=int, default=10_000, help="largest vocabulary")
    add("--max-tokens", type=int, help="learn from the first tokens only")
    ngram = parser.add_argument_group("n-gram models").add_argument
    ngram("--order", type=int, default=5)
    ngram("--smoothing", choices=SMOOTHINGS, default="kneser_ney")
    rnn = parser.add_argument_group("recurrent models").add_argument
    rnn("--cell", choices=tuple(CELLS), default="lstm")
    rnn("--embedding-size", type=int, help="default: the hidden size")
    rnn("--hidden-size", type=int, default=200)
    rnn("--num-layers", type=int, default=2)
    rnn("--dropout", type=float, default=0.0)
    rnn("--tie-weights", action="store_true")
    learning = parser.add_argument_group("learning").add_argument
    learning("--epochs", type=int, default=13)
    learning("--lr", type=float, default=20.0)
    learning("--optimizer", choices=("sgd", "adagrad", "adam"), default="sgd")
    learning("--momentum", type=float, default=0.0)
    learning("--batch-size", type=int, default=20)
    learning("--window", type=int, default=35)
    learning("--clip", type=float, default=0.25, help="greatest norm of the gradient")
    learning("--schedule", choices=SCHEDULES, default="plateau")
    learning("--full-epochs", type=int, default=4, help="before decay-after sets in")
    learning("--factor", type=float, default=0.5, help="of decay-after and plateau")
    learning("--average-from", type=int, help="epoch: keep the mean from then on")
    learning("--patience", type=int, help="epochs without a new best, then stop")
    learning("--seed", type=int, default=0)
    learning("--resume", action="store_true", help="go on from FILE's last state")
    add_backend(parser)


def run(args):
    """Fit a model to a corpus, and keep it in a file; of many processes, one speaks."""
    check_processes(args)
    with contextlib.redirect_stdout(sys.stdout if leads() else io.StringIO()):
        if args.recipe:
            follow_recipe(args)
        elif args.corpus:
            train(args)
        else:
            raise ValueError("name what to learn from: --corpus NAME, or --recipe NAME")
        print(f"wrote {args.out}")
    if args.backend == "pytorch":
        half("pytorch", "distributed").leave()


def follow_recipe(args):
    """Train as a paper did; at the end, its number beside ours."""
    recipe = recipes.find(args.recipe)
    if args.corpus not in (None, recipe.corpus):
        raise ValueError(
            f"{args.recipe} learns from {recipe.corpus}, not from {args.corpus}: "
            "leave --corpus out"
        )
    texts = reproduce.read_texts(recipe)
    config = {"vocab_size": len(texts.vocabulary), **recipe.model}
    model = build_rnn(args.backend, config, args.seed)
    meta = {
        "corpus": recipe.corpus,
        "level": recipe.level,
        "model": "rnn",
        "vocabulary": texts.vocabulary.tokens,
    }
    fit = half(args.backend, "train").fit
    options = {"checkpoint": args.out, "resume": args.resume, "meta": meta}
    row = reproduce.reproduce(
        recipe, texts, model, fit, seed=args.seed, leads=leads(), **options
    )
    if row is None:
        return
    print(f"test perplexity {row['test_perplexity']:.2f} after {row['seconds']:,.0f} s")
    if recipe.published:
        print(f"{recipe.published.source}: {recipe.published.test}")


def train(args):
    """Train as the options say."""
    corpus = corpora.load(args.corpus)
    tokens = split(corpus.train, args.corpus, args.level)[: args.max_tokens]
    known = {"max_size": args.max_vocab, "specials": {UNK, START[args.level]}}
    vocabulary = Vocabulary.from_tokens(tokens, **known)
    valid = vocabulary.encode(split(corpus.valid, args.corpus, args.level))
    data = Data(vocabulary.encode(tokens), valid, first_id(vocabulary, args.level))
    meta = {
        "corpus": args.corpus,
        "level": args.level,
        "model": args.model,
        "vocabulary": vocabulary.tokens,
    }
    print(f"{args.corpus}: {len(data.train):,} tokens to learn from, {vocabulary}")
    {"rnn": train_rnn, "ngram": train_ngram}[args.model](args, data, meta)


def train_rnn(args, data, meta):
    """Train a recurrent model; `fit` writes its checkpoints."""
    config = {
        "vocab_size": len(meta["vocabulary"]),
        "embedding_size": args.embedding_size or args.hidden_size,
        "hidden_size": args.hidden_size,
        "cell": args.cell,
        "num_layers": args.num_layers,
        "tie_weights": args.tie_weights,
        "dropout": args.dropout,
    }
    model = build_rnn(args.backend, config, args.seed)
    fit = half(args.backend, "train").fit
    names = Options.__dataclass_fields__.keys() & vars(args).keys()
    options = {name: getattr(args, name) for name in names}
    options |= {"schedule": build_schedule(args), "checkpoint": args.out}
    fit(model, data, resume=args.resume, meta=meta, **options)


def train_ngram(args, data, meta):
    """Count n-grams; the file holds the ids they are counted from."""
    config = {
        "order": args.order,
        "vocab_size": len(meta["vocabulary"]),
        "smoothing": args.smoothing,
        "boundary": data.first if meta["level"] == "word" else None,
    }
    model = NGramLM(**config).fit(data.train, held_out=data.valid)
    if model.weights_ is not None:
        config["weights"] = [float(weight) for weight in model.weights_]
    ids = np.asarray(data.train, np.int32)
    checkpoint.save(args.out, {"ids": ids}, meta=meta | {"config": config})
    print(f"valid: {describe(evaluate(model, data.valid, first=data.first))}")


def build_schedule(args):
    """The learning-rate schedule that the options name."""
    return {
        "constant": schedules.constant,
        "decay-after": schedules.decay_after(args.full_epochs, factor=args.factor),
        "plateau": schedules.decay_on_plateau(factor=args.factor),
        "cosine": schedules.cosine(args.epochs),
    }[args.schedule]
