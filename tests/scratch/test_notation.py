"""The same network in other books' numbers."""

import numpy as np
import pytest

from rnnlm_lib.scratch import notation
from rnnlm_lib.scratch.cells import CELLS
from rnnlm_lib.scratch.functional import sigmoid

B, E, H = 3, 4, 6


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def assert_same(got, want):
    assert got.keys() == want.keys()
    for name in want:
        np.testing.assert_array_equal(got[name], want[name])


@pytest.fixture
def lecture(rng):
    """Joined matrices for [h, x] and biases, one pair for each gate."""
    return {
        letter: (rng.normal(size=(H, H + E)), rng.normal(size=H)) for letter in "ufoc"
    }


def test_joined_weights_come_apart_as_they_were(rng):
    params = CELLS["gru"].init(E, H, rng)
    joined = notation.join_weights(params["weight_ih"], params["weight_hh"])
    weight_ih, weight_hh = notation.split_weights(joined, H)
    np.testing.assert_array_equal(weight_ih, params["weight_ih"])
    np.testing.assert_array_equal(weight_hh, params["weight_hh"])


def test_a_joined_matrix_acts_on_h_above_x(rng):
    x, h, params = rng.normal(size=E), rng.normal(size=H), CELLS["rnn"].init(E, H, rng)
    joined = notation.join_weights(params["weight_ih"], params["weight_hh"])
    want = params["weight_hh"] @ h + params["weight_ih"] @ x
    np.testing.assert_allclose(joined @ np.concatenate([h, x]), want, atol=1e-14)


def test_a_joined_matrix_without_columns_for_x_is_refused():
    with pytest.raises(ValueError, match="more than H = 6 columns, got 6"):
        notation.split_weights(np.zeros((4, 6)), 6)


def test_lecture_lstm_is_this_lstm(rng, lecture):
    x, a, c = rng.normal(size=E), rng.normal(size=H), rng.normal(size=H)
    gate = {k: W @ np.concatenate([a, x]) + b for k, (W, b) in lecture.items()}
    want_c = sigmoid(gate["u"]) * np.tanh(gate["c"]) + sigmoid(gate["f"]) * c
    params = notation.from_gates(lecture, "ufco")  # their u is i, their c is g
    (got_h, got_c), _ = CELLS["lstm"].step(x[None], (a[None], c[None]), params)
    np.testing.assert_allclose(got_c[0], want_c, atol=1e-14)
    np.testing.assert_allclose(
        got_h[0], sigmoid(gate["o"]) * np.tanh(want_c), atol=1e-14
    )


def test_lecture_gru_is_this_one_with_the_update_gate_flipped(rng, lecture):
    x, c = rng.normal(size=E), rng.normal(size=H)
    r = {"r": lecture["f"], "z": lecture["u"], "n": lecture["c"]}  # any three pairs
    gate = {k: sigmoid(W @ np.concatenate([c, x]) + b) for k, (W, b) in r.items()}
    W, b = r["n"]
    candidate = np.tanh(W @ np.concatenate([gate["r"] * c, x]) + b)
    want = gate["z"] * candidate + (1 - gate["z"]) * c  # 1 overwrites
    params = notation.flip_update_gate(notation.from_gates(r, "rzn"))
    got, _ = CELLS["gru_reset_before"].step(x[None], c[None], params)
    np.testing.assert_allclose(got[0], want, atol=1e-14)


def test_gates_come_apart_as_they_were(lecture):
    got = notation.to_gates(notation.from_gates(lecture, "ufco"), "ufco", cell="lstm")
    assert got.keys() == lecture.keys()
    for letter, (matrix, bias) in lecture.items():
        np.testing.assert_array_equal(got[letter][0], matrix)
        np.testing.assert_array_equal(got[letter][1], bias)


@pytest.mark.parametrize(
    ("cell", "order"),
    [("gru", "rzn"), ("gru_reset_before", "rzn"), ("simplified_gru", "zn")],
)
def test_flipping_the_update_gate_exchanges_keep_and_overwrite(cell, order, rng):
    x, h, params = (
        rng.normal(size=(B, E)),
        rng.normal(size=(B, H)),
        CELLS[cell].init(E, H, rng),
    )
    flipped = notation.flip_update_gate(params, order=order)
    gates = CELLS[cell].step(x, h, params)[1][2]
    others = CELLS[cell].step(x, h, flipped)[1][2]
    for letter, gate, other in zip(order, gates, others, strict=True):
        want = 1 - gate if letter == "z" else gate
        np.testing.assert_allclose(other, want, atol=1e-15)


def test_flipping_twice_changes_nothing(rng):
    params = {f"rnn.{k}_l0": v for k, v in CELLS["gru"].init(E, H, rng).items()}
    params["decoder.weight"] = rng.normal(size=(7, H))
    flipped = notation.flip_update_gate(params)
    np.testing.assert_array_equal(flipped["decoder.weight"], params["decoder.weight"])
    assert_same(notation.flip_update_gate(flipped), params)


@pytest.mark.parametrize("order", ["ifog", "figo", "iofg"])
def test_reordered_gates_return(order, rng):
    params = CELLS["peephole_lstm"].init(E, H, rng)
    other = notation.reorder_gates(params, "ifgo", order)
    at = order.index("o") * H
    np.testing.assert_array_equal(other["bias_ih"][at : at + H], params["bias_ih"][-H:])
    np.testing.assert_array_equal(other["weight_co"], params["weight_co"])
    assert_same(notation.reorder_gates(other, order, "ifgo"), params)


def test_orders_of_different_gates_are_refused():
    with pytest.raises(ValueError, match="same blocks once, got rzn and ifgo"):
        notation.reorder_gates({}, "rzn", "ifgo")


def test_transposed_twice_changes_nothing(rng):
    params = CELLS["gru"].init(E, H, rng)
    transposed = notation.transpose_weights(params)
    assert transposed["weight_ih"].shape == (E, 3 * H)
    assert_same(notation.transpose_weights(transposed), params)


def test_transposed_weights_multiply_from_the_right(rng):
    x, h, params = (
        rng.normal(size=(B, E)),
        rng.normal(size=(B, H)),
        CELLS["rnn"].init(E, H, rng),
    )
    right = notation.one_bias(notation.transpose_weights(params), cell="rnn")
    want = np.tanh(x @ right["weight_ih"] + h @ right["weight_hh"] + right["bias"])
    np.testing.assert_allclose(CELLS["rnn"].step(x, h, params)[0], want, atol=1e-15)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "gru"])
def test_one_bias_gives_the_same_outputs_as_two(cell, rng):
    x, params = rng.normal(size=(B, E)), CELLS[cell].init(E, H, rng)
    parts = tuple(rng.normal(size=(B, H)) for _ in CELLS[cell].state)
    state = parts if len(parts) > 1 else parts[0]
    merged = notation.one_bias(params, cell=cell)
    again = notation.two_biases(merged)
    assert again.keys() == params.keys()
    assert not again["bias_hh"].any()
    want, _ = CELLS[cell].step(x, state, params)
    np.testing.assert_allclose(CELLS[cell].step(x, state, again)[0], want, atol=1e-15)


def test_one_bias_leaves_the_output_layer_alone(rng):
    params = {f"rnn.{k}_l0": v for k, v in CELLS["rnn"].init(E, H, rng).items()}
    params["decoder.bias"] = np.ones(7)
    merged = notation.one_bias(params, cell="rnn")
    assert sorted(set(merged) - set(params)) == ["rnn.bias_l0"]
    assert_same({"b": notation.two_biases(merged)["decoder.bias"]}, {"b": np.ones(7)})


def test_two_biases_of_the_reset_after_gru_cannot_become_one(rng):
    with pytest.raises(ValueError, match="2 biases of gru cannot be 1"):
        notation.one_bias(CELLS["gru"].init(E, H, rng), cell="gru")
