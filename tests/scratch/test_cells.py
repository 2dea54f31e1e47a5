"""One step of every cell: its gradients, and the laws its gates obey."""

import numpy as np
import pytest

from rnnlm_lib.scratch import gru, lstm, rnn
from rnnlm_lib.scratch.cells import CELLS, find_cell
from rnnlm_lib.scratch.gradcheck import check_gradients

B, E, H = 3, 4, 6
GRUS = ["simplified_gru", "gru", "gru_reset_before"]
LSTMS = ["lstm", "peephole_lstm", "lstm_without_output_tanh"]
OPEN, SHUT = 100.0, -100.0


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def make(cell, rng):
    """Input, state and parameters of a cell; the state is a tuple of its parts."""
    state = tuple(rng.normal(size=(B, H)) for _ in CELLS[cell].state)
    return rng.normal(size=(B, E)), state, CELLS[cell].init(E, H, rng)


def step(cell, x, parts, params):
    """The state after one step, always as a tuple of its parts, and the cache."""
    state = parts if len(parts) > 1 else parts[0]
    after, cache = CELLS[cell].step(x, state, params)
    return (after if len(parts) > 1 else (after,)), cache


def set_gate(cell, params, letter, bias):
    """Leave one gate to its bias alone."""
    at = CELLS[cell].blocks.index(letter) * H
    for name, value in params.items():
        if name.startswith(("weight_i", "weight_h", "bias")):
            value[at : at + H] = bias if name == "bias_ih" else 0
    if f"weight_c{letter}" in params:
        params[f"weight_c{letter}"][:] = 0


@pytest.mark.parametrize("cell", CELLS)
def test_backward_equals_central_differences(cell, rng):
    x, parts, params = make(cell, rng)
    weights = [rng.normal(size=(B, H)) for _ in parts]
    start = {f"state_{letter}": h for letter, h in zip("hc", parts, strict=False)}

    def loss_and_grads(everything):
        given = {name: everything[name] for name in params}
        before = tuple(everything[name] for name in start)
        after, cache = step(cell, everything["x"], before, given)
        dafter = tuple(weights) if len(weights) > 1 else weights[0]
        dx, dstate, grads = CELLS[cell].step_backward(dafter, cache)
        dbefore = dstate if len(weights) > 1 else (dstate,)
        loss = sum((w * h).sum() for w, h in zip(weights, after, strict=True))
        return loss, grads | {"x": dx} | dict(zip(start, dbefore, strict=True))

    report = check_gradients(loss_and_grads, {**params, **start, "x": x})
    assert report.ok, report


@pytest.mark.parametrize("cell", CELLS)
def test_step_and_backward_change_nothing_they_are_given(cell, rng):
    x, parts, params = make(cell, rng)
    given = [x, *parts, *params.values()]
    copies = [array.copy() for array in given]
    after, cache = step(cell, x, parts, params)
    CELLS[cell].step_backward(after if len(parts) > 1 else after[0], cache)
    for array, copy in zip(given, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("cell", CELLS)
def test_float32_stays_float32(cell, rng):
    x, parts, params = make(cell, rng)
    single = {name: value.astype(np.float32) for name, value in params.items()}
    parts = tuple(h.astype(np.float32) for h in parts)
    after, cache = step(cell, x.astype(np.float32), parts, single)
    back = after if len(parts) > 1 else after[0]
    dx, _, grads = CELLS[cell].step_backward(back, cache)
    dtypes = {array.dtype for array in (*after, dx, *grads.values())}
    assert dtypes == {np.dtype(np.float32)}


def test_preactivation_of_split_weights_is_that_of_the_joined_matrix(rng):
    x, (h,), params = make("rnn", rng)
    joined = np.concatenate([params["weight_hh"], params["weight_ih"]], axis=1)
    want = np.concatenate([h, x], axis=1) @ joined.T
    want = want + params["bias_ih"] + params["bias_hh"]
    np.testing.assert_allclose(rnn.preactivation(x, h, params), want, atol=1e-14)


@pytest.mark.parametrize("cell", GRUS)
def test_update_gate_one_copies_the_state(cell, rng):
    x, parts, params = make(cell, rng)
    set_gate(cell, params, "z", OPEN)
    (h,), _ = step(cell, x, parts, params)
    np.testing.assert_array_equal(h, parts[0])


def test_clearing_the_memory_needs_update_gate_and_reset_gate_zero(rng):
    x, (h_prev,), params = make("gru_reset_before", rng)
    other = (rng.normal(size=(B, H)),)
    set_gate("gru_reset_before", params, "r", SHUT)
    kept, _ = step("gru_reset_before", x, (h_prev,), params)
    assert not np.allclose(kept, step("gru_reset_before", x, other, params)[0])
    set_gate("gru_reset_before", params, "z", SHUT)
    cleared, _ = step("gru_reset_before", x, (h_prev,), params)
    np.testing.assert_array_equal(
        cleared, step("gru_reset_before", x, other, params)[0]
    )


def test_reset_gate_one_gives_the_simplified_gru(rng):
    x, parts, params = make("gru_reset_before", rng)
    set_gate("gru_reset_before", params, "r", OPEN)
    without_r = {name: value[H:] for name, value in params.items()}
    (want,), _ = step("simplified_gru", x, parts, without_r)
    (got,), _ = step("gru_reset_before", x, parts, params)
    np.testing.assert_allclose(got, want, atol=1e-14)


def test_reset_before_and_after_are_different_networks(rng):
    x, parts, params = make("gru", rng)
    (after,), _ = step("gru", x, parts, params)
    (before,), _ = step("gru_reset_before", x, parts, params)
    assert np.abs(after - before).max() > 0.01


def test_reset_before_and_after_agree_if_the_candidate_matrix_is_diagonal(rng):
    x, parts, params = make("gru", rng)
    params["weight_hh"][2 * H :] = np.diag(rng.normal(size=H))
    params["bias_hh"][2 * H :] = 0
    (after,), _ = step("gru", x, parts, params)
    (before,), _ = step("gru_reset_before", x, parts, params)
    np.testing.assert_allclose(after, before, atol=1e-14)


@pytest.mark.parametrize("cell", LSTMS)
def test_forget_gate_one_and_input_gate_zero_carry_the_cell_unchanged(cell, rng):
    x, parts, params = make(cell, rng)
    set_gate(cell, params, "f", OPEN)
    set_gate(cell, params, "i", SHUT)
    (_, c), _ = step(cell, x, parts, params)
    np.testing.assert_array_equal(c, parts[1])


@pytest.mark.parametrize("cell", LSTMS)
def test_forget_gate_one_alone_lets_the_cell_grow(cell, rng):
    x, parts, params = make(cell, rng)
    for gate, bias in (("f", OPEN), ("i", OPEN), ("g", 1.0)):
        set_gate(cell, params, gate, bias)
    state = parts
    for t in range(1, 11):
        state, _ = step(cell, x, state, params)
        np.testing.assert_allclose(state[1], parts[1] + t * np.tanh(1.0), atol=1e-12)


@pytest.mark.parametrize("cell", ["lstm", "peephole_lstm"])
def test_lstm_output_lies_strictly_between_zero_and_its_cell(cell, rng):
    (h, c), _ = step(cell, *make(cell, rng))
    assert np.all(np.sign(h) == np.sign(c))
    assert np.all((np.abs(h) > 0) & (np.abs(h) < np.tanh(np.abs(c))))


def test_without_output_tanh_an_lstm_output_can_exceed_one(rng):
    x, (h, c), params = make("lstm", rng)
    for gate in "fo":
        set_gate("lstm", params, gate, OPEN)
    (bounded, _), _ = step("lstm", x, (h, c + 5), params)
    (free, new_c), _ = step("lstm_without_output_tanh", x, (h, c + 5), params)
    assert bounded.max() < 1 < free.max()
    np.testing.assert_array_equal(free, new_c)


def test_peephole_weights_of_zero_give_the_lstm(rng):
    x, parts, params = make("peephole_lstm", rng)
    for name in ("weight_ci", "weight_cf", "weight_co"):
        params[name][:] = 0
    got, _ = step("peephole_lstm", x, parts, params)
    np.testing.assert_array_equal(got, step("lstm", x, parts, params)[0])


@pytest.mark.parametrize(
    ("letter", "at", "sees"), [("i", 0, 0), ("f", 1, 0), ("o", 3, 1)]
)
def test_input_and_forget_gate_see_the_old_cell_and_output_gate_the_new(
    letter, at, sees, rng
):
    x, (h_prev, c_prev), params = make("peephole_lstm", rng)
    (_, c), cache = step("peephole_lstm", x, (h_prev, c_prev), params)
    a = rnn.preactivation(x, h_prev, params)[:, at * H : (at + 1) * H]
    looked_at = (c_prev, c)[sees]
    want = 1 / (1 + np.exp(-a - params[f"weight_c{letter}"] * looked_at))
    np.testing.assert_allclose(cache[2][at], want, atol=1e-14)


def test_a_peephole_looks_at_its_own_cell_only(rng):
    x, (h, c), params = make("peephole_lstm", rng)
    moved = c.copy()
    moved[:, 2] += 1
    (h_a, c_a), _ = step("peephole_lstm", x, (h, c), params)
    (h_b, c_b), _ = step("peephole_lstm", x, (h, moved), params)
    others = np.arange(H) != 2
    np.testing.assert_array_equal(h_a[:, others], h_b[:, others])
    np.testing.assert_array_equal(c_a[:, others], c_b[:, others])


def count(cell):
    params = CELLS[cell].init(E, H, np.random.default_rng(0))
    return sum(value.size for value in params.values())


def test_gru_has_three_and_lstm_four_times_the_parameters_of_the_rnn():
    assert count("gru") == 3 * count("rnn")
    assert count("lstm") == 4 * count("rnn")
    assert count("simplified_gru") == 2 * count("rnn")


def test_peepholes_cost_three_weights_for_each_unit():
    assert count("peephole_lstm") - count("lstm") == 3 * H


@pytest.mark.parametrize("cell", CELLS)
def test_initial_parameters_are_uniform_within_one_over_root_hidden_size(cell):
    params = CELLS[cell].init(40, 100, np.random.default_rng(0))
    for name, value in params.items():
        assert np.abs(value).max() <= 0.1, name
        assert value.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.2), name


@pytest.mark.parametrize("cell", LSTMS)
def test_forget_bias_is_the_sum_of_both_biases(cell, rng):
    params = CELLS[cell].init(E, H, rng)
    want = params["bias_ih"] + params["bias_hh"]
    want[H : 2 * H] = 3
    lstm.set_forget_bias(params, 3.0)
    np.testing.assert_array_equal(params["bias_ih"] + params["bias_hh"], want)


@pytest.mark.parametrize(("cell", "block"), [("simplified_gru", 0), ("gru", 1)])
def test_update_bias_is_the_sum_of_both_biases(cell, block, rng):
    params = {f"rnn.{k}_l0": v for k, v in CELLS[cell].init(E, H, rng).items()}
    gru.set_update_bias(params, 1.0)
    after = params["rnn.bias_ih_l0"] + params["rnn.bias_hh_l0"]
    assert (after == 1).nonzero()[0].tolist() == list(range(block * H, (block + 1) * H))


def test_a_gate_bias_is_refused_by_the_wrong_cell(rng):
    params = gru.init_gru(E, H, rng)
    with pytest.raises(ValueError, match="3 blocks of 6 rows, this setting needs 4"):
        lstm.set_forget_bias(params, 1.0)
    with pytest.raises(ValueError, match="no recurrent layer"):
        gru.set_update_bias({"decoder.weight": np.zeros((2, 3))}, 1.0)


def test_identity_lets_a_relu_unit_without_input_keep_its_value(rng):
    params = rnn.init_rnn(E, H, rng)
    rnn.set_identity(params)
    h = np.abs(rng.normal(size=(B, H)))
    np.testing.assert_array_equal(rnn.relu_rnn_step(np.zeros((B, E)), h, params)[0], h)


def test_orthogonal_weights_stretch_every_direction_alike(rng):
    params = rnn.init_rnn(E, H, rng)
    rnn.set_orthogonal(params, rng, scale=1.5)
    stretch = np.linalg.svd(params["weight_hh"], compute_uv=False)
    np.testing.assert_allclose(stretch, 1.5, rtol=1e-12)


def test_an_unknown_cell_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"'grru': choose one of rnn, relu_rnn, .*gru"):
        find_cell("grru")
