"""The command `rnnlm`: train, evaluate and sample language models."""

import argparse
import importlib
import sys

import numpy as np

from rnnlm_lib import checkpoint, corpora, schedules
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.learner import Data, Options
from rnnlm_lib.ngram import SMOOTHINGS, NGramLM
from rnnlm_lib.sample import sample
from rnnlm_lib.scratch.cells import CELLS
from rnnlm_lib.text import EOS, UNK, Vocabulary, characters, line_tokens, tokenize

TOKENISED = ("penn-treebank", "wikitext-2")  # at blanks, by their publishers
BACKENDS = ("scratch", "pytorch")
SCHEDULES = ("constant", "decay-after", "plateau", "cosine")
START = {"word": EOS, "char": "\n"}  # what is read before a text


def main(argv=None):
    """Run one command; exit code 2 and one sentence if it cannot be done."""
    args = build_parser().parse_args(argv)
    try:
        args.run(args)
    except (ValueError, OSError) as error:
        print(f"rnnlm: {error}", file=sys.stderr)
        return 2
    return 0


def train(args):
    """`rnnlm train`: fit a model to a corpus, and keep it in a file."""
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
    print(f"wrote {args.out}")


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


def evaluate_file(args):
    """`rnnlm evaluate`: what a text costs a model."""
    model, vocabulary, meta = open_model(args.file, args.backend)
    corpus = args.corpus or meta["corpus"]
    tokens = split(getattr(corpora.load(corpus), args.split), corpus, meta["level"])
    first = first_id(vocabulary, meta["level"])
    result = evaluate(model, vocabulary.encode(tokens), first=first)
    print(f"{corpus} {args.split}: {describe(result)}")


def sample_file(args):
    """`rnnlm sample`: let a model write."""
    model, vocabulary, meta = open_model(args.file, args.backend)
    words = meta["level"] == "word"
    prompt = tokenize(args.prompt) if words else characters(args.prompt)
    ids = sample(
        model,
        args.length,
        rng=np.random.default_rng(args.seed),
        prompt=[first_id(vocabulary, meta["level"]), *vocabulary.encode(prompt)],
        temperature=args.temperature,
        top_k=args.top_k,
        top_p=args.top_p,
        forbid=[vocabulary.unk_id],
    )
    tokens = ["\n" if token == EOS else token for token in vocabulary.decode(ids)]
    print((" " if words else "").join([*prompt, *tokens]))


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


def build_schedule(args):
    """The learning-rate schedule that the options name."""
    return {
        "constant": schedules.constant,
        "decay-after": schedules.decay_after(args.full_epochs, factor=args.factor),
        "plateau": schedules.decay_on_plateau(factor=args.factor),
        "cosine": schedules.cosine(args.epochs),
    }[args.schedule]


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


def build_parser():
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(prog="rnnlm", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_train(commands.add_parser("train", help="fit a model to a corpus"))
    add_evaluate(commands.add_parser("evaluate", help="perplexity of a text"))
    add_sample(commands.add_parser("sample", help="let a model write"))
    for command in commands.choices.values():
        command.add_argument("--backend", choices=BACKENDS, default="scratch")
    return parser


def add_train(parser):
    """Arguments of `rnnlm train`."""
    parser.set_defaults(run=train)
    add = parser.add_argument
    add("--corpus", required=True, metavar="NAME", help=", ".join(corpora.NAMES))
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
    learning("--patience", type=int, help="epochs without a new best, then stop")
    learning("--seed", type=int, default=0)
    learning("--resume", action="store_true", help="go on from FILE's last state")


def add_evaluate(parser):
    """Arguments of `rnnlm evaluate`."""
    parser.set_defaults(run=evaluate_file)
    parser.add_argument("file")
    parser.add_argument("--corpus", help="default: the one it was trained on")
    parser.add_argument("--split", choices=("train", "valid", "test"), default="test")


def add_sample(parser):
    """Arguments of `rnnlm sample`."""
    parser.set_defaults(run=sample_file)
    parser.add_argument("file")
    parser.add_argument("--length", type=int, default=100)
    parser.add_argument("--prompt", default="", help="how the text begins")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--top-k", type=int)
    parser.add_argument("--top-p", type=float)
    parser.add_argument("--seed", type=int, default=0)
