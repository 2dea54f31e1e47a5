"""Laws of the protocol and of the uniform model."""

import numpy as np
import pytest

from rnnlm_lib.lm import LanguageModel, UniformLM, as_ids, read, score_by_steps


def test_uniform_model_is_a_language_model(sizes, memory_lm):
    assert isinstance(UniformLM(sizes.V), LanguageModel)
    assert isinstance(memory_lm, LanguageModel)
    assert not isinstance(object(), LanguageModel)


def test_uniform_probabilities_sum_to_one(sizes):
    model = UniformLM(sizes.V)
    log_probs, _ = model.step(
        np.zeros(sizes.B, dtype=int), model.initial_state(sizes.B)
    )
    assert log_probs.shape == (sizes.B, sizes.V)
    assert np.exp(log_probs).sum(axis=1) == pytest.approx(1)


def test_uniform_score_is_log_v_everywhere(sizes):
    ids = np.zeros((sizes.T, sizes.B), dtype=int)
    nll, _ = UniformLM(sizes.V).score(ids, ids, None)
    assert nll.shape == ids.shape
    assert nll == pytest.approx(np.log(sizes.V))


def test_a_model_without_words_is_refused():
    with pytest.raises(ValueError, match="vocab_size must be at least 1, got 0"):
        UniformLM(0)


def test_a_score_is_the_same_as_its_steps(rng, sizes, markov_lm):
    model = markov_lm(sizes.V)
    inputs, targets = rng.integers(sizes.V, size=(2, sizes.T, sizes.B))
    state = model.initial_state(sizes.B)
    expected, _ = model.score(inputs, targets, state)
    nll, _ = score_by_steps(model, inputs, targets, state)
    assert nll == pytest.approx(expected, abs=1e-15)


def test_stepping_leaves_the_given_state_as_it_was(sizes, memory_lm):
    state = memory_lm.initial_state(sizes.B)
    memory_lm.step(np.full(sizes.B, 2), state)
    assert np.array_equal(state, memory_lm.initial_state(sizes.B))


def test_reading_on_from_a_state_is_reading_it_all(memory_lm):
    whole, _ = read(memory_lm, [0, 3, 5, 1])
    _, state = read(memory_lm, [0, 3, 5])
    (part,), _ = memory_lm.step(np.array([1]), state)
    assert np.array_equal(whole, part)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "there are no ids to read"),
        ([0, 7], r"id 7 is outside 0\.\.6: encode the text with"),
        ([-1, 0], r"id -1 is outside 0\.\.6"),
        (["the"], "got <U3 of shape"),
        ([[1, 2]], r"one row of integers, got int64 of shape \(1, 2\)"),
    ],
)
def test_ids_a_model_cannot_read_are_refused(sizes, ids, message):
    with pytest.raises(ValueError, match=message):
        as_ids(ids, sizes.V)
