"""The heads in PyTorch equal those in NumPy: loss and gradients, padding or not."""

import numpy as np
import pytest
import torch

from rnnlm_lib.lm import LanguageModel, read
from rnnlm_lib.pytorch import heads
from rnnlm_lib.scratch import heads as scratch_heads

T, B, E, H, V, K, S = 5, 3, 4, 6, 7, 2, 8
MASK = np.arange(T)[:, None] < np.array([5, 2, 3])
CELLS = ["gru", "peephole_lstm"]


def twins(name, sizes, rng, **options):
    one = getattr(scratch_heads, name)(*sizes, dtype=np.float64, rng=rng, **options)
    other = getattr(heads, name)(*sizes, **options).double()
    other.load_params(one.params)
    return one, other


def assert_equal_grads(grads, other):
    assert grads.keys() == dict(other.named_parameters()).keys()
    for name, parameter in other.named_parameters():
        np.testing.assert_allclose(grads[name], parameter.grad, atol=1e-9)


@pytest.mark.parametrize("mask", [None, MASK], ids=["full", "padded"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", ["Classifier", "Tagger", "BinaryTagger"])
def test_readers_agree(name, cell, mask, rng):
    options = {"cell": cell, "num_layers": 2, "bidirectional": True}
    one, other = twins(name, (V, E, H, K), rng, **options)
    shape = {"Classifier": (B,), "Tagger": (T, B), "BinaryTagger": (T, B, K)}[name]
    x, targets = rng.integers(V, size=(T, B)), rng.integers(2, size=shape)
    nats, count, grads = one.loss_and_grads(x, targets, mask=mask)
    loss = other.loss(x, targets, mask=mask)
    loss.backward()
    assert nats / count == pytest.approx(loss.item(), rel=1e-9)
    assert_equal_grads(grads, other)


@pytest.mark.parametrize("mask", [None, MASK], ids=["full", "padded"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", ["Generator", "EncoderDecoder"])
def test_writers_agree(name, cell, mask, rng):
    one, other = twins(name, (S, V, E, H), rng, cell=cell)
    given, options = rng.normal(size=(B, S)), {"mask": mask}
    if name == "EncoderDecoder":
        given = rng.integers(S, size=(T, B))
        options["given_mask"] = mask
    inputs, targets = rng.integers(V, size=(2, T, B))
    nats, count, grads = one.loss_and_grads(given, inputs, targets, **options)
    loss = other.loss(given, inputs, targets, **options)
    loss.backward()
    assert nats / count == pytest.approx(loss.item(), rel=1e-9)
    assert_equal_grads(grads, other)


@pytest.mark.parametrize("name", ["Generator", "EncoderDecoder"])
def test_what_follows_an_example_is_a_language_model(name, rng):
    one, other = twins(name, (S, V, E, H), rng)
    given = rng.normal(size=S) if name == "Generator" else rng.integers(S, size=T)
    models = one.after(given), other.after(given)
    assert all(isinstance(model, LanguageModel) for model in models)
    first, second = (read(model, [0, 3])[0] for model in models)
    np.testing.assert_allclose(first, second, rtol=1e-9)


def test_vectors_are_read_as_they_are(rng):
    one, other = twins("Tagger", (None, E, H, K), rng)
    x = rng.normal(size=(T, B, E))
    np.testing.assert_allclose(
        one.forward(x)[0], other(x).detach().numpy(), rtol=1e-9, atol=1e-12
    )


def test_a_source_id_outside_its_vocabulary_is_named():
    model = heads.EncoderDecoder(S, V, E, H)
    with pytest.raises(ValueError, match=r"0\.\.7 for a vocabulary of 8, got 9"):
        model(np.full((T, B), 9), torch.zeros(T, B, dtype=torch.long))
