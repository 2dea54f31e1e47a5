"""The functions every network is made of, and their gradients."""

import numpy as np
import pytest
import torch

from rnnlm_lib.scratch import functional as F
from rnnlm_lib.scratch.gradcheck import numerical_gradient

T, B, E, V = 5, 3, 4, 7


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def assert_is_gradient(got, loss, x):
    want = numerical_gradient(loss, x)
    assert got.shape == x.shape
    assert np.abs(got - want).max() <= 1e-6 * np.abs(want).max()


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (F.sigmoid, F.sigmoid_backward),
        (np.tanh, F.tanh_backward),
        (F.softmax, F.softmax_backward),
        (F.log_softmax, F.log_softmax_backward),
    ],
)
def test_backward_from_the_output_alone_is_the_gradient(forward, backward, rng):
    x, w = rng.normal(size=(2, B, V))
    got = backward(w, forward(x))
    assert_is_gradient(got, lambda x: (w * forward(x)).sum(), x)


def test_sigmoid_never_overflows():
    extremes = np.array([-1e300, -800.0, 0.0, 800.0, 1e300])
    assert F.sigmoid(extremes).tolist() == [0, 0, 0.5, 1, 1]


def test_sigmoid_of_minus_a_is_one_minus_sigmoid_of_a(rng):
    a = rng.normal(size=(B, V))
    np.testing.assert_allclose(F.sigmoid(-a), 1 - F.sigmoid(a), atol=1e-15)


def test_softmax_sums_to_one_and_ignores_a_shift(rng):
    logits = rng.normal(size=(B, V))
    np.testing.assert_allclose(F.softmax(logits).sum(axis=-1), 1, rtol=1e-15)
    np.testing.assert_allclose(F.softmax(logits + 1e4), F.softmax(logits), rtol=1e-9)


def test_log_softmax_is_the_logarithm_where_softmax_underflows():
    logits = np.array([0.0, -2000.0])
    assert F.softmax(logits)[1] == 0
    assert F.log_softmax(logits)[1] == -2000


def test_linear_backward_is_the_gradient(rng):
    x, weight, bias = rng.normal(size=(T, B, E)), rng.normal(size=(V, E)), np.ones(V)
    w = rng.normal(size=(T, B, V))
    dx, dweight, dbias = F.linear_backward(w, F.linear(x, weight, bias)[1])
    assert_is_gradient(dx, lambda x: (w * F.linear(x, weight, bias)[0]).sum(), x)
    assert_is_gradient(dweight, lambda m: (w * F.linear(x, m, bias)[0]).sum(), weight)
    assert_is_gradient(dbias, lambda b: (w * F.linear(x, weight, b)[0]).sum(), bias)


def test_embedding_is_the_product_with_a_one_hot_vector(rng):
    ids, weight = rng.integers(V, size=(T, B)), rng.normal(size=(V, E))
    np.testing.assert_array_equal(F.embedding(ids, weight)[0], np.eye(V)[ids] @ weight)


def test_embedding_row_receives_the_sum_over_its_uses(rng):
    ids, weight = np.array([[2, 5], [2, 2]]), rng.normal(size=(V, E))
    dvectors = rng.normal(size=(2, 2, E))
    dweight = F.embedding_backward(dvectors, F.embedding(ids, weight)[1])
    np.testing.assert_allclose(dweight[2], dvectors[ids == 2].sum(axis=0))
    np.testing.assert_array_equal(dweight[5], dvectors[0, 1])
    assert not dweight[[0, 1, 3, 4, 6]].any()


@pytest.mark.parametrize("bad", [-1, V])
def test_ids_outside_the_vocabulary_are_refused(bad):
    with pytest.raises(ValueError, match=rf"0\.\.6 for a vocabulary of 7, got {bad}:"):
        F.embedding(np.array([0, bad]), np.zeros((V, E)))
    with pytest.raises(ValueError, match=f"got {bad}:"):
        F.cross_entropy(np.zeros((2, V)), np.array([0, bad]))


def test_dropout_keeps_the_mean_and_sets_the_given_share_to_zero(rng):
    y, _ = F.dropout(np.ones((500, 400)), 0.3, rng)
    assert set(np.unique(y)) == {0, 1 / 0.7}
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.005)
    assert y.mean() == pytest.approx(1, abs=0.01)


def test_dropout_backward_is_the_gradient(rng):
    x, w = rng.normal(size=(2, B, V))
    got = F.dropout_backward(w, F.dropout(x, 0.4, np.random.default_rng(1))[1])
    assert_is_gradient(
        got, lambda x: (w * F.dropout(x, 0.4, np.random.default_rng(1))[0]).sum(), x
    )


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_dropout_rate_outside_its_range_is_refused(rate, rng):
    with pytest.raises(ValueError, match=f"0 <= rate < 1, got {rate}"):
        F.dropout(np.ones(V), rate, rng)


def test_cross_entropy_of_equal_logits_is_log_vocabulary_size_per_token():
    nats, count, _ = F.cross_entropy(np.zeros((T, B, V)), np.zeros((T, B), int))
    assert count == T * B
    assert nats / count == pytest.approx(np.log(V), rel=1e-14)


def test_cross_entropy_and_its_gradient_equal_torch(rng):
    logits, targets = rng.normal(size=(T, B, V)), rng.integers(V, size=(T, B))
    twin = torch.tensor(logits, requires_grad=True)
    flat = twin.reshape(-1, V), torch.tensor(targets).reshape(-1)
    want = torch.nn.functional.cross_entropy(*flat)
    want.backward()
    nats, count, cache = F.cross_entropy(logits, targets)
    np.testing.assert_allclose(nats / count, want.item(), rtol=1e-12)
    got = F.cross_entropy_backward(1 / count, cache)
    np.testing.assert_allclose(got, twin.grad, atol=1e-12)


def test_cross_entropy_backward_is_the_gradient_under_a_mask(rng):
    logits, targets = rng.normal(size=(T, B, V)), rng.integers(V, size=(T, B))
    mask = rng.random((T, B)) < 0.6
    _, count, cache = F.cross_entropy(logits, targets, mask)
    assert count == mask.sum()
    got = F.cross_entropy_backward(2.5, cache)
    assert_is_gradient(
        got, lambda x: 2.5 * F.cross_entropy(x, targets, mask)[0], logits
    )


def test_masked_targets_count_for_nothing(rng):
    logits, targets = rng.normal(size=(T, B, V)), rng.integers(V, size=(T, B))
    mask = np.arange(T)[:, None] < [5, 2, 4]
    sums = [
        F.cross_entropy(logits[:n, b], targets[:n, b]) for b, n in enumerate((5, 2, 4))
    ]
    nats, count, cache = F.cross_entropy(logits, targets, mask)
    assert nats == pytest.approx(sum(nats for nats, _, _ in sums), rel=1e-14)
    assert count == 11
    assert not F.cross_entropy_backward(1.0, cache)[~mask].any()


def test_binary_cross_entropy_and_its_gradient_equal_torch(rng):
    logits = rng.normal(size=(T, B, V)) * 30
    targets = rng.integers(2, size=(T, B, V))
    twin = torch.tensor(logits, requires_grad=True)
    want = torch.nn.functional.binary_cross_entropy_with_logits(
        twin, torch.tensor(targets, dtype=twin.dtype), reduction="sum"
    )
    want.backward()
    nats, count, cache = F.binary_cross_entropy(logits, targets)
    assert count == T * B * V
    np.testing.assert_allclose(nats, want.item(), rtol=1e-12)
    got = F.binary_cross_entropy_backward(1.0, cache)
    np.testing.assert_allclose(got, twin.grad, atol=1e-12)


def test_binary_cross_entropy_backward_is_the_gradient_under_a_mask(rng):
    logits, targets = rng.normal(size=(T, B, V)), rng.integers(2, size=(T, B, V))
    mask = (np.arange(T)[:, None] < [5, 2, 4])[..., None]
    _, count, cache = F.binary_cross_entropy(logits, targets, mask)
    assert count == 11 * V
    got = F.binary_cross_entropy_backward(2.5, cache)
    assert_is_gradient(
        got, lambda x: 2.5 * F.binary_cross_entropy(x, targets, mask)[0], logits
    )


def test_float32_stays_float32(rng):
    x = rng.normal(size=(B, V)).astype(np.float32)
    targets = np.zeros(B, int)
    _, _, cache = F.cross_entropy(x, targets)
    _, _, binary = F.binary_cross_entropy(x, x > 0)
    results = [
        F.sigmoid(x),
        F.softmax(x),
        F.log_softmax(x),
        F.dropout(x, 0.5, rng)[0],
        F.cross_entropy_backward(1 / B, cache),
        F.binary_cross_entropy_backward(1 / B, binary),
        F.embedding_backward(x, F.embedding(targets, x)[1]),
    ]
    assert {result.dtype for result in results} == {np.dtype(np.float32)}
