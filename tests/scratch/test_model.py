"""What a recurrent language model must do, whatever its cell."""

import numpy as np
import pytest

from rnnlm_lib.lm import LanguageModel, score_by_steps
from rnnlm_lib.scratch.bptt import map_state
from rnnlm_lib.scratch.functional import cross_entropy, cross_entropy_backward
from rnnlm_lib.scratch.gradcheck import check_gradients
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam
from rnnlm_lib.scratch.recurrent import CELLS

T, B, E, H, V = 5, 3, 4, 6, 7
VARIANTS = {
    "one layer": {},
    "tied": {"embedding_size": H, "tie_weights": True},
    "one-hot": {"embedding_size": V, "one_hot": True},
    "two layers, dropout": {"num_layers": 2, "dropout": 0.3},
}


def build(*, embedding_size=E, dtype=np.float64, **options):
    """A small model with random parameters."""
    rng = np.random.default_rng(0)
    return RNNLM(V, embedding_size, H, dtype=dtype, rng=rng, **options)


def window(length=T):
    """Inputs and targets (T, B)."""
    ids = np.random.default_rng(1).integers(V, size=(length + 1, B))
    return ids[:-1], ids[1:]


def busy_state(model):
    """A state in which something has been read."""
    return model.forward(window()[0][::-1], model.initial_state(B))[1]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_equal_central_differences(cell, variant):
    model = build(cell=cell, **VARIANTS[variant])
    state = busy_state(model)

    def loss_and_grads(params):
        model.params = params
        rng = np.random.default_rng(2)
        nats, grads, _ = model.loss_and_grads(*window(3), state, rng=rng)
        return nats / (3 * B), grads

    report = check_gradients(loss_and_grads, model.params)
    assert report.ok, report


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_fused_changes_no_number(cell, variant):
    results = []
    for fused in (False, True):
        model = build(cell=cell, fused=fused, **VARIANTS[variant])
        rng = np.random.default_rng(2)
        results.append(model.loss_and_grads(*window(), busy_state(model), rng=rng))
    (nats, grads, _), (fused_nats, fused_grads, _) = results
    assert fused_nats == pytest.approx(nats, rel=1e-12)
    for name, grad in grads.items():
        np.testing.assert_allclose(fused_grads[name], grad, rtol=1e-10, atol=1e-13)


def test_gradients_have_the_names_and_shapes_of_the_parameters():
    model = build(num_layers=2)
    grads = model.loss_and_grads(*window(), model.initial_state(B))[1]
    shapes = {name: value.shape for name, value in model.params.items()}
    assert {name: grad.shape for name, grad in grads.items()} == shapes
    names = list(shapes)
    assert names[:2] == ["embedding.weight", "rnn.weight_ih_l0"]
    assert names[-2:] == ["decoder.weight", "decoder.bias"]


def test_loss_in_place_equals_the_readable_loss():
    model = build()
    inputs, targets = window()
    nats, grads, _ = model.loss_and_grads(inputs, targets, model.initial_state(B))
    logits, _, cache = model.forward(inputs, model.initial_state(B))
    readable, count, kept = cross_entropy(logits, targets)
    assert nats == pytest.approx(readable, rel=1e-12)
    others = model.backward(cross_entropy_backward(1 / count, kept), cache)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, others[name], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("cell", CELLS)
def test_loss_at_initialisation_is_log_vocab_size(cell):
    model = RNNLM(1000, 40, 50, cell=cell, num_layers=2, rng=np.random.default_rng(0))
    ids = np.random.default_rng(1).integers(1000, size=(21, 8))
    nats, _, _ = model.loss_and_grads(ids[:-1], ids[1:], model.initial_state(8))
    assert nats / 160 == pytest.approx(np.log(1000), abs=0.05)


@pytest.mark.parametrize("cell", CELLS)
def test_one_batch_can_be_memorised(cell):
    model = build(cell=cell, fused=True, dtype=np.float32)
    optimizer = Adam(0.05)
    # Column b counts in steps of b + 1, so the context tells columns apart.
    inputs = np.arange(T)[:, None] + np.arange(B)
    targets = (inputs * (1 + np.arange(B))) % V
    for _ in range(200):
        nats, grads, _ = model.loss_and_grads(inputs, targets, model.initial_state(B))
        optimizer.step(model.params, grads)
    assert nats / targets.size < 0.01


def test_tied_gradient_is_the_sum_of_both_uses():
    tied = build(embedding_size=H, tie_weights=True)
    apart = build(embedding_size=H)
    assert apart.params.keys() - tied.params.keys() == {"decoder.weight"}
    shared = tied.params["embedding.weight"]
    apart.load_params(tied.params | {"decoder.weight": shared})
    state = busy_state(tied)
    one = tied.loss_and_grads(*window(), state)[1]
    two = apart.loss_and_grads(*window(), state)[1]
    both = two["embedding.weight"] + two["decoder.weight"]
    np.testing.assert_allclose(one["embedding.weight"], both, rtol=1e-12, atol=1e-15)


def test_one_hot_input_is_an_embedding_of_unit_vectors():
    one_hot = build(embedding_size=V, one_hot=True)
    looked_up = build(embedding_size=V)
    looked_up.load_params({"embedding.weight": np.eye(V)} | one_hot.params)
    state = busy_state(one_hot)
    ours, theirs = (m.forward(window()[0], state)[0] for m in (one_hot, looked_up))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("cell", CELLS)
def test_outputs_do_not_depend_on_future_inputs(cell):
    model = build(cell=cell, num_layers=2)
    inputs, _ = window()
    before, _, _ = model.forward(inputs, model.initial_state(B))
    inputs = inputs.copy()
    inputs[3:] = (inputs[3:] + 1) % V
    after, _, _ = model.forward(inputs, model.initial_state(B))
    np.testing.assert_array_equal(before[:3], after[:3])
    assert not np.allclose(before[3], after[3])


@pytest.mark.parametrize("fused", [False, True])
def test_steps_add_up_to_the_score(fused):
    model = build(cell="gru", num_layers=2, fused=fused)
    inputs, targets = window()
    fast, state = model.score(inputs, targets, model.initial_state(B))
    slow, other = score_by_steps(model, inputs, targets, model.initial_state(B))
    np.testing.assert_allclose(fast, slow, rtol=1e-12)
    np.testing.assert_allclose(state, other, rtol=1e-12)


def test_carried_state_makes_two_windows_one_text():
    model = build(num_layers=2)
    inputs, targets = window(2 * T)
    whole, _ = model.score(inputs, targets, model.initial_state(B))
    first, state = model.score(inputs[:T], targets[:T], model.initial_state(B))
    second, _ = model.score(inputs[T:], targets[T:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-12)


def test_probabilities_sum_to_one():
    model = build()
    assert isinstance(model, LanguageModel)
    log_probs, _ = model.step(np.arange(B), model.initial_state(B))
    np.testing.assert_allclose(np.exp(log_probs).sum(axis=1), 1, rtol=1e-12)


def test_reading_does_not_change_the_given_state():
    model = build()
    state = busy_state(model)
    kept = map_state(np.copy, state)
    model.score(*window(), state)
    np.testing.assert_array_equal(state, kept)


def test_dropout_acts_only_when_given_an_rng():
    model, inputs = build(dropout=0.5), window()[0]
    state = model.initial_state(B)
    calm = [model.forward(inputs, state)[0] for _ in range(2)]
    np.testing.assert_array_equal(*calm)
    noisy, _, _ = model.forward(inputs, state, rng=np.random.default_rng(0))
    assert not np.allclose(noisy, calm[0])


def test_training_stays_in_single_precision():
    model = build(fused=True, dtype=np.float32)
    logits, state, _ = model.forward(window()[0], model.initial_state(B))
    grads = model.loss_and_grads(*window(), model.initial_state(B))[1]
    arrays = [logits, *state, *grads.values(), *model.params.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_config_and_params_rebuild_the_model():
    model = build(num_layers=2, cell="gru")
    twin = RNNLM(**model.config, dtype=np.float64, rng=np.random.default_rng(5))
    twin.load_params(model.params)
    state = model.initial_state(B)
    ours, theirs = (m.forward(window()[0], state)[0] for m in (model, twin))
    np.testing.assert_array_equal(ours, theirs)
    twin.params["decoder.bias"] += 1
    assert not model.params["decoder.bias"].any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bidirectional": True}, r"sees the future.*not a language model"),
        ({"tie_weights": True}, r"embedding_size == hidden_size, got 4 and 6"),
        ({"one_hot": True}, r"embedding_size == vocab_size, got 4 and 7"),
        ({"cell": "lstn"}, r"no cell is called 'lstn'"),
    ],
)
def test_what_cannot_be_a_language_model_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)


def test_one_hot_has_nothing_to_tie():
    with pytest.raises(ValueError, match="no embedding to tie"):
        RNNLM(V, V, V, one_hot=True, tie_weights=True, rng=np.random.default_rng(0))


@pytest.mark.parametrize("where", ["inputs", "targets"])
@pytest.mark.parametrize("wrong", [-1, V])
def test_ids_outside_the_vocabulary_are_refused(where, wrong):
    model, (inputs, targets) = build(), window()
    ids = {"inputs": inputs.copy(), "targets": targets.copy()}
    ids[where][2, 1] = wrong
    with pytest.raises(ValueError, match=rf"0\.\.6 .* got {wrong}"):
        model.loss_and_grads(**ids, state=model.initial_state(B))


def test_a_state_of_another_batch_size_is_refused():
    model = build()
    with pytest.raises(ValueError, match=r"\(1, 3, 6\).*\(1, 2, 6\)"):
        model.forward(window()[0], model.initial_state(2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_layers": 2}, r"7 parameters given, 11 in the model.*rnn.bias_hh_l1"),
        ({"cell": "gru"}, r"rnn.weight_ih_l0 has shape \(24, 4\) here and \(18, 4\)"),
    ],
)
def test_parameters_of_another_model_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        build(**change).load_params(build().params)
