"""Stacks of every cell, in one or both directions, against PyTorch."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.func import functional_call
from torch.nn.functional import linear
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlm_lib.scratch.activation_stack import (
    activation_stack_backward,
    activation_stack_forward,
    init_activation_stack,
)
from rnnlm_lib.scratch.bptt import unroll
from rnnlm_lib.scratch.gradcheck import check_gradients, compare
from rnnlm_lib.scratch.recurrent import (
    CELLS,
    gates,
    init_recurrent,
    recurrent_backward,
    recurrent_forward,
    select,
    unstack,
    zero_state,
)

T, B, E, H = 5, 3, 4, 6
LENGTHS = np.array([5, 2, 4])
MASK = np.arange(T)[:, None] < LENGTHS
TORCH = {
    "rnn": torch.nn.RNN,
    "relu_rnn": torch.nn.RNN,
    "gru": torch.nn.GRU,
    "lstm": torch.nn.LSTM,
}
STACKS = [(depth, both) for depth in (1, 2, 3) for both in (False, True)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def torch_step(cell, x, h, c, p):
    """One step of every cell once more, for autograd; c matters to LSTMs only."""
    ax = linear(x, p["weight_ih"], p["bias_ih"]).split(H, dim=1)
    ah = linear(h, p["weight_hh"], p["bias_hh"]).split(H, dim=1)
    a = [from_x + from_h for from_x, from_h in zip(ax, ah, strict=True)]
    if cell in ("rnn", "relu_rnn"):
        return (torch.tanh if cell == "rnn" else torch.relu)(a[0]), c
    if "gru" in cell:
        z = torch.sigmoid(a[-2])
        if cell == "gru":
            n = ax[2] + torch.sigmoid(a[0]) * ah[2]
        elif cell == "gru_reset_before":
            past = torch.sigmoid(a[0]) * h
            n = ax[2] + past @ p["weight_hh"][2 * H :].T + p["bias_hh"][2 * H :]
        else:
            n = a[1]
        return z * h + (1 - z) * torch.tanh(n), c
    peep = cell == "peephole_lstm"
    i = torch.sigmoid(a[0] + p["weight_ci"] * c if peep else a[0])
    f = torch.sigmoid(a[1] + p["weight_cf"] * c if peep else a[1])
    c = f * c + i * torch.tanh(a[2])
    o = torch.sigmoid(a[3] + p["weight_co"] * c if peep else a[3])
    return o * (c if cell == "lstm_without_output_tanh" else torch.tanh(c)), c


def torch_stack(cell, x, parts, params, depth, both):
    """The loop over layers, directions and steps once more, for autograd."""
    ends = []
    for layer in range(depth):
        outputs = []
        for end in ("", "_reverse")[: 1 + both]:
            suffix = f"_l{layer}{end}"
            own = {
                k[: -len(suffix)]: v for k, v in params.items() if k.endswith(suffix)
            }
            h, c = parts[0][len(ends)], parts[-1][len(ends)]
            row = [None] * T
            for t in reversed(range(T)) if end else range(T):
                row[t], c = h, c = torch_step(cell, x[t], h, c, own)
            outputs.append(torch.stack(row))
            ends.append((h, c)[: len(parts)])
        x = torch.cat(outputs, dim=2)
    return x, [torch.stack(part) for part in zip(*ends, strict=True)]


def torch_layers(cell, x, parts, params, depth, both, lengths=None):
    """The same from torch.nn, packed if there are lengths."""
    kind = {"nonlinearity": "relu"} if cell == "relu_rnn" else {}
    layers = TORCH[cell](E, H, depth, bidirectional=both, dtype=torch.float64, **kind)
    if lengths is not None:
        x = pack_padded_sequence(x, lengths, enforce_sorted=False)
    state = tuple(parts) if len(parts) > 1 else parts[0]
    outputs, state = functional_call(layers, params, (x, state))
    if lengths is not None:
        outputs, _ = pad_packed_sequence(outputs, total_length=T)
    return outputs, state if len(parts) > 1 else [state]


def make(cell, depth, both, rng):
    """Input, parts of the state, parameters, and a weight for each output."""
    kind = {"num_layers": depth, "bidirectional": both}
    params = init_recurrent(cell, E, H, rng=rng, **kind)
    parts = [rng.normal(size=(depth * (1 + both), B, H)) for _ in CELLS[cell].state]
    w = [rng.normal(size=(T, B, H * (1 + both)))] + [
        rng.normal(size=p.shape) for p in parts
    ]
    return rng.normal(size=(T, B, E)), parts, params, w


def by_hand(cell, x, parts, params, w, **kind):
    """Outputs, the parts of the last state, and all gradients, by name."""
    pair = len(parts) > 1
    state, dstate = (tuple(parts), tuple(w[1:])) if pair else (parts[0], w[1])
    outputs, state, cache = recurrent_forward(cell, x, state, params, **kind)
    dx, dstate, grads = recurrent_backward(cell, w[0], dstate, cache)
    results = [outputs, *(state if pair else [state])]
    dparts = dstate if pair else [dstate]
    return results, grads | {"x": dx} | dict(zip("hc", dparts, strict=False))


def by_torch(run, cell, x, parts, params, w, *args):
    """The same, with gradients from autograd."""
    leaves = params | {"x": x} | dict(zip("hc", parts, strict=False))
    leaves = {k: torch.tensor(v, requires_grad=True) for k, v in leaves.items()}
    given = {name: leaves[name] for name in params}
    starts = [leaves[letter] for letter in "hc"[: len(parts)]]
    outputs, ends = run(cell, leaves["x"], starts, given, *args)
    results = [outputs, *ends]
    sum((torch.tensor(w) * r).sum() for w, r in zip(w, results, strict=True)).backward()
    return [r.detach().numpy() for r in results], {
        name: leaf.grad.numpy() for name, leaf in leaves.items()
    }


def assert_same(got, want, tolerance=1e-9):
    """Results and gradients agree, relative to the largest element of each."""
    for a, b in zip(got[0], want[0], strict=True):
        assert np.abs(a - b).max() <= tolerance * np.abs(b).max()
    report = compare(tolerance=tolerance, by_hand=got[1], want=want[1])
    assert report.ok, report


@pytest.mark.parametrize(("depth", "both"), STACKS)
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_state_and_all_gradients_equal_autograd(cell, depth, both, rng):
    given = make(cell, depth, both, rng)
    want = by_torch(torch_stack, cell, *given, depth, both)
    assert_same(by_hand(cell, *given, num_layers=depth, bidirectional=both), want)


@pytest.mark.parametrize(("depth", "both"), STACKS)
@pytest.mark.parametrize("cell", TORCH)
def test_outputs_state_and_all_gradients_equal_torch_nn(cell, depth, both, rng):
    given = make(cell, depth, both, rng)
    want = by_torch(torch_layers, cell, *given, depth, both)
    assert_same(by_hand(cell, *given, num_layers=depth, bidirectional=both), want)


@pytest.mark.parametrize(("depth", "both"), STACKS)
@pytest.mark.parametrize("cell", TORCH)
def test_masked_sequences_equal_packed_sequences_of_torch(cell, depth, both, rng):
    given = make(cell, depth, both, rng)
    want = by_torch(torch_layers, cell, *given, depth, both, LENGTHS)
    kind = {"num_layers": depth, "bidirectional": both, "mask": MASK}
    assert_same(by_hand(cell, *given, **kind), want)


def columns(arrays, b):
    """One sequence out of each array, still with its batch axis."""
    return [array[:, b : b + 1] for array in arrays]


@pytest.mark.parametrize("cell", CELLS)
def test_a_padded_batch_gives_what_each_sequence_gives_alone(cell, rng):
    x, parts, params, w = make(cell, 2, True, rng)
    kind = {"num_layers": 2, "bidirectional": True}
    (out, *ends), grads = by_hand(cell, x, parts, params, w, mask=MASK, **kind)
    sums = dict.fromkeys(params, 0)
    for b, n in enumerate(LENGTHS):
        own_x, own_w, own_out, own_dx = columns(
            [x[:n], w[0][:n], out[:n], grads["x"][:n]], b
        )
        own = own_x, columns(parts, b), params, [own_w, *columns(w[1:], b)]
        (out_b, *ends_b), alone = by_hand(cell, *own, **kind)
        np.testing.assert_allclose(out_b, own_out, atol=1e-12)
        np.testing.assert_allclose(ends_b, columns(ends, b), atol=1e-12)
        np.testing.assert_allclose(alone["x"], own_dx, atol=1e-12)
        sums = {name: sums[name] + alone[name] for name in params}
    for name in params:
        np.testing.assert_allclose(grads[name], sums[name], atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_outputs_never_depend_on_the_future(cell, rng):
    x, parts, params, w = make(cell, 3, False, rng)
    changed = np.where(np.arange(T)[:, None, None] < 3, x, x + 1)
    (before, *_), _ = by_hand(cell, x, parts, params, w, num_layers=3)
    (after, *_), _ = by_hand(cell, changed, parts, params, w, num_layers=3)
    np.testing.assert_array_equal(before[:3], after[:3])
    assert np.abs(before[3:] - after[3:]).min(axis=0).max() > 0


@pytest.mark.parametrize("cell", CELLS)
def test_bidirectional_outputs_do(cell, rng):
    x, parts, params, w = make(cell, 1, True, rng)
    changed = np.where(np.arange(T)[:, None, None] < 3, x, x + 1)
    (before, *_), _ = by_hand(cell, x, parts, params, w, bidirectional=True)
    (after, *_), _ = by_hand(cell, changed, parts, params, w, bidirectional=True)
    np.testing.assert_array_equal(before[:3, :, :H], after[:3, :, :H])
    assert np.abs(before[:3, :, H:] - after[:3, :, H:]).max() > 1e-3


def test_layer_by_layer_equals_step_by_step(rng):
    x, (h,), params, w = make("gru", 3, False, rng)
    (outputs, _), _ = by_hand("gru", x, [h], params, w, num_layers=3)
    states = list(h)
    for t in range(T):
        below = x[t]
        for layer in range(3):
            own = select(params, f"_l{layer}")
            below, _ = CELLS["gru"].step(below, states[layer], own)
            states[layer] = below
        np.testing.assert_allclose(outputs[t], below, atol=1e-14)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_fused_layers_equal_plain_ones(cell, both, rng):
    given = make(cell, 2, both, rng)
    kind = {"num_layers": 2, "bidirectional": both}
    want = by_hand(cell, *given, **kind)
    assert_same(by_hand(cell, *given, **kind, fused=True), want, 1e-12)


def test_dropout_falls_between_layers_only(rng):
    x, parts, params, w = make("rnn", 1, False, rng)
    plain = by_hand("rnn", x, parts, params, w)
    dropped = by_hand("rnn", x, parts, params, w, dropout_rate=0.5, rng=rng)
    assert_same(dropped, plain, 0)
    given = make("rnn", 2, False, rng)
    plain = by_hand("rnn", *given, num_layers=2)
    dropped = by_hand("rnn", *given, num_layers=2, dropout_rate=0.5, rng=rng)
    assert np.abs(dropped[0][0] - plain[0][0]).max() > 0.01
    np.testing.assert_array_equal(dropped[0][1][0], plain[0][1][0])


def test_gradients_with_dropout_equal_central_differences(rng):
    x, (h,), params, w = make("rnn", 2, True, rng)
    kind = {"num_layers": 2, "bidirectional": True, "dropout_rate": 0.4}

    def loss_and_grads(given):
        same = np.random.default_rng(1)  # the same zeros every time
        results, grads = by_hand("rnn", given["x"], [h], params, w, **kind, rng=same)
        loss = sum(np.sum(a * b) for a, b in zip(results, w, strict=True))
        return loss, {"x": grads["x"]}

    report = check_gradients(loss_and_grads, {"x": x})
    assert report.ok, report


def test_parameters_have_the_names_shapes_and_order_of_torch(rng):
    for cell, depth, both in [(c, *stack) for c in TORCH for stack in STACKS]:
        got = init_recurrent(cell, E, H, num_layers=depth, bidirectional=both, rng=rng)
        twin = TORCH[cell](E, H, depth, bidirectional=both)
        want = [(name, tuple(p.shape)) for name, p in twin.named_parameters()]
        assert [(name, value.shape) for name, value in got.items()] == want


@pytest.mark.parametrize("cell", ["simplified_gru", "gru", "lstm", "peephole_lstm"])
def test_gates_are_read_in_the_order_of_the_text(cell, rng):
    x, parts, params, _ = make(cell, 1, True, rng)
    state = tuple(parts) if len(parts) > 1 else parts[0]
    _, _, cache = recurrent_forward(cell, x, state, params, bidirectional=True)
    (passes, _), own = cache[0], select(params, "_l0_reverse")
    got = gates(cell, passes[1])
    _, first = CELLS[cell].step(x[-1], unstack(state)[1], own)
    for letter, want in zip(CELLS[cell].blocks, first[2], strict=True):
        assert got[letter].shape == (T, B, H)
        np.testing.assert_array_equal(got[letter][-1], want)


def test_gates_of_a_cell_without_any_are_refused(rng):
    x, (h,), params, _ = make("rnn", 1, False, rng)
    _, _, ((passes, _),) = recurrent_forward("rnn", x, h, params)
    with pytest.raises(ValueError, match="got rnn in a plain pass"):
        gates("rnn", passes[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"x": np.zeros((T, B, E + 1))},
            r"D\) = \(18, 5\) for inputs of 5 .* got \(18, 4\)",
        ),
        ({"x": np.zeros((0, B, E))}, r"T >= 1, got shape \(0, 3, 4\)"),
        ({"state": np.zeros((1, B, H))}, r"\(2, 3, 6\), got \[\(1, 3, 6\)\]: start"),
        ({"state": (np.zeros((2, B, H)),) * 2}, r"be h of shape \(2, 3, 6\)"),
        ({"mask": MASK.T}, r"mask must be \(T, B\) = \(5, 3\), got \(3, 5\)"),
        ({"cell": "elman"}, "no cell is called 'elman'"),
        ({"cell": "rnn"}, r"weight_ih_l0 of rnn must be .*\(6, 4\) .*got \(18, 4\)"),
        ({"num_layers": 3, "state": np.zeros((3, B, H))}, "weight_ih_l2 .* got none"),
        ({"num_layers": 1, "state": np.zeros((1, B, H))}, "hold 2 .* but 1 are asked"),
    ],
)
def test_sizes_that_do_not_fit_are_named(change, message, rng):
    x, (h,), params, _ = make("gru", 2, False, rng)
    call = {"cell": "gru", "x": x, "state": h, "params": params, "num_layers": 2}
    with pytest.raises(ValueError, match=message):
        recurrent_forward(**(call | change))


@pytest.mark.parametrize("cell", CELLS)
def test_the_zero_state_fits(cell, rng):
    x, _, params, _ = make(cell, 2, True, rng)
    kind = {"num_layers": 2, "bidirectional": True}
    state = zero_state(cell, B, H, dtype=np.float32, **kind)
    assert not np.any(state)
    assert np.asarray(state).dtype == np.float32
    _, end, _ = recurrent_forward(cell, x, state, params, **kind)
    assert np.shape(end) == np.shape(state)


@pytest.mark.parametrize("cell", ["rnn", "gru_reset_before", "lstm"])
def test_activation_stack_backward_equals_central_differences(cell, rng):
    x, parts, _, w = make(cell, 2, False, rng)
    params = init_activation_stack(cell, E, H, num_layers=2, rng=rng)
    starts = dict(zip("hc", parts, strict=False))

    def loss_and_grads(given):
        given = dict(given)
        x, *parts = (given.pop(name) for name in ("x", *starts))
        pair = len(parts) > 1
        state, dend = (tuple(parts), tuple(w[1:])) if pair else (parts[0], w[1])
        out, end, cache = activation_stack_forward(cell, x, state, given, num_layers=2)
        dx, dstart, grads = activation_stack_backward(cell, w[0], dend, cache)
        loss = np.sum(w[0] * out) + np.sum(np.multiply(dend, end))
        dparts = dstart if pair else [dstart]
        return loss, grads | {"x": dx} | dict(zip(starts, dparts, strict=True))

    report = check_gradients(loss_and_grads, params | starts | {"x": x})
    assert report.ok, report


def test_activation_layers_stand_between_the_recurrent_ones(rng):
    x, (h,), _, _ = make("rnn", 2, False, rng)
    params = init_activation_stack("rnn", E, H, num_layers=2, rng=rng)
    got, _, _ = activation_stack_forward("rnn", x, h, params, num_layers=2)
    for layer in range(2):
        own = select(params, f"_l{layer}")
        below, _, _ = unroll(CELLS["rnn"].step, x, h[layer], own)
        x = np.tanh(below @ own["weight_a"].T + own["bias_a"])
    np.testing.assert_allclose(got, x, atol=1e-14)


def test_an_activation_layer_costs_a_square_and_a_bias_for_each_layer(rng):
    plain = init_recurrent("gru", E, H, num_layers=3, rng=rng)
    deep = init_activation_stack("gru", E, H, num_layers=3, rng=rng)
    sizes = [sum(value.size for value in params.values()) for params in (plain, deep)]
    assert sizes[1] - sizes[0] == 3 * (H * H + H)


def test_scratch_never_imports_torch():
    code = (
        "import pkgutil, importlib, sys, rnnlm_lib.scratch as s\n"
        "for m in pkgutil.iter_modules(s.__path__, s.__name__ + '.'):\n"
        "    importlib.import_module(m.name)\n"
        "print('torch' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
