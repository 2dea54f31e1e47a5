"""The committed results of long runs, each written by a script in book/experiments."""

import json
from importlib.resources import files


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
    ValueError : there are no results of that name.
    """
    file = files(__name__) / f"{name}.json"
    if not file.is_file():
        raise ValueError(
            f"no results are called {name!r}: run book/experiments/{name}.py"
        )
    return json.loads(file.read_text("utf-8"))
