"""Checkpoints in safetensors: written whole or not at all, readable by both halves.

A file holds the parameters under their own names, any further arrays (the optimiser's
memory, the carried state) under "state/" + name, and facts that JSON can say. Nothing
in it is ever executed.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

STATE = "state/"  # how names of arrays begin that are no parameters
FACTS = "rnnlm"  # the entry of the file's header that holds the facts, as JSON


class CheckpointError(ValueError):
    """A checkpoint that cannot be read, or belongs to another model."""


class Checkpoint(NamedTuple):
    """What a file held: arrays by name, facts by name, further arrays by name."""

    params: dict
    meta: dict
    state: dict


def save(path, params, *, meta=None, state=None):
    """Write a checkpoint so that the file is always the old one or the new one, whole.

    Parameters
    ----------
    path : str or Path
        The file; its folder must exist.
    params : dict of str to array
        The model's parameters, stored under these names.
    meta : dict, optional
        Facts that JSON can hold: the model's "config", the vocabulary, a history.
    state : dict of str to array, optional
        What resuming needs besides the parameters.

    Built in chapter 13.
    """
    path = Path(path)
    arrays = params | {STATE + name: value for name, value in (state or {}).items()}
    arrays = {name: np.asarray(value, order="C") for name, value in arrays.items()}
    if not path.parent.is_dir():
        raise CheckpointError(f"there is no folder {path.parent}; create it first")
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    facts = {FACTS: json.dumps(meta or {})}
    data = _safetensors().numpy.save(arrays, facts)
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path, *, config=None):
    """Read a checkpoint.

    Parameters
    ----------
    path : str or Path
        A file that `save` wrote.
    config : dict, optional
        The configuration the file must have been written with.

    Returns
    -------
    Checkpoint
        The named tuple (params, meta, state); arrays are new and writable.

    Raises
    ------
    CheckpointError
        The file is missing, damaged, or was written by another model.

    Built in chapter 13.
    """
    if not Path(path).is_file():
        raise CheckpointError(f"there is no checkpoint {path}; check the path")
    meta, arrays = _read(path)
    if config is not None and meta.get("config") != config:
        raise CheckpointError(
            f"{path} holds another model: its config is {meta.get('config')}, "
            f"this model's is {config}; build the model that it holds"
        )
    params = {k: v for k, v in arrays.items() if not k.startswith(STATE)}
    state = {k[len(STATE) :]: v for k, v in arrays.items() if k.startswith(STATE)}
    return Checkpoint(params, meta, state)


def _read(path):
    """The facts and the arrays in a safetensors file."""
    safetensors = _safetensors()
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            facts, names = file.metadata() or {}, file.keys()
            meta = json.loads(facts.get(FACTS, "{}"))
            return meta, {name: file.get_tensor(name) for name in names}
    except (safetensors.SafetensorError, ValueError) as error:
        raise CheckpointError(
            f"{path} is not a complete checkpoint ({error}); take an earlier one or "
            "train again"
        ) from None


def _safetensors():
    """The package, imported only when a file is read or written."""
    try:
        import safetensors
        import safetensors.numpy
    except ImportError:
        raise CheckpointError(
            "checkpoints need the package safetensors; pip install safetensors"
        ) from None
    return safetensors
