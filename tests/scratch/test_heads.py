"""The other sequence shapes: labels for a sequence or its parts, and sequences."""

import numpy as np
import pytest

from rnnlm_lib.batching import pad, shift
from rnnlm_lib.lm import LanguageModel, score_by_steps
from rnnlm_lib.scratch.functional import log_softmax
from rnnlm_lib.scratch.gradcheck import check_gradients
from rnnlm_lib.scratch.heads import (
    BinaryTagger,
    Classifier,
    EncoderDecoder,
    Generator,
    Tagger,
)
from rnnlm_lib.scratch.optim import Adam

T, B, E, H, V, K, F, S = 5, 3, 4, 6, 7, 2, 8, 9
READERS = [Classifier, Tagger, BinaryTagger]


def ragged(length, size, seed=1):
    """Ids (length, B) and a mask: the sequences are of length, length - 1, ..."""
    rng = np.random.default_rng(seed)
    return pad([rng.integers(size, size=length - b) for b in range(B)])


def reader(head, *, vocab_size=V, dtype=np.float64, **options):
    """A small head, its input, random targets and the mask."""
    rng = np.random.default_rng(0)
    model = head(vocab_size, E, H, K, dtype=dtype, rng=rng, **options)
    x, mask = ragged(T, V)
    if vocab_size is None:
        x = rng.normal(size=(T, B, E))
    shape = {Classifier: (B,), Tagger: (T, B), BinaryTagger: (T, B, K)}[head]
    return model, x, rng.integers(2, size=shape), mask


def writer(head, *, dtype=np.float64, **options):
    """A small writer and its batch: given, inputs, targets, and both masks."""
    rng = np.random.default_rng(0)
    targets, mask = ragged(T, V)
    if head is Generator:
        model = Generator(F, V, E, H, dtype=dtype, rng=rng, **options)
        given, given_mask = rng.normal(size=(B, F)), None
    else:
        model = EncoderDecoder(S, V, E, H, dtype=dtype, rng=rng, **options)
        given, given_mask = ragged(S - 1, S, seed=2)
    batch = {"given": given, "inputs": shift(targets, 0), "targets": targets}
    return model, batch | {"mask": mask, "given_mask": given_mask}


def gradients_are_right(model, *args, **kwargs):
    """Central differences on every parameter of the mean loss."""

    def loss_and_grads(params):
        model.params = params
        rng = np.random.default_rng(3)
        nats, count, grads = model.loss_and_grads(*args, **kwargs, rng=rng)
        return nats / count, grads

    report = check_gradients(loss_and_grads, model.params)
    assert report.ok, report


@pytest.mark.parametrize("head", READERS)
@pytest.mark.parametrize(("bidirectional", "cell"), [(False, "lstm"), (True, "rnn")])
def test_reader_gradients_equal_central_differences(head, bidirectional, cell):
    model, x, targets, mask = reader(
        head, bidirectional=bidirectional, cell=cell, dropout=0.2
    )
    gradients_are_right(model, x, targets, mask=mask)


@pytest.mark.parametrize("head", [Generator, EncoderDecoder])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_writer_gradients_equal_central_differences(head, cell):
    model, batch = writer(head, cell=cell, dropout=0.2)
    gradients_are_right(model, **batch)


@pytest.mark.parametrize("head", READERS)
def test_vectors_can_be_read_in_place_of_ids(head):
    model, x, targets, mask = reader(head, vocab_size=None, cell="rnn")
    assert "embedding.weight" not in model.params
    gradients_are_right(model, x, targets, mask=mask)


@pytest.mark.parametrize("head", READERS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_nothing(head, bidirectional):
    model, x, targets, mask = reader(head, bidirectional=bidirectional)
    nats, count, grads = model.loss_and_grads(x, targets, mask=mask)
    other = np.where(mask, x, (x + 1) % V)
    nats2, count2, grads2 = model.loss_and_grads(other, targets, mask=mask)
    assert (nats, count) == (nats2, count2)
    for name, grad in grads.items():
        np.testing.assert_array_equal(grad, grads2[name])


def test_a_padded_batch_is_the_sum_of_its_sequences():
    model, batch = writer(EncoderDecoder)
    nats, count, _ = model.loss_and_grads(**batch)
    alone = 0
    for b in range(B):
        source = batch["given"][batch["given_mask"][:, b], b]
        targets = batch["targets"][batch["mask"][:, b], b]
        pieces = source[:, None], shift(targets, 0)[:, None], targets[:, None]
        alone += model.loss_and_grads(*pieces)[0]
    assert nats == pytest.approx(alone, rel=1e-12)
    assert count == batch["mask"].sum()


@pytest.mark.parametrize("head", READERS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_reader_can_memorise_a_tiny_set(head, bidirectional):
    model, x, targets, mask = reader(
        head, bidirectional=bidirectional, dtype=np.float32, cell="gru"
    )
    if head is Tagger and not bidirectional:
        targets = x % 2
    optimizer = Adam(0.05)
    for _ in range(100):
        nats, count, grads = model.loss_and_grads(x, targets, mask=mask)
        optimizer.step(model.params, grads)
    assert nats / count < 0.05


@pytest.mark.parametrize("head", [Generator, EncoderDecoder])
def test_a_writer_can_memorise_a_tiny_set(head):
    model, batch = writer(head, dtype=np.float32, cell="gru")
    optimizer = Adam(0.05)
    for _ in range(150):
        nats, count, grads = model.loss_and_grads(**batch)
        optimizer.step(model.params, grads)
    assert nats / count < 0.05


def test_tagger_sees_the_future_only_with_both_directions():
    for bidirectional in (False, True):
        model, x, _, _ = reader(Tagger, bidirectional=bidirectional)
        before = model.forward(x)[0]
        x = x.copy()
        x[-1] = (x[-1] + 1) % V
        same = np.array_equal(before[0], model.forward(x)[0][0])
        assert same is not bidirectional


@pytest.mark.parametrize("bidirectional", [False, True])
def test_classifier_reads_the_first_and_the_last_word(bidirectional):
    model, x, _, _ = reader(Classifier, bidirectional=bidirectional)
    before = model.forward(x)[0]
    for t in (0, -1):
        changed = x.copy()
        changed[t] = (x[t] + 1) % V
        assert not np.allclose(before, model.forward(changed)[0])


@pytest.mark.parametrize("head", READERS)
def test_fused_changes_no_number(head):
    logits = []
    for fused in (False, True):
        model, x, _, _ = reader(head, bidirectional=True, fused=fused)
        logits.append(model.forward(x)[0])
    np.testing.assert_allclose(*logits, rtol=1e-12)


@pytest.mark.parametrize("head", [Generator, EncoderDecoder])
def test_what_follows_one_example_is_a_language_model(head):
    model, batch = writer(head)
    given, inputs, targets = (batch[k] for k in ("given", "inputs", "targets"))
    one = given[0] if head is Generator else given[:, 0]
    after = model.after(one)
    assert isinstance(after, LanguageModel)
    logits = model.forward(given, inputs)[0]
    column = inputs[:, :1], targets[:, :1]
    nll, _ = score_by_steps(after, *column, after.initial_state(1))
    expected = -np.take_along_axis(log_softmax(logits), targets[..., None], 2)[:, :1, 0]
    np.testing.assert_allclose(nll, expected, rtol=1e-10)


@pytest.mark.parametrize("head", [Generator, EncoderDecoder])
def test_a_batch_can_start_from_one_example(head):
    model, batch = writer(head)
    one = batch["given"][0] if head is Generator else batch["given"][:, 0]
    after = model.after(one)
    log_probs, _ = after.step(np.arange(B), after.initial_state(B))
    alone, _ = after.step(np.array([1]), after.initial_state(1))
    np.testing.assert_allclose(log_probs[1], alone[0], rtol=1e-12)


@pytest.mark.parametrize("head", READERS)
def test_ids_outside_the_vocabulary_are_refused(head):
    model, x, _, _ = reader(head)
    with pytest.raises(ValueError, match=r"0\.\.6 .* got 7"):
        model.forward(np.full_like(x, V))


def test_source_ids_outside_the_source_vocabulary_are_refused():
    model, batch = writer(EncoderDecoder)
    with pytest.raises(ValueError, match=r"0\.\.8 .* got 9"):
        model.forward(np.full((S, B), S), batch["inputs"])


def test_config_and_params_rebuild_each_head():
    models = [reader(head)[0] for head in READERS]
    models += [writer(head)[0] for head in (Generator, EncoderDecoder)]
    for model in models:
        rng = np.random.default_rng(9)
        twin = type(model)(**model.config, dtype=np.float64, rng=rng)
        twin.load_params(model.params)
        assert twin.config == model.config
