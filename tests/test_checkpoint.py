"""Checkpoints are whole, safe, and open in both halves."""

import os

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from rnnlm_lib.checkpoint import CheckpointError, load, save

CONFIG = {"cell": "lstm", "hidden_size": 6}


def arrays():
    """Parameters of several dtypes and shapes, one of them not contiguous."""
    rng = np.random.default_rng(0)
    return {
        "rnn.weight_ih_l0": rng.normal(size=(24, 4)).astype(np.float32),
        "decoder.weight": rng.normal(size=(6, 7)).T,
        "steps": np.array(17),
    }


@pytest.fixture
def path(tmp_path):
    """A checkpoint of `arrays`, written."""
    path = tmp_path / "model.safetensors"
    meta = {"config": CONFIG, "rng": {"state": 2**127 + 1}, "text": "naïve"}
    save(path, arrays(), meta=meta, state={"carried/0": np.arange(5)})
    return path


def test_all_that_was_saved_comes_back(path):
    params, meta, state = load(path)
    assert params.keys() == arrays().keys()
    for name, value in arrays().items():
        np.testing.assert_array_equal(params[name], value)
        assert (params[name].dtype, params[name].shape) == (value.dtype, value.shape)
    assert meta == {"config": CONFIG, "rng": {"state": 2**127 + 1}, "text": "naïve"}
    np.testing.assert_array_equal(state["carried/0"], np.arange(5))


def test_loaded_arrays_can_be_trained_further(path):
    load(path).params["decoder.weight"] += 1


def test_torch_opens_what_numpy_wrote(path):
    opened = load_file(path)
    for name, value in arrays().items():
        np.testing.assert_array_equal(opened[name].numpy(), value)


def test_numpy_opens_what_torch_wrote(tmp_path):
    weight = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    save_file({"decoder.weight": weight}, tmp_path / "t.safetensors")
    params, meta, state = load(tmp_path / "t.safetensors")
    np.testing.assert_array_equal(params["decoder.weight"], weight.numpy())
    assert (meta, state) == ({}, {})


def test_a_failed_write_leaves_the_old_file_and_no_other(path, monkeypatch):
    def fail(descriptor):
        raise OSError("no space left on device")

    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        save(path, {"decoder.weight": np.zeros(9)})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("length", [0, 5, 100, -1])
def test_a_truncated_file_is_named_in_one_sentence(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(CheckpointError, match=r"is not a complete checkpoint") as error:
        load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"there is no checkpoint .*nowhere"):
        load(tmp_path / "nowhere.safetensors")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"there is no folder .*nowhere"):
        save(tmp_path / "nowhere" / "model.safetensors", arrays())


def test_another_models_checkpoint_names_both_configs(path):
    with pytest.raises(CheckpointError, match=r"'lstm'.*'gru'"):
        load(path, config=CONFIG | {"cell": "gru"})
    assert load(path, config=CONFIG).meta["config"] == CONFIG


def test_nothing_is_pickled(path):
    assert b"pickle" not in path.read_bytes()
    assert path.read_bytes()[8:9] == b"{"
