"""`rnnlm evaluate`: what a text costs a model."""

from rnnlm_lib import corpora
from rnnlm_lib.commands.models import (
    add_backend,
    describe,
    first_id,
    open_model,
    split,
)
from rnnlm_lib.evaluate import evaluate


def add_arguments(parser):
    """Arguments of `rnnlm evaluate`."""
    parser.add_argument("file")
    parser.add_argument(
        "--corpus",
        type=corpora.full_name,
        help="default: the one it was trained on",
    )
    parser.add_argument("--split", choices=("train", "valid", "test"), default="test")
    add_backend(parser)


def run(args):
    """Print the perplexity of a corpus under a model."""
    model, vocabulary, meta = open_model(args.file, args.backend)
    corpus = args.corpus or meta["corpus"]
    tokens = split(getattr(corpora.load(corpus), args.split), corpus, meta["level"])
    first = first_id(vocabulary, meta["level"])
    result = evaluate(model, vocabulary.encode(tokens), first=first)
    print(f"{corpus} {args.split}: {describe(result)}")
