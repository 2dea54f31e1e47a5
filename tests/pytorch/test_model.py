"""The language model in PyTorch: a twin of the one in NumPy, and a LanguageModel."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.lm import LanguageModel
from rnnlm_lib.pytorch.device import choose_device
from rnnlm_lib.pytorch.model import RNNLM
from rnnlm_lib.pytorch.network import detach
from rnnlm_lib.pytorch.recurrent import CELLS
from rnnlm_lib.sample import sample
from rnnlm_lib.scratch.model import RNNLM as ScratchRNNLM
from rnnlm_lib.scratch.optim import SGD, clip_grad_norm

T, B, E, H, V = 5, 3, 4, 6, 7


def twins(rng, embedding_size=E, **options):
    """The same model in both halves, in float64."""
    one = ScratchRNNLM(V, embedding_size, H, dtype=np.float64, rng=rng, **options)
    other = RNNLM(V, embedding_size, H, **options).double()
    other.load_params(one.params)
    return one, other


def window(rng):
    return rng.integers(V, size=(T, B)), rng.integers(V, size=(T, B))


def mean_loss(model, inputs, targets, state):
    logits, state = model(inputs, state)
    targets = torch.as_tensor(targets)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()), state


@pytest.mark.parametrize(
    "options",
    [{"cell": cell, "num_layers": 2} for cell in CELLS]
    + [{"embedding_size": H, "tie_weights": True}, {"one_hot": True}],
    ids=str,
)
def test_both_halves_have_the_same_loss_and_gradients(options, rng):
    if options.get("one_hot"):
        options = options | {"embedding_size": V}
    one, other = twins(rng, **options)
    inputs, targets = window(rng)
    nats, grads, _ = one.loss_and_grads(inputs, targets, one.initial_state(B))
    loss, _ = mean_loss(other, inputs, targets, other.initial_state(B))
    loss.backward()
    assert nats / (T * B) == pytest.approx(loss.item(), rel=1e-9)
    assert grads.keys() == dict(other.named_parameters()).keys()
    for name, parameter in other.named_parameters():
        np.testing.assert_allclose(grads[name], parameter.grad, atol=1e-9)


@pytest.mark.parametrize("cell", list(CELLS))
def test_twenty_steps_of_training_stay_together(cell, rng):
    one, other = twins(rng, cell=cell)
    sgd = SGD(lr=0.5, momentum=0.9)
    torch_sgd = torch.optim.SGD(other.parameters(), lr=0.5, momentum=0.9)
    state, other_state = one.initial_state(B), other.initial_state(B)
    for _ in range(20):
        inputs, targets = window(rng)
        _, grads, state = one.loss_and_grads(inputs, targets, state)
        clip_grad_norm(grads, 0.25)
        sgd.step(one.params, grads)
        torch_sgd.zero_grad()
        loss, other_state = mean_loss(other, inputs, targets, detach(other_state))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(other.parameters(), 0.25)
        torch_sgd.step()
    for name, value in other.export_params().items():
        np.testing.assert_allclose(one.params[name], value, atol=1e-7)


def test_evaluation_and_sampling_do_not_know_which_half_they_use(rng):
    one, other = twins(rng)
    ids = rng.integers(V, size=40)
    nats = [evaluate(m, ids, first=0, window=9).nats for m in (one, other)]
    assert nats[0] == pytest.approx(nats[1], rel=1e-9)
    texts = [
        sample(m, 20, rng=np.random.default_rng(1), prompt=[0]) for m in (one, other)
    ]
    assert texts[0] == texts[1]


def test_it_is_a_language_model_and_rests_while_it_scores(rng):
    model = RNNLM(V, E, H, dropout=0.5, locked_dropout=0.3, weight_drop=0.4)
    assert isinstance(model, LanguageModel)
    inputs, targets = window(rng)
    first, _ = model.score(inputs, targets, model.initial_state(B))
    again, _ = model.score(inputs, targets, model.initial_state(B))
    np.testing.assert_array_equal(first, again)
    assert model.training


def test_steps_add_up_to_the_score(rng):
    _, model = twins(rng)
    inputs, targets = window(rng)
    nll, _ = model.score(inputs, targets, model.initial_state(B))
    state = model.initial_state(B)
    for t in range(T):
        log_probs, state = model.step(inputs[t], state)
        np.testing.assert_allclose(-log_probs[range(B), targets[t]], nll[t], rtol=1e-9)
        np.testing.assert_allclose(np.exp(log_probs).sum(axis=1), 1)


def test_first_loss_is_close_to_log_vocab_size(rng):
    model = RNNLM(V, E, H, generator=torch.Generator().manual_seed(0))
    nll, _ = model.score(*window(rng), model.initial_state(B))
    assert nll.mean() == pytest.approx(np.log(V), abs=0.1)


def test_the_generator_alone_decides_the_first_parameters():
    draws = [
        RNNLM(V, E, H, generator=torch.Generator().manual_seed(3)).export_params()
        for _ in range(2)
    ]
    for name in draws[0]:
        np.testing.assert_array_equal(draws[0][name], draws[1][name])


def test_tied_weights_are_one_parameter():
    model = RNNLM(V, H, H, tie_weights=True)
    assert "decoder.weight" not in dict(model.named_parameters())
    assert model.decoder.weight is model.embedding.weight


def test_a_projection_lets_tied_sizes_differ(rng):
    model = RNNLM(V, E, H, tie_weights=True, projection=True)
    assert model.projection.weight.shape == (E, H)
    logits, _ = model(rng.integers(V, size=(T, B)))
    assert logits.shape == (T, B, V)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bidirectional": True}, "sees the future"),
        ({"tie_weights": True}, "got 4 and 6"),
        ({"one_hot": True}, "got 4 and 7"),
        ({"cell": "elman"}, "no cell is called 'elman'"),
        ({"locked_dropout": 1.0}, "1.0 is not in"),
    ],
)
def test_settings_that_make_no_language_model_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        RNNLM(V, E, H, **options)


def test_ids_outside_the_vocabulary_are_named():
    model = RNNLM(V, E, H)
    with pytest.raises(ValueError, match=r"0\.\.6 for a vocabulary of 7, got 9"):
        model(np.array([[9]]))


def test_parameters_of_another_model_are_refused():
    model = RNNLM(V, E, H)
    with pytest.raises(ValueError, match="is on one side only"):
        model.load_params(RNNLM(V, E, H, num_layers=2).export_params())
    with pytest.raises(ValueError, match="build it with the same sizes"):
        model.load_params(RNNLM(V, E, H + 1).export_params())


def test_a_device_that_is_not_there_is_refused(capsys):
    assert choose_device("cpu").type == "cpu"
    assert "device: cpu" in capsys.readouterr().out
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="cuda was asked for"):
            choose_device("cuda")
