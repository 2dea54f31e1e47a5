"""Training: deterministic, resumable after any interruption, honest about failure."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from rnnlm_lib import checkpoint
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.learner import Data, Diverged, Options
from rnnlm_lib.schedules import decay_after
from rnnlm_lib.scratch import blas
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.train import fit
from rnnlm_lib.training import Run

V = 7


def text():
    """A text in which the next id depends on the last two, and a validation text."""
    rng = np.random.default_rng(0)
    ids = [0, 1]
    while len(ids) < 1300:
        ids.append((ids[-1] + ids[-2] + (rng.random() < 0.1)) % V)
    return Data(np.array(ids[:1000]), np.array(ids[1000:]), first=0)


def model(**options):
    """A small model, always the same."""
    rng = np.random.default_rng(1)
    options = {"cell": "gru", "dropout": 0.1, "num_layers": 2, "fused": True} | options
    return RNNLM(V, 8, 9, rng=rng, **options)


def run(lm, **options):
    """Train quietly with small settings."""
    defaults = {"epochs": 3, "lr": 2.0, "clip": 1.0, "batch_size": 4, "window": 10}
    return fit(lm, text(), progress=False, **(defaults | options))


def same(one, other):
    """Equal to the last bit, apart from the clock."""
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name])


def without_clock(history):
    """A history as a dict, the seconds left out."""
    return {k: v for k, v in history.to_dict().items() if k != "seconds"}


def test_training_lowers_the_loss():
    history = run(model(), epochs=8, optimizer="adam", lr=0.02)
    assert history.valid[-1] < 0.6 * np.log(V)
    assert history.train[-1] < history.train[0]


def test_history_counts_tokens_and_steps():
    history = run(model())
    assert history.tokens == [4 * (1001 // 4 - 1)] * 3  # first ids of columns are read
    assert history.steps == [25, 50, 75]
    assert len(history.seconds) == 3


def test_validation_is_that_of_evaluate():
    lm, data = model(), text()
    history = run(lm, epochs=1)
    result = evaluate(lm, data.valid, first=data.first)
    assert history.valid == [pytest.approx(result.nats_per_token, rel=1e-6)]


def test_training_is_deterministic():
    one, two = model(), model()
    assert without_clock(run(one)) == without_clock(run(two))
    same(one.params, two.params)


def test_fused_and_readable_training_agree():
    losses = [run(model(fused=f, dtype=np.float64)).valid for f in (False, True)]
    np.testing.assert_allclose(*losses, rtol=1e-9)


def test_the_seed_draws_the_dropout():
    assert run(model(), seed=0).train != run(model(), seed=1).train


def test_the_model_ends_with_its_best_epoch():
    lm = model()
    history = run(lm, epochs=4)
    assert history.best_epoch < 3
    result = evaluate(lm, text().valid, first=0)
    assert result.nats_per_token == pytest.approx(min(history.valid), rel=1e-6)


def ends_of_epochs(tmp_path, epochs, **options):
    """The parameters at the end of each epoch."""
    for number in range(1, epochs + 1):
        path = tmp_path / f"{number}.safetensors"
        run(model(), epochs=number, checkpoint=path, **options)
        yield checkpoint.load(tmp_path / f"{number}.last.safetensors").params


def test_the_mean_of_the_last_epochs_is_judged_and_kept(tmp_path):
    fast = {"optimizer": "adam", "lr": 0.02}
    lm, plain = model(), run(model(), epochs=4, **fast)
    history = run(lm, epochs=4, average_from=2, **fast)
    last_three = list(ends_of_epochs(tmp_path, 4, **fast))[1:]
    mean = {k: np.mean([p[k] for p in last_three], axis=0) for k in lm.params}
    assert history.train == plain.train
    assert history.valid[:2] == plain.valid[:2]
    assert history.best_epoch == 3  # on this text, the mean of all three
    for name, value in mean.items():
        np.testing.assert_allclose(lm.params[name], value, rtol=1e-4, atol=1e-6)
    result = evaluate(lm, text().valid, first=0)
    assert result.nats_per_token == pytest.approx(history.valid[-1], rel=1e-6)


def test_a_resumed_run_goes_on_with_the_mean(tmp_path):
    options = {"average_from": 2, "epochs": 4}
    whole, resumed, path = model(), model(), tmp_path / "m.safetensors"
    expected = run(whole, **options)
    run(model(), **options | {"epochs": 3}, checkpoint=path)
    history = run(resumed, **options, checkpoint=path, resume=True)
    assert without_clock(history) == without_clock(expected)
    same(resumed.params, whole.params)


def test_patience_stops_early():
    history = run(model(), epochs=50, patience=2)
    assert len(history) == history.best_epoch + 3


def test_the_schedule_sets_the_learning_rate():
    history = run(model(), lr=4.0, schedule=decay_after(1, factor=0.5))
    assert history.lr == [4, 2, 1]


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adam"])
def test_a_run_resumed_between_epochs_gives_the_same_numbers(optimizer, tmp_path):
    options = {"optimizer": optimizer, "lr": 0.05}
    if optimizer == "sgd":
        options["momentum"] = 0.9
    whole, broken, resumed = model(), model(), model()
    expected = run(whole, **options)
    options["checkpoint"] = tmp_path / "m.safetensors"
    run(broken, **options, epochs=2)
    history = run(resumed, **options, resume=True)
    assert without_clock(history) == without_clock(expected)
    same(resumed.params, whole.params)


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from test_train import model, run
run(model(cell="lstm"), epochs=1000, momentum=0.9, checkpoint={path!r}, save_every=3)
"""


def run_until_killed(path, *, steps):
    """Train in another process, kill it after so many steps, read what it left."""
    last = path.with_suffix(".last.safetensors")
    script = SCRIPT.format(folder=os.path.dirname(__file__), path=str(path))
    with subprocess.Popen([sys.executable, "-c", script]) as process:
        while not last.exists() or position(last)["steps"] < steps:
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    return checkpoint.load(last).meta


def position(last):
    """Where a run was when it was last saved."""
    return checkpoint.load(last).meta["position"]


def test_a_run_killed_in_an_epoch_resumes_to_the_same_numbers(tmp_path):
    path = tmp_path / "m.safetensors"
    left = run_until_killed(path, steps=40)  # an epoch has 25
    assert left["settings"]["momentum"] == 0.9
    options = {"epochs": len(left["history"]["valid"]) + 2, "momentum": 0.9}
    whole, resumed = model(cell="lstm"), model(cell="lstm")
    expected = run(whole, **options)
    history = run(resumed, **options, checkpoint=path, resume=True)
    assert without_clock(history) == without_clock(expected)
    same(resumed.params, whole.params)


def test_the_best_parameters_are_in_the_checkpoint(tmp_path):
    lm, path = model(), tmp_path / "m.safetensors"
    history = run(lm, checkpoint=path, meta={"vocabulary": ["a", "b"]})
    params, meta, state = checkpoint.load(path, config=lm.config)
    same(params, lm.params)
    assert meta["vocabulary"] == ["a", "b"]
    assert meta["history"]["valid"] == history.valid[: history.best_epoch + 1]
    assert state == {}


class Poisoned:
    """A learner whose loss is not a number at the eighth step."""

    def __init__(self, lm):
        self.model, self.count = lm, 0

    def __getattr__(self, name):
        return lambda *args: ({}, {}) if name == "state" else self.model.params

    def gradients(self, inputs, targets):
        self.count += 1
        return (float("nan") if self.count == 8 else 1.0), 1.0


def test_nan_in_the_loss_names_the_step_and_keeps_the_checkpoint(tmp_path):
    path = tmp_path / "m.safetensors"
    options = Options(epochs=1, lr=3.0, batch_size=4, window=10, progress=False)
    options = replace(options, checkpoint=path, save_every=5)
    with pytest.raises(Diverged, match=r"step 8 \(epoch 1\).*nan.*lr, now 3.*m\.last"):
        Run(Poisoned(model()), text(), options).go()
    kept = checkpoint.load(tmp_path / "m.last.safetensors")
    assert kept.meta["position"]["steps"] == 5


def test_a_huge_learning_rate_ends_in_one_sentence_and_finite_parameters():
    lm = model(cell="relu_rnn", dtype=np.float32)
    with pytest.raises(Diverged, match=r"step \d+ \(epoch 1\)"):
        run(lm, lr=1e12, clip=None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "adm"}, r"no optimizer is called 'adm'.*sgd, adagrad, adam"),
        ({"optimizer": "adam", "momentum": 0.9}, r"momentum is for sgd, got 0.9"),
        ({"batch_size": 2000}, r"1001 ids into 2000 columns"),
        ({"resume": True}, r"resume=True needs the checkpoint"),
        ({"average_from": 0}, r"average_from is the number of an epoch, from 1, got 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        run(model(), **change)


def test_resuming_with_other_settings_names_both(tmp_path):
    path = tmp_path / "m.safetensors"
    run(model(), checkpoint=path, epochs=1)
    with pytest.raises(ValueError, match=r"'window': 10.*'window': 11"):
        run(model(), checkpoint=path, window=11, resume=True)


def test_resuming_another_model_names_both(tmp_path):
    path = tmp_path / "m.safetensors"
    run(model(), checkpoint=path, epochs=1)
    with pytest.raises(ValueError, match=r"holds another model.*'gru'.*'rnn'"):
        run(model(cell="rnn"), checkpoint=path, resume=True)


def test_resuming_what_never_started_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"there is no checkpoint .*m\.last"):
        run(model(), checkpoint=tmp_path / "m.safetensors", resume=True)


def test_better_kernels_are_named_only_where_they_exist():
    assert "SkylakeX" in blas.advice("Haswell", blas.AVX512_FLAGS | {"sse"})
    assert blas.advice("Haswell", {"avx2"}) is None
    assert blas.advice("SkylakeX", blas.AVX512_FLAGS) is None
    assert blas.advice(None, blas.AVX512_FLAGS) is None


def test_numpys_kernels_have_a_name_where_it_brings_openblas():
    openblas = np.__config__.CONFIG["Build Dependencies"]["blas"]["name"]
    assert bool(blas.kernel()) is ("openblas" in openblas)


def test_progress_says_one_line_for_each_epoch(capsys):
    run(model(), epochs=2)
    assert capsys.readouterr().out == ""
    fit(model(), text(), epochs=2, lr=1.0, batch_size=4)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines if "epoch" in line] == ["epoch 1/2", "epoch 2/2"]
