"""The commands of `rnnlm`, a module each, loaded only when it is used.

Each has `add_arguments(parser)` and `run(args)`.
"""
