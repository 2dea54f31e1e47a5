"""Optimisers, clipping and schedules."""

import math

import numpy as np
import pytest
import torch

from rnnlm_lib.history import History
from rnnlm_lib.schedules import constant, cosine, decay_after, decay_on_plateau
from rnnlm_lib.scratch.optim import (
    SGD,
    Adagrad,
    Adam,
    clip_grad_norm,
    clip_grad_value,
)

SHAPES = {"weight": (4, 3), "bias": (4,)}
PAIRS = {
    "sgd": (lambda: SGD(0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "momentum": (
        lambda: SGD(0.1, momentum=0.9),
        lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    ),
    "adagrad": (lambda: Adagrad(0.1), lambda p: torch.optim.Adagrad(p, 0.1)),
    "adam": (lambda: Adam(0.1), lambda p: torch.optim.Adam(p, 0.1)),
}


def draw(seed):
    """One random array for each name."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape) for name, shape in SHAPES.items()}


@pytest.mark.parametrize("name", PAIRS)
def test_every_step_equals_torch_optim(name):
    make_ours, make_theirs = PAIRS[name]
    ours = make_ours()
    params = draw(0)
    twins = {k: torch.nn.Parameter(torch.tensor(v)) for k, v in params.items()}
    theirs = make_theirs(list(twins.values()))
    for seed in range(1, 21):
        grads = draw(seed)
        for key, twin in twins.items():
            twin.grad = torch.tensor(grads[key])
        ours.step(params, grads)
        theirs.step()
        for key, twin in twins.items():
            expected = twin.detach().numpy()
            np.testing.assert_allclose(params[key], expected, rtol=1e-12)


@pytest.mark.parametrize("make", [SGD, Adagrad, Adam])
def test_a_small_step_lowers_the_loss(make):
    params = {"w": np.array([3.0, -2.0])}
    optimizer = make(0.01)
    before = (params["w"] ** 2).sum()
    optimizer.step(params, {"w": 2 * params["w"]})
    assert (params["w"] ** 2).sum() < before


@pytest.mark.parametrize("make", [lambda: SGD(0.1, momentum=0.9), Adagrad, Adam])
def test_saved_memory_continues_the_same_path(make):
    whole, first, second = make(), make(), make()
    straight, broken = draw(0), draw(0)
    for seed in range(1, 4):
        whole.step(straight, draw(seed))
        first.step(broken, draw(seed))
    second.load_state(first.state())
    for seed in range(4, 7):
        whole.step(straight, draw(seed))
        second.step(broken, draw(seed))
    for name, value in straight.items():
        np.testing.assert_array_equal(broken[name], value)


@pytest.mark.parametrize("make", [SGD, Adagrad, Adam])
def test_single_precision_stays_single(make):
    params = {"w": np.ones(3, np.float32)}
    optimizer = make(0.1)
    optimizer.step(params, {"w": np.ones(3, np.float32)})
    arrays = [params["w"], *optimizer.state().values()]
    assert {a.dtype for a in arrays if a.ndim} == {np.dtype(np.float32)}


def test_gradients_are_not_changed_by_a_step():
    for make in (lambda: SGD(0.1, momentum=0.9), Adagrad, Adam):
        grads = draw(1)
        make().step(draw(0), grads)
        for name, grad in draw(1).items():
            np.testing.assert_array_equal(grads[name], grad)


def test_a_missing_gradient_is_named():
    grads = draw(1)
    del grads["bias"]
    with pytest.raises(ValueError, match="2 parameters but 1 gradients; bias"):
        SGD(0.1).step(draw(0), grads)


@pytest.mark.parametrize("max_norm", [0.25, 1000.0])
def test_clipping_by_norm_equals_torch(max_norm):
    grads = draw(1)
    twins = [torch.nn.Parameter(torch.zeros(g.shape)) for g in grads.values()]
    for twin, grad in zip(twins, grads.values(), strict=True):
        twin.data = twin.data.double()
        twin.grad = torch.tensor(grad)
    theirs = torch.nn.utils.clip_grad_norm_(twins, max_norm)
    assert clip_grad_norm(grads, max_norm) == pytest.approx(float(theirs), rel=1e-12)
    for twin, grad in zip(twins, grads.values(), strict=True):
        np.testing.assert_allclose(grad, twin.grad.numpy(), rtol=1e-12)


def test_clipping_by_norm_keeps_the_direction():
    grads, fresh = draw(1), draw(1)
    clip_grad_norm(grads, 0.5)
    ratios = np.concatenate([(grads[k] / fresh[k]).ravel() for k in grads])
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-12)
    assert math.sqrt(sum((g**2).sum() for g in grads.values())) <= 0.5


def test_clipping_by_value_equals_torch():
    grads = draw(1)
    twin = torch.nn.Parameter(torch.zeros(4, 3, dtype=torch.float64))
    twin.grad = torch.tensor(grads["weight"])
    torch.nn.utils.clip_grad_value_([twin], 0.3)
    clip_grad_value(grads, 0.3)
    np.testing.assert_array_equal(grads["weight"], twin.grad.numpy())


def past(*valid):
    """A history with these validation losses."""
    return History(valid=list(valid))


def test_constant_never_changes():
    assert [constant(epoch, past()) for epoch in range(3)] == [1, 1, 1]


def test_decay_after_four_epochs_is_the_small_model_of_zaremba():
    schedule = decay_after(4, factor=0.5)
    factors = [schedule(epoch, past()) for epoch in range(7)]
    assert factors == [1, 1, 1, 1, 0.5, 0.25, 0.125]


def test_plateau_decays_after_each_epoch_without_a_new_best():
    schedule = decay_on_plateau(factor=0.25)
    history = past(5.0, 4.0, 4.5, 4.0, 3.0)
    factors = [schedule(epoch, history) for epoch in range(6)]
    assert factors == [1, 1, 1, 0.25, 0.0625, 0.0625]


def test_cosine_falls_from_one_to_its_floor_and_stays():
    schedule = cosine(10, floor=0.1)
    factors = [schedule(epoch, past()) for epoch in range(13)]
    assert factors[0] == 1
    assert factors[5] == pytest.approx(0.55)
    assert factors[10:] == pytest.approx([0.1] * 3)
    assert factors == sorted(factors, reverse=True)
