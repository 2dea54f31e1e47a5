"""The node cases that ONNX publishes for RNN, GRU and LSTM, and its own evaluator.

No published case uses clip, input_forget or other activations; the library has none.
"""

import numpy as np
import onnx
import pytest
from onnx.backend.test.case import node
from onnx.backend.test.case.node import gru, lstm, rnn
from onnx.reference import ReferenceEvaluator

from rnnlm_lib.scratch.bptt import hidden
from rnnlm_lib.scratch.cells import CELLS
from rnnlm_lib.scratch.layer import layer_forward
from rnnlm_lib.scratch.notation import reorder_gates

T, B, E, H = 5, 3, 4, 6
OPERATORS = {"RNN": rnn.RNN, "GRU": gru.GRU, "LSTM": lstm.LSTM}  # imported: collected
BLOCKS = {"RNN": "h", "GRU": "zrn", "LSTM": "iofg"}
SUFFIXES = {
    "forward": ["_l0"],
    "reverse": ["_l0_reverse"],
    "bidirectional": ["_l0", "_l0_reverse"],
}
CASES = {
    case.name: (case.model.graph.node[0], *case.data_sets[0])
    for case in node._NodeTestCases
    if case.model.graph.node[0].op_type in OPERATORS
}


def name_of_cell(operator, given, settings):
    if operator == "GRU":
        return "gru" if settings.get("linear_before_reset") else "gru_reset_before"
    return {"RNN": "rnn", "LSTM": "peephole_lstm" if "P" in given else "lstm"}[operator]


def parameters(operator, cell, given, suffixes):
    """ONNX's arrays, which have one row for each direction, under PyTorch's names."""
    params, nothing = {}, np.zeros((len(suffixes), 2 * given["R"].shape[1]))
    for d, suffix in enumerate(suffixes):
        one = {"weight_ih": given["W"][d], "weight_hh": given["R"][d]}
        one["bias_ih"], one["bias_hh"] = np.split(given.get("B", nothing)[d], 2)
        one = reorder_gates(one, BLOCKS[operator], CELLS[cell].blocks)
        if "P" in given:
            names = ("weight_ci", "weight_co", "weight_cf")
            one |= zip(names, np.split(given["P"][d], 3), strict=True)
        params |= {name + suffix: value for name, value in one.items()}
    return params


def run(onnx_node, inputs):
    """What the library makes of a node: its outputs under ONNX's names."""
    settings = {a.name: onnx.helper.get_attribute_value(a) for a in onnx_node.attribute}
    suffixes = SUFFIXES[settings.get("direction", b"forward").decode()]
    given = dict(zip(filter(None, onnx_node.input), inputs, strict=True))
    cell = name_of_cell(onnx_node.op_type, given, settings)
    params = parameters(onnx_node.op_type, cell, given, suffixes)
    batch_first = settings.get("layout", 0) == 1
    x = given["X"].swapaxes(0, 1) if batch_first else given["X"]
    nothing = np.zeros((len(suffixes), x.shape[1], settings["hidden_size"]))
    h, c = given.get("initial_h", nothing), given.get("initial_c", nothing)
    starts = list(zip(h, c, strict=True)) if CELLS[cell].state == "hc" else list(h)
    lengths = given.get("sequence_lens", np.full(x.shape[1], len(x)))
    mask = np.arange(len(x))[:, None] < lengths
    out, ends, _ = layer_forward(cell, x, starts, params, suffixes, mask=mask)
    results = {
        "Y": np.stack(np.split(out, len(suffixes), axis=2), axis=1),
        "Y_h": np.stack([hidden(end) for end in ends]),
        "Y_c": np.stack([end[-1] for end in ends]),
    }
    if batch_first:
        results["Y"] = results["Y"].transpose(2, 0, 1, 3)
        results["Y_h"] = results["Y_h"].swapaxes(0, 1)
    return results


def assert_outputs(onnx_node, results, outputs):
    for name, want in zip(filter(None, onnx_node.output), outputs, strict=True):
        assert results[name].shape == want.shape
        np.testing.assert_allclose(results[name], want, atol=1e-6)


def test_every_published_case_is_here():
    kinds = ["defaults", "with_initial_bias", "seq_length", "batchwise", "reverse"]
    kinds.append("bidirectional")
    for operator in ("rnn", "gru", "lstm"):
        for kind in kinds:
            if (operator, kind) != ("lstm", "seq_length"):
                assert any(operator in n and n.endswith(kind) for n in CASES), kind
    assert "test_lstm_with_peepholes" in CASES


@pytest.mark.parametrize("name", CASES)
def test_published_case_passes(name):
    onnx_node, inputs, outputs = CASES[name]
    assert_outputs(onnx_node, run(onnx_node, inputs), outputs)


def evaluate(operator, direction, *, peepholes=False, **settings):
    """A random node, its inputs, and what ONNX's own evaluator says."""
    rng = np.random.default_rng(0)
    blocks, d = len(BLOCKS[operator]), len(SUFFIXES[direction])
    shapes = {"X": (T, B, E), "W": (d, blocks * H, E), "R": (d, blocks * H, H)}
    shapes |= {"B": (d, 2 * blocks * H), "": None, "initial_h": (d, B, H)}
    if peepholes:
        shapes |= {"initial_c": (d, B, H), "P": (d, 3 * H)}
    feeds = {name: rng.normal(size=shape) for name, shape in shapes.items() if name}
    outputs = ["Y", "Y_h", "Y_c"] if operator == "LSTM" else ["Y", "Y_h"]
    made = onnx.helper.make_node(
        operator, list(shapes), outputs, direction=direction, hidden_size=H, **settings
    )
    inputs = list(feeds.values())
    return made, inputs, evaluator_outputs(made, inputs)


def evaluator_outputs(onnx_node, inputs):
    names = filter(None, onnx_node.input)
    feeds = dict(zip(names, inputs, strict=True))
    return ReferenceEvaluator(onnx_node).run(None, feeds)


@pytest.mark.parametrize("direction", SUFFIXES)
@pytest.mark.parametrize("linear_before_reset", [0, 1])
def test_gru_with_both_reset_placements_passes(linear_before_reset, direction):
    onnx_node, inputs, outputs = evaluate(
        "GRU", direction, linear_before_reset=linear_before_reset
    )
    assert_outputs(onnx_node, run(onnx_node, inputs), outputs)


@pytest.mark.parametrize("direction", SUFFIXES)
@pytest.mark.parametrize("peepholes", [False, True])
def test_lstm_with_and_without_peepholes_passes(peepholes, direction):
    onnx_node, inputs, outputs = evaluate("LSTM", direction, peepholes=peepholes)
    assert_outputs(onnx_node, run(onnx_node, inputs), outputs)


@pytest.mark.parametrize("direction", SUFFIXES)
def test_rnn_passes(direction):
    onnx_node, inputs, outputs = evaluate("RNN", direction)
    assert_outputs(onnx_node, run(onnx_node, inputs), outputs)


@pytest.mark.parametrize("direction", SUFFIXES)
def test_sequence_lengths_give_what_each_sequence_gives_alone(direction):
    lengths = np.array([5, 2, 4], np.int32)
    onnx_node, inputs, _ = evaluate("LSTM", direction)
    onnx_node.input[4] = "sequence_lens"
    together = run(onnx_node, [*inputs[:4], lengths, *inputs[4:]])
    onnx_node.input[4] = ""
    for b, length in enumerate(lengths):
        x, *weights, h = inputs
        alone = [x[:length, b : b + 1], *weights, h[:, b : b + 1]]
        _, want_h, want_c = evaluator_outputs(onnx_node, alone)
        np.testing.assert_allclose(together["Y_h"][:, b : b + 1], want_h, atol=1e-12)
        np.testing.assert_allclose(together["Y_c"][:, b : b + 1], want_c, atol=1e-12)
