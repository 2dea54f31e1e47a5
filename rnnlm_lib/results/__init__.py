"""The committed results of long runs, each written by a script in book/experiments."""

import json
from importlib.resources import files

# Without these nobody could tell what a number means, or measure it again.
PROVENANCE = {"config", "versions", "machine", "seconds", "script_sha256"}


def names():
    """Names of the results that are there."""
    return {file.name[:-5] for file in files(__name__).iterdir() if is_result(file)}


def is_result(file):
    """Whether a file of this folder holds results."""
    return file.name.endswith(".json")


def load(name):
    """Read the results of one script.

    Parameters
    ----------
    name : the script's name, such as "truncation"

    Returns
    -------
    results : dict with config, seeds, versions, machine, seconds, the script's SHA-256
        and what it measured

    Raises
    ------
    ValueError : there are no results of that name, or they do not say how they were
        measured.
    """
    file = files(__name__) / f"{name}.json"
    if not file.is_file():
        raise ValueError(
            f"no results are called {name!r}: run book/experiments/{name}.py"
        )
    found = json.loads(file.read_text("utf-8"))
    for run in found.get("rows", [found]):
        missing = sorted(PROVENANCE - run.keys())
        if missing:
            raise ValueError(
                f"{name}.json does not give {', '.join(missing)}: write it with "
                f"book/experiments/{name}.py"
            )
    return found
