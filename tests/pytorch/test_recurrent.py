"""The PyTorch half's stacks: equal to torch.nn, and to the scratch half in all else."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnlm_lib.pytorch.recurrent import (
    CELLS,
    Loop,
    find_cell,
    readable_cell,
    recurrent,
    run_ragged,
)
from rnnlm_lib.pytorch.regularize import LockedDropout, weight_drop
from rnnlm_lib.scratch.recurrent import recurrent_backward, recurrent_forward

T, B, D, H = 5, 3, 4, 6
NN = [name for name, kind in CELLS.items() if kind.layer]


@pytest.fixture(autouse=True)
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def build(cell, generator, num_layers=1, bidirectional=False, loop=False):
    options = {"num_layers": num_layers, "bidirectional": bidirectional}
    if loop:
        return Loop(CELLS[cell], D, H, generator=generator, **options)
    return recurrent(cell, D, H, generator=generator, **options)


def random_state(cell, generator, count):
    h = torch.randn(count, B, H, generator=generator)
    return (h, h.flip(0) * 0.5) if CELLS[cell].pair else h


def numpy(value):
    if isinstance(value, tuple):
        return tuple(numpy(part) for part in value)
    return value.detach().numpy()


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("cell", NN)
def test_the_loop_equals_the_layer_of_torch(cell, num_layers, bidirectional, generator):
    layer = build(cell, generator, num_layers, bidirectional)
    loop = build(cell, generator, num_layers, bidirectional, loop=True)
    loop.load_state_dict(layer.state_dict())
    x = torch.randn(T, B, D, generator=generator)
    state = random_state(cell, generator, num_layers * (1 + bidirectional))
    for one, other in zip(run(layer, x, state), run(loop, x, state), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)


def run(stack, x, state):
    """Outputs, state and every gradient of one pass, flat."""
    outputs, end = stack(x, state)
    ends = end if isinstance(end, tuple) else (end,)
    stack.zero_grad()
    (outputs.square().sum() + sum(e.sum() for e in ends)).backward()
    return [outputs, *ends, *(p.grad.clone() for p in stack.parameters())]


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("cell", list(CELLS))
def test_both_halves_agree_on_outputs_state_and_gradients(
    cell, num_layers, bidirectional, generator
):
    stack = build(cell, generator, num_layers, bidirectional)
    x = torch.randn(T, B, D, generator=generator)
    state = random_state(cell, generator, num_layers * (1 + bidirectional))
    outputs, end = stack(x, state)
    weights = torch.randn(outputs.shape, generator=generator)
    (outputs * weights).sum().backward()
    params = {name: numpy(p) for name, p in stack.named_parameters()}
    out, last, cache = recurrent_forward(
        cell,
        x.numpy(),
        numpy(state),
        params,
        num_layers=num_layers,
        bidirectional=bidirectional,
    )
    np.testing.assert_allclose(out, numpy(outputs), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(np.array(last), np.array(numpy(end)), atol=1e-9)
    zero = tuple(np.zeros_like(s) for s in last) if CELLS[cell].pair else 0 * last
    _, _, grads = recurrent_backward(cell, weights.numpy(), zero, cache)
    assert grads.keys() == params.keys()
    for name, p in stack.named_parameters():
        np.testing.assert_allclose(grads[name], p.grad.numpy(), atol=1e-9)


@pytest.mark.parametrize("cell", list(CELLS))
def test_a_ragged_batch_gives_what_each_sequence_gives_alone(cell, generator):
    stack = build(cell, generator, num_layers=2, bidirectional=True)
    x = torch.randn(T, B, D, generator=generator)
    lengths = torch.tensor([5, 2, 3])
    mask = torch.arange(T)[:, None] < lengths
    outputs, _ = run_ragged(stack, x, mask)
    for b, length in enumerate(lengths):
        alone, _ = stack(x[:length, b : b + 1])
        torch.testing.assert_close(outputs[:length, b], alone[:, 0])
        assert outputs[length:, b].abs().sum() == 0


@pytest.mark.parametrize("cell", list(CELLS))
def test_a_readable_cell_is_one_step_of_the_stack(cell, generator):
    stack, step = build(cell, generator), readable_cell(cell, D, H)
    step.load_state_dict({n[: -len("_l0")]: p for n, p in stack.state_dict().items()})
    x, state = torch.randn(1, B, D), random_state(cell, generator, 1)
    new = step(x[0], tuple(s[0] for s in state) if CELLS[cell].pair else state[0])
    outputs, _ = stack(x, state)
    torch.testing.assert_close(outputs[0], new[0] if CELLS[cell].pair else new)


@pytest.mark.parametrize("cell", ["lstm", "peephole_lstm"])
def test_weight_drop_zeroes_recurrent_weights_and_trains_the_rest(cell, generator):
    stack = build(cell, generator)
    x = torch.randn(T, B, D, generator=generator)
    weight_drop(stack, 0.5, x)[0].sum().backward()
    dropped = (stack.weight_hh_l0.grad == 0).double().mean()
    assert 0.35 < dropped < 0.65
    assert (stack.weight_ih_l0.grad != 0).all()
    stack.eval()
    torch.testing.assert_close(weight_drop(stack, 0.5, x)[0], stack(x)[0])


def test_locked_dropout_uses_one_mask_at_every_step():
    x = torch.ones(T, B, 200)
    dropped = LockedDropout(0.25)(x)
    assert (dropped == dropped[0]).all()
    assert set(dropped.unique().tolist()) == {0.0, 1 / 0.75}
    torch.testing.assert_close(LockedDropout(0.25).eval()(x), x)


def test_dropout_acts_between_the_layers_of_a_loop_only_while_training():
    loop = recurrent("peephole_lstm", D, H, num_layers=2, dropout=0.5)
    x = torch.randn(T, B, D)
    assert not torch.equal(loop(x)[0], loop(x)[0])
    loop.eval()
    torch.testing.assert_close(loop(x)[0], loop(x)[0])


def test_an_unknown_cell_names_those_there_are():
    with pytest.raises(ValueError, match="'elman': choose one of rnn, relu_rnn"):
        find_cell("elman")


def test_a_chance_of_one_is_refused():
    with pytest.raises(ValueError, match="1 is not in"):
        LockedDropout(1)


def test_the_layers_are_those_of_torch():
    assert isinstance(recurrent("lstm", D, H), nn.LSTM)
    assert isinstance(recurrent("gru_reset_before", D, H), Loop)
