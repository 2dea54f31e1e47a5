"""Laws of counting: nats add up, tokens are counted, nothing is averaged twice."""

import math

import numpy as np
import pytest

from rnnlm_lib.evaluate import (
    Evaluation,
    evaluate,
    evaluate_sentences,
    log_prob,
    next_word,
)
from rnnlm_lib.lm import UniformLM


@pytest.fixture
def text(rng, sizes):
    return rng.integers(sizes.V, size=101)


@pytest.fixture
def some_sentences(rng, sizes):
    return [rng.integers(sizes.V, size=n) for n in (4, 1, 9, 2, 2, 17, 3)]


def test_perplexity_of_the_uniform_model_is_v(sizes, text):
    result = evaluate(UniformLM(sizes.V), text, first=0)
    assert result.perplexity == pytest.approx(sizes.V, rel=1e-12)
    assert result.bits_per_token == pytest.approx(math.log2(sizes.V), rel=1e-12)


def test_step_scores_add_up_to_the_score_of_the_sequence(memory_lm):
    ids = [3, 1, 4, 1, 5]
    steps = [next_word(memory_lm, ids[:t], first=0)[w] for t, w in enumerate(ids)]
    assert log_prob(memory_lm, ids, first=0) == pytest.approx(sum(steps), abs=1e-12)


def test_every_id_is_counted_once(memory_lm, text):
    assert evaluate(memory_lm, text, first=0).tokens == len(text)


@pytest.mark.parametrize("window", [1, 2, 50, 100, 101, 1000])
def test_perplexity_does_not_depend_on_the_window(memory_lm, text, window):
    expected = evaluate(memory_lm, text, first=0)
    found = evaluate(memory_lm, text, first=0, window=window)
    assert found.nats == pytest.approx(expected.nats, rel=1e-12)
    assert found.tokens == expected.tokens


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 100])
def test_perplexity_does_not_depend_on_the_batch(memory_lm, some_sentences, batch_size):
    alone = [evaluate(memory_lm, s, first=0) for s in some_sentences]
    found = evaluate_sentences(
        memory_lm, some_sentences, first=0, batch_size=batch_size
    )
    assert found.nats == pytest.approx(sum(one.nats for one in alone), rel=1e-12)
    assert found.tokens == sum(map(len, some_sentences))


def test_sentences_know_nothing_of_each_other(memory_lm, some_sentences):
    forward = evaluate_sentences(memory_lm, some_sentences, first=0)
    backward = evaluate_sentences(memory_lm, some_sentences[::-1], first=0)
    assert forward.nats == pytest.approx(backward.nats, rel=1e-12)


def test_a_stream_remembers_across_windows(memory_lm):
    ids = [1, 2, 3, 4]
    two_texts = evaluate(memory_lm, ids[:2], first=0).nats
    two_texts += evaluate(memory_lm, ids[2:], first=0).nats
    one_text = evaluate(memory_lm, ids, first=0, window=2).nats
    assert abs(one_text - two_texts) > 1e-3


def test_two_evaluations_add_up_to_that_of_both_texts(memory_lm, some_sentences):
    parts = [evaluate_sentences(memory_lm, [s], first=0) for s in some_sentences]
    whole = evaluate_sentences(memory_lm, some_sentences, first=0)
    total = sum(parts, Evaluation(0.0, 0))
    assert total.perplexity == pytest.approx(whole.perplexity, rel=1e-12)


def test_the_average_of_averages_is_another_number():
    short, long = Evaluation(nats=10.0, tokens=2), Evaluation(nats=90.0, tokens=90)
    average = (short.nats_per_token + long.nats_per_token) / 2
    assert (short + long).nats_per_token == pytest.approx(100 / 92)
    assert average == pytest.approx(3)


def test_bits_are_nats_over_log_2():
    assert Evaluation(nats=8 * math.log(2), tokens=4).bits_per_token == pytest.approx(2)


def test_an_impossible_text_has_infinite_perplexity(sizes, markov_lm):
    model = markov_lm(sizes.V)
    model.table[2, 3] = -np.inf
    result = evaluate(model, [1, 2, 3], first=0)
    assert result.nats == result.perplexity == math.inf
    assert log_prob(model, [2, 3], first=0) == -math.inf


def test_a_perplexity_beyond_floating_point_is_infinite():
    assert Evaluation(nats=1e6, tokens=1).perplexity == math.inf
    assert Evaluation(nats=709.0, tokens=1).perplexity < math.inf


def test_single_precision_scores_are_summed_in_double(sizes):
    class Half(UniformLM):
        def score(self, inputs, targets, state):
            return np.full(targets.shape, 1 + 2**-20, dtype=np.float32), state

    n = 10_000
    result = evaluate(Half(sizes.V), np.zeros(n, dtype=int), first=0, window=n)
    assert result.nats == n * (1 + 2**-20)


def test_a_score_that_is_no_number_is_refused(sizes, markov_lm):
    model = markov_lm(sizes.V)
    model.table[2, 3] = np.nan
    with pytest.raises(ValueError, match="the model's score is NaN: its parameters"):
        evaluate(model, [1, 2, 3], first=0)


def test_nothing_cannot_be_evaluated(sizes):
    with pytest.raises(ValueError, match="there are no ids"):
        evaluate(UniformLM(sizes.V), [], first=0)
    with pytest.raises(ValueError, match="there are no ids"):
        evaluate_sentences(UniformLM(sizes.V), [[1], []], first=0)
    with pytest.raises(ValueError, match="no token was scored"):
        _ = evaluate_sentences(UniformLM(sizes.V), [], first=0).perplexity


def test_a_window_and_a_batch_hold_something(memory_lm):
    with pytest.raises(ValueError, match="window must be at least 1, got -1"):
        evaluate(memory_lm, [1], first=0, window=-1)
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        evaluate_sentences(memory_lm, [[1]], first=0, batch_size=0)


@pytest.mark.parametrize("first", [None, 7, -1])
def test_the_first_id_must_be_one_of_the_model(memory_lm, first):
    for call in (evaluate, log_prob, next_word):
        with pytest.raises(ValueError, match="encode the t"):
            call(memory_lm, [1], first=first)
    with pytest.raises(ValueError, match="encode the t"):
        evaluate_sentences(memory_lm, [[1]], first=first)


def test_next_word_is_a_distribution_after_any_prompt(sizes, memory_lm):
    for prompt in ([], [1], [4, 2, 4]):
        log_probs = next_word(memory_lm, prompt, first=0)
        assert log_probs.shape == (sizes.V,)
        assert np.exp(log_probs).sum() == pytest.approx(1)


def test_an_evaluation_prints_its_perplexity_and_its_tokens():
    evaluation = Evaluation(nats=1000 * math.log(50), tokens=1000)
    assert str(evaluation) == "perplexity 50.00 over 1,000 tokens"
