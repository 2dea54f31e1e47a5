"""Training in PyTorch: the scratch half's numbers, whole after a kill, and shared."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnlm_lib import checkpoint
from rnnlm_lib.pytorch.model import RNNLM
from rnnlm_lib.pytorch.train import Data, Diverged, fit
from rnnlm_lib.scratch.model import RNNLM as ScratchRNNLM
from rnnlm_lib.scratch.train import fit as scratch_fit

V, E, H = 7, 4, 6
QUIET = {"batch_size": 4, "window": 5, "clip": 0.5, "progress": False}


def data(rng):
    return Data(rng.integers(V, size=400), rng.integers(V, size=60), first=0)


def model(seed=0, **options):
    return RNNLM(V, E, H, generator=torch.Generator().manual_seed(seed), **options)


@pytest.mark.parametrize(
    ("optimizer", "lr"), [("sgd", 1.0), ("adagrad", 0.1), ("adam", 0.01)]
)
def test_both_halves_record_the_same_history(optimizer, lr, rng):
    one = ScratchRNNLM(V, E, H, dtype=np.float64, rng=rng)
    other = model().double()
    other.load_params(one.params)
    text, options = data(rng), QUIET | {"epochs": 3, "lr": lr, "optimizer": optimizer}
    options |= {"average_from": 2}
    first = scratch_fit(one, text, **options)
    second = fit(other, text, device="cpu", **options)
    np.testing.assert_allclose(first.train, second.train, rtol=1e-7)
    np.testing.assert_allclose(first.valid, second.valid, rtol=1e-7)
    for name, value in other.export_params().items():
        np.testing.assert_allclose(one.params[name], value, atol=1e-7)


def test_a_checkpoint_of_one_half_opens_in_the_other(rng, tmp_path):
    text, options = data(rng), QUIET | {"epochs": 1, "lr": 1.0}
    fit(model(), text, device="cpu", checkpoint=tmp_path / "m.safetensors", **options)
    params, meta, _ = checkpoint.load(tmp_path / "m.safetensors")
    numpy_model = ScratchRNNLM(**meta["config"], rng=rng)
    numpy_model.load_params(params)
    torch_model = RNNLM(**meta["config"])
    torch_model.load_params(numpy_model.params)
    ids = rng.integers(V, size=(5, 3))
    scores = [
        m.score(ids, ids, m.initial_state(3))[0] for m in (numpy_model, torch_model)
    ]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-4)


def test_dropout_depends_on_the_seed_and_on_nothing_else(rng):
    text, options = data(rng), QUIET | {"epochs": 1, "lr": 1.0, "device": "cpu"}
    torch.manual_seed(1)
    first = fit(model(dropout=0.3), text, seed=5, **options)
    torch.manual_seed(2)
    second = fit(model(dropout=0.3), text, seed=5, **options)
    other = fit(model(dropout=0.3), text, seed=6, **options)
    assert first.train == second.train != other.train


def test_training_leaves_torchs_own_random_numbers_alone(rng):
    learner = model(dropout=0.3)
    before = torch.get_rng_state()
    fit(learner, data(rng), epochs=1, lr=1.0, device="cpu", **QUIET)
    assert torch.equal(before, torch.get_rng_state())


# torch.compile reads .grad of tensors that have none, and torch warns about itself.
@pytest.mark.filterwarnings("default:The .grad attribute of a Tensor:UserWarning")
@pytest.mark.parametrize("extra", [{"autocast": torch.bfloat16}, {"compile": "eager"}])
def test_precision_and_compilation_leave_the_loss_nearly_as_it_is(extra, rng):
    text, options = data(rng), QUIET | {"epochs": 1, "lr": 1.0, "device": "cpu"}
    plain, other = fit(model(), text, **options), fit(model(), text, **options, **extra)
    assert plain.train[0] == pytest.approx(other.train[0], rel=0.01)


def test_a_loss_that_is_no_number_stops_and_names_the_step(rng):
    broken = model()
    torch.nn.init.constant_(broken.decoder.bias, float("nan"))
    with pytest.raises(Diverged, match="step 1 "):
        fit(broken, data(rng), epochs=1, lr=1.0, device="cpu", **QUIET)


SCRIPT = """
import json, sys, time
import numpy as np, torch
from rnnlm_lib.pytorch.model import RNNLM
from rnnlm_lib.pytorch.train import Data, fit, TorchLearner
from rnnlm_lib.pytorch import distributed

out, resume, pause = sys.argv[1], sys.argv[2] == "resume", float(sys.argv[3])
rng = np.random.default_rng(0)
text = Data(rng.integers(7, size=2000), rng.integers(7, size=60), first=0)
model = RNNLM(7, 4, 6, dropout=0.2 if pause >= 0 else 0.0,
              generator=torch.Generator().manual_seed(0))
update = TorchLearner.update
def slowly(self, lr):
    update(self, lr)
    time.sleep(max(pause, 0))
TorchLearner.update = slowly
history = fit(model, text, epochs=2, lr=1.0, batch_size=4, window=10, optimizer="adam",
              schedule=lambda epoch, history: 0.01, clip=0.5, average_from=1,
              checkpoint=out + ".safetensors", save_every=7, progress=False,
              device="cpu", resume=resume)
if distributed.rank() == 0:
    facts = {"train": history.train, "valid": history.valid,
             "sum": [float(abs(v).sum()) for v in model.export_params().values()]}
    open(out + ".json", "w").write(json.dumps(facts))
if torch.distributed.is_initialized():
    torch.distributed.destroy_process_group()
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "run.py"
    path.write_text(SCRIPT)
    return path


def test_a_killed_run_goes_on_to_the_same_numbers(script, tmp_path):
    whole, broken = str(tmp_path / "whole"), str(tmp_path / "broken")
    run = [sys.executable, str(script)]
    subprocess.run([*run, whole, "new", "0"], check=True)
    victim = subprocess.Popen([*run, broken, "new", "0.02"])
    last = tmp_path / "broken.last.safetensors"
    while not last.exists() or checkpoint.load(last).meta["position"]["steps"] < 60:
        time.sleep(0.1)
        assert victim.poll() is None
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    subprocess.run([*run, broken, "resume", "0"], check=True)
    results = [json.loads(Path(name + ".json").read_text()) for name in (whole, broken)]
    assert results[0] == results[1]


def test_two_processes_learn_what_one_learns_from_the_joint_batch(script, tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    subprocess.run([sys.executable, str(script), one, "new", "-1"], check=True)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    address = ["--master-addr", "127.0.0.1", "--master-port", str(free_port())]
    subprocess.run([*torchrun, *address, str(script), two, "new", "-1"], check=True)
    results = [json.loads(Path(name + ".json").read_text()) for name in (one, two)]
    for fact in results[0]:
        assert results[0][fact] == pytest.approx(results[1][fact], rel=1e-5)


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_columns_that_cannot_be_shared_are_refused(monkeypatch):
    from rnnlm_lib.pytorch import distributed

    monkeypatch.setattr(distributed, "world_size", lambda: 3)
    with pytest.raises(ValueError, match="20 columns cannot be shared by 3 processes"):
        distributed.own_columns(20)
