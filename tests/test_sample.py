"""Laws of distributions that are changed, sampled and searched."""

from itertools import product

import numpy as np
import pytest

from rnnlm_lib.evaluate import log_prob
from rnnlm_lib.sample import (
    beam_search,
    forbid,
    greedy,
    keep_top_k,
    keep_top_p,
    sample,
    scale,
)

EOS = 0


@pytest.fixture
def log_probs(rng, sizes):
    logits = rng.normal(size=(sizes.T, sizes.B, sizes.V))
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


CHANGES = {
    "temperature": lambda x: scale(x, 0.7),
    "top-k": lambda x: keep_top_k(x, 3),
    "top-p": lambda x: keep_top_p(x, 0.6),
    "forbid": lambda x: forbid(x, [2, 5]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_gives_a_distribution(log_probs, change):
    changed = change(log_probs)
    assert changed.shape == log_probs.shape
    assert np.exp(changed).sum(axis=-1) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_change_touches_its_input(log_probs, change):
    before = log_probs.copy()
    change(log_probs)
    assert np.array_equal(log_probs, before)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_words_that_stay_keep_their_order(log_probs, change):
    order = np.argsort(log_probs, axis=-1)
    ordered = np.take_along_axis(np.exp(change(log_probs)), order, axis=-1)
    for probs in ordered.reshape(-1, ordered.shape[-1]):
        kept = probs[probs > 0]
        assert len(kept) > 0
        assert (np.diff(kept) > 0).all()


def test_neutral_settings_change_nothing(log_probs, sizes):
    for same in (
        scale(log_probs, 1.0),
        keep_top_k(log_probs, sizes.V),
        keep_top_p(log_probs, 1.0),
        forbid(log_probs, []),
    ):
        assert same == pytest.approx(log_probs, abs=1e-12)


def test_temperature_divides_the_differences(log_probs):
    hot = scale(log_probs, 2.0)
    assert np.diff(hot) == pytest.approx(np.diff(log_probs) / 2, abs=1e-12)


def test_low_temperature_is_greedy_and_high_is_uniform(log_probs, sizes):
    cold = np.exp(scale(log_probs, 1e-6))
    assert np.array_equal(cold.argmax(axis=-1), log_probs.argmax(axis=-1))
    assert cold.max(axis=-1) == pytest.approx(1)
    assert np.exp(scale(log_probs, 1e9)) == pytest.approx(1 / sizes.V, rel=1e-6)


@pytest.mark.parametrize("temperature", [0, -1.0, np.inf, np.nan])
def test_temperature_zero_points_to_greedy(log_probs, temperature):
    with pytest.raises(ValueError, match=rf"got {temperature}: .* use greedy"):
        scale(log_probs, temperature)


@pytest.mark.parametrize("k", [1, 3, 7, 99])
def test_top_k_keeps_the_k_likeliest(log_probs, sizes, k):
    kept = np.isfinite(keep_top_k(log_probs, k))
    assert (kept.sum(axis=-1) == min(k, sizes.V)).all()
    lowest_kept = np.where(kept, log_probs, np.inf).min(axis=-1)
    highest_left = np.where(kept, -np.inf, log_probs).max(axis=-1)
    assert (lowest_kept > highest_left).all()


def test_ties_in_top_k_go_to_the_smaller_ids(sizes):
    kept = np.isfinite(keep_top_k(np.zeros(sizes.V), 3))
    assert np.flatnonzero(kept).tolist() == [0, 1, 2]


@pytest.mark.parametrize("p", [1e-9, 0.3, 0.6, 0.95])
def test_top_p_keeps_the_smallest_set_that_reaches_p(log_probs, p):
    kept = np.isfinite(keep_top_p(log_probs, p))
    probs = np.where(kept, np.exp(log_probs), 0)
    assert (probs.sum(axis=-1) >= p).all()
    least = np.where(kept, probs, np.inf).min(axis=-1)
    assert (probs.sum(axis=-1) - least < p).all()


def test_top_p_stops_exactly_at_p():
    log_probs = np.log([0.125, 0.5, 0.25, 0.125])
    assert np.isfinite(keep_top_p(log_probs, 0.5)).tolist() == [0, 1, 0, 0]
    assert np.isfinite(keep_top_p(log_probs, 0.51)).tolist() == [0, 1, 1, 0]


def test_top_p_of_1_keeps_even_what_rounding_swallows():
    log_probs = np.log([1.0, 1e-20, 1e-30])
    assert np.isfinite(keep_top_p(log_probs, 1)).all()


@pytest.mark.parametrize("wrong", [0, 1.5, -0.1])
def test_top_p_outside_0_to_1_is_refused(log_probs, wrong):
    with pytest.raises(ValueError, match=f"above 0 and at most 1, got p = {wrong}"):
        keep_top_p(log_probs, wrong)


def test_top_k_of_nothing_is_refused(log_probs):
    with pytest.raises(ValueError, match="at least 1 word, got k = 0"):
        keep_top_k(log_probs, 0)


def test_a_forbidden_word_leaves_the_ratios_of_the_others(log_probs):
    changed = forbid(log_probs, [2])
    assert np.isneginf(changed[..., 2]).all()
    others = [0, 1, 3, 4, 5, 6]
    shift = (changed - log_probs)[..., others]
    assert np.ptp(shift, axis=-1) == pytest.approx(0, abs=1e-12)


def test_forbidding_everything_is_refused(log_probs, sizes):
    with pytest.raises(ValueError, match="no distribution is left"):
        forbid(log_probs, range(sizes.V))


def test_log_probabilities_with_nan_are_refused(log_probs):
    log_probs[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="or one is NaN"):
        scale(log_probs, 1.0)


def test_the_same_generator_draws_the_same_text(memory_lm):
    one, same, other = (
        sample(memory_lm, 30, rng=np.random.default_rng(seed), prompt=[EOS])
        for seed in (1, 1, 2)
    )
    assert one == same != other
    assert len(one) == 30


def test_samples_have_the_frequencies_of_the_model(rng, sizes, markov_lm):
    model = markov_lm(sizes.V)
    model.table[:] = model.table[0]
    ids = sample(model, 20_000, rng=rng, prompt=[EOS])
    found = np.bincount(ids, minlength=sizes.V) / len(ids)
    assert found == pytest.approx(np.exp(model.table[0]), abs=0.015)


def test_the_prompt_is_read_before_the_first_word(sizes, markov_lm):
    model = markov_lm(sizes.V)
    model.table[:] = np.where(np.roll(np.eye(sizes.V), 1, axis=1) == 1, 0.0, -np.inf)
    assert greedy(model, 4, prompt=[EOS, 3]) == [4, 5, 6, 0]


def test_a_text_ends_with_the_stop_word_or_at_its_length(rng, memory_lm):
    for _ in range(20):
        ids = sample(memory_lm, 9, rng=rng, prompt=[EOS], stop=EOS)
        assert EOS not in ids[:-1]
        assert ids[-1] == EOS or len(ids) == 9


def test_forbidden_words_are_never_drawn(rng, memory_lm):
    ids = sample(memory_lm, 500, rng=rng, prompt=[EOS], forbid=[1, 4])
    assert set(ids) == {0, 2, 3, 5, 6}
    assert not {1, 4} & set(greedy(memory_lm, 50, prompt=[EOS], forbid=[1, 4]))


@pytest.mark.parametrize(
    "setting", [{"temperature": 1e-6}, {"top_k": 1}, {"top_p": 1e-9}]
)
def test_sampling_without_chance_is_greedy(rng, memory_lm, setting):
    drawn = sample(memory_lm, 30, rng=rng, prompt=[EOS], **setting)
    assert drawn == greedy(memory_lm, 30, prompt=[EOS])


def test_no_words_are_asked_for_and_none_are_given(rng, memory_lm):
    assert sample(memory_lm, 0, rng=rng, prompt=[EOS]) == []


def test_a_prompt_has_at_least_eos(rng, memory_lm):
    with pytest.raises(ValueError, match="there are no ids to read"):
        sample(memory_lm, 3, rng=rng, prompt=[])


def test_a_wide_beam_is_an_exhaustive_search(markov_lm):
    model, length = markov_lm(3), 4
    every = {
        ids: log_prob(model, ids, first=EOS) for ids in product(range(3), repeat=4)
    }
    found = beam_search(model, length, prompt=[EOS], width=3**length)
    assert {tuple(ids) for ids, _ in found} == set(every)
    best_first = sorted(every.values(), reverse=True)
    assert [total for _, total in found] == pytest.approx(best_first, abs=1e-12)


def test_a_wide_beam_with_a_stop_finds_every_text_once(markov_lm):
    found = beam_search(markov_lm(3), 4, prompt=[EOS], width=3**4, stop=EOS)
    ended = {(*ids, EOS) for n in range(4) for ids in product((1, 2), repeat=n)}
    cut = set(product((1, 2), repeat=4))
    assert len(found) == len(ended) + len(cut)
    assert {tuple(ids) for ids, _ in found} == ended | cut
    assert sum(np.exp(total) for _, total in found) == pytest.approx(1)


@pytest.mark.parametrize("width", [1, 2, 5])
def test_a_beam_is_sorted_and_tells_the_log_probability(memory_lm, width):
    found = beam_search(memory_lm, 6, prompt=[EOS], width=width, stop=EOS)
    totals = [total for _, total in found]
    assert len(found) == width
    assert totals == sorted(totals, reverse=True)
    for ids, total in found:
        assert total == pytest.approx(log_prob(memory_lm, ids, first=EOS), abs=1e-12)


def test_a_beam_of_one_is_greedy(memory_lm):
    ((ids, _),) = beam_search(memory_lm, 12, prompt=[EOS], width=1)
    assert ids == greedy(memory_lm, 12, prompt=[EOS])


def test_a_beam_can_beat_greedy(markov_lm):
    model = markov_lm(3)
    model.table[:] = np.log([[0.01, 0.5, 0.49], [0.3, 0.4, 0.3], [0.01, 0.01, 0.98]])
    (best, total), _ = beam_search(model, 2, prompt=[EOS], width=2)
    assert best == [2, 2]
    assert total > log_prob(model, greedy(model, 2, prompt=[EOS]), first=EOS)


def test_a_beam_never_offers_the_impossible(markov_lm):
    model = markov_lm(3)
    model.table[:, 1] = -np.inf
    found = beam_search(model, 2, prompt=[EOS], width=100)
    assert sorted(ids for ids, _ in found) == [[0, 0], [0, 2], [2, 0], [2, 2]]


@pytest.mark.parametrize(("length", "width"), [(0, 3), (3, 0)])
def test_a_beam_needs_length_and_width(memory_lm, length, width):
    with pytest.raises(ValueError, match=f"at least 1, got {length} and {width}"):
        beam_search(memory_lm, length, prompt=[EOS], width=width)
