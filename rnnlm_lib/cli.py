"""The command `rnnlm`: train, evaluate and sample language models, grade exercises."""

import argparse
import importlib
import sys

COMMANDS = {
    "train": "fit a model to a corpus",
    "evaluate": "perplexity of a text",
    "sample": "let a model write",
    "grade": "grade a folder of exercises",
}


def main(argv=None):
    """Run one command; exit code 2 and one sentence if it cannot be done."""
    argv = sys.argv[1:] if argv is None else argv
    args = build_parser(argv).parse_args(argv)
    try:
        args.run(args)
    except (ValueError, OSError) as error:
        print(f"rnnlm: {error}", file=sys.stderr)
        return 2
    return 0


def build_parser(argv):
    """The arguments of the command line; only the command in use is loaded."""
    parser = argparse.ArgumentParser(prog="rnnlm", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        if name in argv[:1]:
            module = importlib.import_module(f"rnnlm_lib.commands.{name}")
            command.description = module.__doc__
            command.formatter_class = argparse.RawDescriptionHelpFormatter
            command.set_defaults(run=module.run)
            module.add_arguments(command)
    return parser
