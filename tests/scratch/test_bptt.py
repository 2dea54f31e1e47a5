"""Backpropagation through time."""

import numpy as np
import pytest

from rnnlm_lib.scratch.bptt import (
    add_grads,
    map_state,
    trace_backward,
    truncated_bptt,
    unroll,
    unroll_backward,
    unroll_masked,
    unroll_masked_backward,
)
from rnnlm_lib.scratch.cells import CELLS
from rnnlm_lib.scratch.gradcheck import check_gradients, numerical_gradient
from rnnlm_lib.scratch.rnn import init_rnn, rnn_step, rnn_step_backward

T, B, E, H = 5, 3, 4, 6
LENGTHS = np.array([5, 2, 4])
MASK = np.arange(T)[:, None] < LENGTHS


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def make(cell, rng):
    state = tuple(rng.normal(size=(B, H)) for _ in CELLS[cell].state)
    x, params = rng.normal(size=(T, B, E)), CELLS[cell].init(E, H, rng)
    return x, (state if len(state) > 1 else state[0]), params


def squared_error(outputs, targets):
    return 0.5 * np.sum((outputs - targets) ** 2), outputs - targets


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("mask", [None, MASK], ids=["plain", "masked"])
def test_backward_equals_central_differences(cell, mask, rng):
    step, step_backward, *_ = CELLS[cell]
    x, state, params = make(cell, rng)
    w, w_state = rng.normal(size=(T, B, H)), map_state(rng.permuted, state)

    def loss_and_grads(everything):
        given = {name: everything[name] for name in params}
        args = step, everything["x"], state, given
        if mask is None:
            outputs, end, caches = unroll(*args)
            dx, _, grads = unroll_backward(step_backward, w, w_state, caches)
        else:
            outputs, end, caches = unroll_masked(*args, mask)
            dx, _, grads = unroll_masked_backward(step_backward, w, w_state, caches)
        loss = np.sum(w * outputs) + np.sum(np.multiply(w_state, end))
        return loss, grads | {"x": dx}

    report = check_gradients(loss_and_grads, params | {"x": x})
    assert report.ok, report


def test_a_weight_used_at_every_step_receives_the_sum_over_its_uses(rng):
    x, h, params = make("rnn", rng)
    outputs, _, caches = unroll(rnn_step, x, h, params)
    w, nothing = rng.normal(size=outputs.shape), np.zeros_like(h)
    _, _, grads = unroll_backward(rnn_step_backward, w, nothing, caches)

    def loss(copies):  # T separate copies of one weight: no sharing, no sum
        state, total = h, 0
        for x_t, w_t, weight_hh in zip(x, w, copies, strict=True):
            state, _ = rnn_step(x_t, state, params | {"weight_hh": weight_hh})
            total += np.sum(w_t * state)
        return total

    each = numerical_gradient(loss, np.stack([params["weight_hh"]] * T))
    np.testing.assert_allclose(grads["weight_hh"], each.sum(axis=0), atol=1e-8)


def test_terms_of_one_loss_add_up_to_its_full_gradient(rng):
    x, h, params = make("rnn", rng)
    _, last, caches = unroll(rnn_step, x, h, params)
    _, terms = trace_backward(rnn_step_backward, last, caches)  # loss: last**2 / 2

    def loss(weight_hh):
        given = params | {"weight_hh": weight_hh}
        return 0.5 * np.sum(unroll(rnn_step, x, h, given)[1] ** 2)

    want = numerical_gradient(loss, params["weight_hh"])
    got = sum(term["weight_hh"] for term in terms)
    assert np.abs(got - want).max() <= 1e-6 * np.abs(want).max()


def test_a_term_is_the_gradient_with_the_state_before_its_step_held_fixed(rng):
    x, h, params = make("rnn", rng)
    outputs, last, caches = unroll(rnn_step, x, h, params)
    _, terms = trace_backward(rnn_step_backward, last, caches)

    def loss_if_only_step_2_changes(weight_hh):
        state, _ = rnn_step(x[2], outputs[1], params | {"weight_hh": weight_hh})
        return 0.5 * np.sum(unroll(rnn_step, x[3:], state, params)[1] ** 2)

    want = numerical_gradient(loss_if_only_step_2_changes, params["weight_hh"])
    np.testing.assert_allclose(terms[2]["weight_hh"], want, atol=1e-8)


def test_traced_gradients_are_those_of_the_states(rng):
    x, h, params = make("rnn", rng)
    outputs, last, caches = unroll(rnn_step, x, h, params)
    dstates, _ = trace_backward(rnn_step_backward, last, caches)

    def loss(state_after_step_1):
        return 0.5 * np.sum(unroll(rnn_step, x[2:], state_after_step_1, params)[1] ** 2)

    np.testing.assert_array_equal(dstates[-1], last)
    np.testing.assert_allclose(
        dstates[1], numerical_gradient(loss, outputs[1]), atol=1e-8
    )


def run_truncated(cell, window, rng):
    """Losses and gradients of each window, and the state each one leaves."""
    step, step_backward, *_ = CELLS[cell]
    x, state, params = make(cell, rng)
    targets = rng.normal(size=(T, B, H))
    args = x, targets, state, params, squared_error
    return zip(
        *truncated_bptt(step, step_backward, *args, window=window), strict=True
    ), (args, step, step_backward)


@pytest.mark.parametrize("cell", CELLS)
def test_one_window_over_everything_is_full_backpropagation(cell, rng):
    (_, (grads,), _), (args, step, step_backward) = run_truncated(cell, T, rng)
    x, targets, state, params, loss = args
    outputs, end, caches = unroll(step, x, state, params)
    nothing = map_state(np.zeros_like, end)
    want = unroll_backward(step_backward, loss(outputs, targets)[1], nothing, caches)[2]
    for name in params:
        np.testing.assert_array_equal(grads[name], want[name])


@pytest.mark.parametrize("window", [1, 2, 3])
def test_truncation_changes_the_gradient_but_neither_loss_nor_state(window, rng):
    (nats, grads, states), _ = run_truncated("lstm", window, rng)
    (want, (full,), ends), _ = run_truncated("lstm", T, np.random.default_rng(0))
    np.testing.assert_allclose(sum(nats), sum(want), rtol=1e-13)
    np.testing.assert_allclose(states[-1], ends[-1], rtol=1e-13)
    total = sum(g["weight_hh"] for g in grads)
    assert np.abs(total - full["weight_hh"]).max() > 1e-3


def test_a_truncated_gradient_treats_the_carried_state_as_a_constant(rng):
    (_, (_, second, _), (carried, *_)), (args, *_) = run_truncated("rnn", 2, rng)
    x, targets, _, params, loss = args

    def loss_of_second_window(weight_hh):
        given = params | {"weight_hh": weight_hh}
        return loss(unroll(rnn_step, x[2:4], carried, given)[0], targets[2:4])[0]

    want = numerical_gradient(loss_of_second_window, params["weight_hh"])
    np.testing.assert_allclose(second["weight_hh"], want, atol=1e-8)


def test_parameters_may_change_between_two_windows(rng):
    x, state, params = make("rnn", rng)
    targets = np.zeros((T, B, H))
    args = rnn_step, rnn_step_backward, x, targets, state, params, squared_error
    losses = []
    for nats, grads, _ in truncated_bptt(*args, window=1):
        losses.append(nats)
        for name in params:
            params[name] -= 10 * grads[name]
    constant = [nats for nats, _, _ in truncated_bptt(*args, window=1)]
    assert losses[0] != constant[0]


def test_a_window_of_no_steps_is_refused(rng):
    args = rnn_step, rnn_step_backward, *make("rnn", rng)[:2], None, {}, squared_error
    with pytest.raises(ValueError, match="at least 1 step, got 0"):
        next(truncated_bptt(*args, window=0))


@pytest.mark.parametrize("cell", CELLS)
def test_what_stands_at_a_padded_position_changes_nothing(cell, rng):
    step, step_backward, *_ = CELLS[cell]
    x, state, params = make(cell, rng)
    w, w_state = rng.normal(size=(T, B, H)), map_state(rng.permuted, state)

    def everything(x):
        outputs, end, caches = unroll_masked(step, x, state, params, MASK)
        back = unroll_masked_backward(step_backward, w, w_state, caches)
        assert not outputs[~MASK].any()
        assert not back[0][~MASK].any()
        return [outputs, *np.atleast_3d(end), back[0], *back[2].values()]

    garbage = np.where(MASK[..., None], x, 1e3 * rng.normal(size=x.shape))
    for got, want in zip(everything(garbage), everything(x), strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("cell", CELLS)
def test_a_mask_without_padding_changes_nothing(cell, rng):
    step, step_backward, *_ = CELLS[cell]
    x, state, params = make(cell, rng)
    w, w_state = rng.normal(size=(T, B, H)), map_state(rng.permuted, state)
    plain, _, caches = unroll(step, x, state, params)
    masked, _, masked_caches = unroll_masked(step, x, state, params, MASK | True)
    want = unroll_backward(step_backward, w, w_state, caches)
    got = unroll_masked_backward(step_backward, w, w_state, masked_caches)
    np.testing.assert_array_equal(masked, plain)
    for name in params:
        np.testing.assert_array_equal(got[2][name], want[2][name])


def test_outputs_do_not_depend_on_future_inputs(rng):
    x, h, params = make("rnn", rng)
    changed = x.copy()
    changed[3:] += 1
    before, _, _ = unroll(rnn_step, x, h, params)
    after, _, _ = unroll(rnn_step, changed, h, params)
    np.testing.assert_array_equal(before[:3], after[:3])
    assert not np.isclose(before[3:], after[3:]).any()


def test_gradient_shrinks_when_the_recurrent_norm_is_below_one(rng):
    params = init_rnn(E, H, rng)
    params["weight_hh"] *= 0.5 / np.linalg.norm(params["weight_hh"], 2)
    x, h, _ = make("rnn", rng)
    _, last, caches = unroll(rnn_step, x, h, params)
    dstates, _ = trace_backward(rnn_step_backward, last, caches)
    norms = [np.linalg.norm(dstate, axis=1) for dstate in dstates]
    assert np.all(np.diff(np.log2(norms), axis=0) > 1)  # doubles with each step closer


def test_added_gradients_leave_their_source_alone():
    grads, total = {"w": np.ones(2)}, {}
    add_grads(total, grads)
    add_grads(total, grads)
    assert total["w"].tolist() == [2, 2]
    assert grads["w"].tolist() == [1, 1]
