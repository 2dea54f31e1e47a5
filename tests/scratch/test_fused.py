"""The fast twins give the numbers of the readable steps."""

import itertools

import numpy as np
import pytest

from rnnlm_lib.scratch.bptt import unroll, unroll_backward
from rnnlm_lib.scratch.fused import FUSED, fused_unroll, fused_unroll_backward
from rnnlm_lib.scratch.recurrent import CELLS

T, B, D, H = 5, 3, 4, 6


def problem(cell, dtype=np.float64):
    """Random inputs, parameters, state and arriving gradients for one layer."""
    rng = np.random.default_rng(0)

    def draw(*shape):
        return rng.normal(size=shape).astype(dtype)

    params = {k: v.astype(dtype) for k, v in CELLS[cell].init(D, H, rng).items()}
    pair = cell == "lstm"
    states = [(draw(B, H), draw(B, H)) if pair else draw(B, H) for _ in range(2)]
    return draw(T, B, D), params, *states, draw(T, B, H)


def close(ours, theirs):
    """Equal to 1e-12, for arrays, states and dicts alike."""
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        ours, theirs = list(ours.values()), [theirs[name] for name in ours]
    if isinstance(ours, np.ndarray):
        ours, theirs = [ours], [theirs]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cell", FUSED)
def test_fused_equals_readable(cell):
    x, params, state, dstate, doutputs = problem(cell)
    fast = fused_unroll(cell, x, state, params)
    slow = unroll(CELLS[cell].step, x, state, params)
    close(fast[0], slow[0])
    close(fast[1], slow[1])
    fast = fused_unroll_backward(cell, doutputs, dstate, fast[2])
    slow = unroll_backward(CELLS[cell].step_backward, doutputs, dstate, slow[2])
    for ours, theirs in zip(fast, slow, strict=True):
        close(ours, theirs)


@pytest.mark.parametrize("cell", FUSED)
def test_single_precision_stays_single(cell):
    x, params, state, dstate, doutputs = problem(cell, np.float32)
    outputs, state, cache = fused_unroll(cell, x, state, params)
    dx, dstate, grads = fused_unroll_backward(cell, doutputs, dstate, cache)
    arrays = [outputs, dx, *state, *dstate, *grads.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize("cell", FUSED)
def test_nothing_given_is_changed(cell):
    given, fresh = problem(cell), problem(cell)
    x, params, state, dstate, doutputs = given
    cache = fused_unroll(cell, x, state, params)[2]
    fused_unroll_backward(cell, doutputs, dstate, cache)
    for ours, theirs in zip(given, fresh, strict=True):
        close(ours, theirs)


@pytest.mark.parametrize("cell", FUSED)
def test_a_cache_can_be_walked_back_twice(cell):
    x, params, state, dstate, doutputs = problem(cell)
    cache = fused_unroll(cell, x, state, params)[2]
    first = fused_unroll_backward(cell, doutputs, dstate, cache)
    second = fused_unroll_backward(cell, doutputs, dstate, cache)
    close(first[2], second[2])


@pytest.mark.parametrize("cell", FUSED)
def test_no_two_gradients_share_memory(cell):
    x, params, state, dstate, doutputs = problem(cell)
    cache = fused_unroll(cell, x, state, params)[2]
    grads = fused_unroll_backward(cell, doutputs, dstate, cache)[2]
    for one, other in itertools.combinations(grads.values(), 2):
        assert not np.shares_memory(one, other)
