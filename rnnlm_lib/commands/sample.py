"""`rnnlm sample`: let a model write."""

import numpy as np

from rnnlm_lib.commands.models import add_backend, first_id, open_model
from rnnlm_lib.sample import sample
from rnnlm_lib.text import EOS, characters, tokenize


def add_arguments(parser):
    """Arguments of `rnnlm sample`."""
    parser.add_argument("file")
    parser.add_argument("--length", type=int, default=100)
    parser.add_argument("--prompt", default="", help="how the text begins")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--top-k", type=int)
    parser.add_argument("--top-p", type=float)
    parser.add_argument("--seed", type=int, default=0)
    add_backend(parser)


def run(args):
    """Print a text that a model has written."""
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
