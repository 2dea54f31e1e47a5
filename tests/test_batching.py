"""Laws of streams, windows, padding and teacher forcing."""

import numpy as np
import pytest

from rnnlm_lib.batching import batchify, bptt_windows, pad, shift


def test_columns_one_after_the_other_are_the_text(sizes):
    ids = np.arange(sizes.T * sizes.B)
    columns = batchify(ids, sizes.B)
    assert columns.shape == (sizes.T, sizes.B)
    assert columns.T.ravel().tolist() == ids.tolist()


def test_the_ids_that_fill_no_row_are_left_out():
    assert batchify(np.arange(11), 3).T.ravel().tolist() == list(range(9))


@pytest.mark.parametrize("batch_size", [0, 5])
def test_more_columns_than_ids_are_refused(batch_size):
    with pytest.raises(ValueError, match=f"4 ids into {batch_size} columns: choose"):
        batchify(np.arange(4), batch_size)


@pytest.mark.parametrize("window", [1, 2, 3, 4, 100])
def test_windows_predict_every_id_but_the_first_once(sizes, window):
    columns = batchify(np.arange(sizes.T * sizes.B), sizes.B)
    inputs, targets = zip(*bptt_windows(columns, window), strict=True)
    assert np.array_equal(np.concatenate(inputs), columns[:-1])
    assert np.array_equal(np.concatenate(targets), columns[1:])
    assert max(map(len, inputs)) <= window


def test_each_target_is_the_next_input(sizes):
    columns = batchify(np.arange(sizes.T * sizes.B), sizes.B)
    for inputs, targets in bptt_windows(columns, 3):
        assert np.array_equal(inputs[1:], targets[:-1])
        assert np.array_equal(targets, inputs + 1)


def test_a_stream_of_one_step_has_nothing_to_predict(sizes):
    with pytest.raises(ValueError, match=r"2 time steps .* got 1: use a longer text"):
        bptt_windows(np.zeros((1, sizes.B)), 2)


def test_an_empty_window_is_refused(sizes):
    with pytest.raises(ValueError, match="at least 1 time step, got 0"):
        bptt_windows(np.zeros((sizes.T, sizes.B)), 0)


def test_the_mask_gives_the_sequences_back():
    sequences = [[1, 2], [3], [4, 5, 6, 7], []]
    ids, mask = pad(sequences, pad_id=9)
    assert ids.shape == mask.shape == (4, 4)
    assert [ids[mask[:, b], b].tolist() for b in range(4)] == sequences
    assert (ids[~mask] == 9).all()


def test_the_mask_is_true_from_the_start_of_each_sequence():
    _, mask = pad([[1], [1, 1, 1]])
    assert mask.dtype == bool
    assert mask.T.tolist() == [[True, False, False], [True, True, True]]


def test_nothing_cannot_be_padded():
    with pytest.raises(ValueError, match="pass at least one sequence"):
        pad([])


def test_teacher_forcing_reads_what_was_predicted_before(rng, sizes):
    ids = rng.integers(sizes.V, size=(sizes.T, sizes.B))
    inputs = shift(ids, 0)
    assert (inputs[0] == 0).all()
    assert np.array_equal(inputs[1:], ids[:-1])


def test_shifting_one_row_and_one_column_agree(rng, sizes):
    ids = rng.integers(sizes.V, size=sizes.T)
    assert np.array_equal(shift(ids, 2), shift(ids[:, None], 2)[:, 0])


def test_each_column_may_have_its_own_first_id(sizes):
    first = np.arange(sizes.B)
    inputs = shift(np.zeros((sizes.T, sizes.B), dtype=int), first)
    assert np.array_equal(inputs[0], first)
