"""What a training run records."""

import json

import pytest

from rnnlm_lib.history import History


def recorded():
    """A history of three epochs; the second is the best."""
    history = History()
    for valid in (5.0, 4.0, 4.5):
        history.add(train=valid, valid=valid, lr=1.0, seconds=2.0, tokens=700, steps=1)
    return history


def test_length_is_the_number_of_finished_epochs():
    assert len(History()) == 0
    assert len(recorded()) == 3


def test_best_epoch_has_the_lowest_validation_loss():
    assert History().best_epoch is None
    assert recorded().best_epoch == 1


def test_history_survives_json():
    history = recorded()
    assert History.from_dict(json.loads(json.dumps(history.to_dict()))) == history


def test_a_copy_as_dict_does_not_share_lists():
    history = recorded()
    history.to_dict()["train"].append(1.0)
    assert len(history.train) == 3


def test_an_incomplete_epoch_is_refused():
    with pytest.raises(
        ValueError, match=r"records train, valid, lr.*got train, valid$"
    ):
        History().add(train=1.0, valid=1.0)
