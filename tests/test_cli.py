"""The command line, from training to sampling, and its refusals."""

import os
import re
import socket
import subprocess
import sys

import numpy as np
import pytest

from rnnlm_lib import checkpoint, corpora
from rnnlm_lib.cli import main

TINY = (
    "train --corpus python-docs --max-tokens 3000 --max-vocab 50 --hidden-size 8 "
    "--num-layers 1 --epochs 1 --lr 5"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one small model of each kind."""
    folder = tmp_path_factory.mktemp("models")
    assert run(f"{TINY} --out {folder}/word.safetensors") == 0
    assert run(f"{TINY} --level char --cell gru --out {folder}/char.safetensors") == 0
    assert run(f"{TINY} --model ngram --order 3 --out {folder}/n.safetensors") == 0
    return folder


def run(command):
    """Exit code of a command, given as one string."""
    return main(command.split())


@pytest.mark.parametrize("name", ["word", "char", "n"])
def test_evaluate_reports_perplexity_and_both_units(folder, name, capsys):
    assert run(f"evaluate {folder}/{name}.safetensors --split valid") == 0
    out = capsys.readouterr().out
    assert out.startswith("python-docs valid: perplexity ")
    assert "bits/token" in out
    assert "nats/token" in out


@pytest.mark.parametrize("name", ["word", "char", "n"])
def test_sample_goes_on_from_the_prompt(folder, name, capsys):
    command = f"sample {folder}/{name}.safetensors --length 20 --temperature 0.8"
    assert run(f"{command} --top-k 10 --prompt The") == 0
    first = capsys.readouterr().out
    assert first.startswith("The")
    assert "<unk>" not in first
    assert run(f"{command} --top-k 10 --prompt The") == 0
    assert capsys.readouterr().out == first


def test_both_backends_find_the_same_perplexity(folder, capsys):
    command = f"evaluate {folder}/word.safetensors --split valid --backend"
    assert [run(f"{command} {backend}") for backend in ("scratch", "pytorch")] == [0, 0]
    ours, theirs = (
        float(line.split("perplexity ")[1].split(",")[0])
        for line in capsys.readouterr().out.splitlines()
        if "perplexity" in line
    )
    assert ours == pytest.approx(theirs, abs=0.011)


def test_the_file_holds_the_vocabulary_and_the_history(folder):
    meta = checkpoint.load(folder / "word.safetensors").meta
    assert len(meta["vocabulary"]) == meta["config"]["vocab_size"] == 50
    assert len(meta["history"]["valid"]) == 1


def test_training_can_be_resumed(folder, capsys):
    command = f"{TINY} --out {folder}/word.safetensors --resume".split()
    command[command.index("--epochs") + 1] = "2"
    assert main(command) == 0
    assert "epoch 2/2" in capsys.readouterr().out


def test_the_mean_of_epochs_can_be_kept(tmp_path):
    assert run(f"{TINY} --average-from 1 --out {tmp_path}/mean.safetensors") == 0
    last = checkpoint.load(tmp_path / "mean.last.safetensors")
    kept = checkpoint.load(tmp_path / "mean.safetensors")
    for name, value in kept.params.items():
        np.testing.assert_array_equal(last.state[f"mean/{name}"], value)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("evaluate nowhere.safetensors", "there is no checkpoint nowhere.safetensors"),
        ("train --corpus nothing --out x.safetensors", "there is no corpus 'nothing'"),
        (f"{TINY} --tie-weights --embedding-size 5 --out x", "got 5 and 8"),
        (f"{TINY} --out nowhere/x.safetensors", "there is no folder nowhere"),
        (f"{TINY} --batch-size 4000 --out x", "ids into 4000 columns"),
        (f"{TINY} --model ngram --order 0 --out x", "order must be 1"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(command, message, capsys):
    assert run(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("rnnlm: ")
    assert message in error
    assert error.count("\n") == 1


def test_a_file_without_vocabulary_is_refused(tmp_path, capsys):
    checkpoint.save(tmp_path / "m.safetensors", {})
    assert run(f"sample {tmp_path}/m.safetensors") == 2
    assert "holds no vocabulary" in capsys.readouterr().err


def test_an_unknown_option_ends_with_exit_code_2(capsys):
    with pytest.raises(SystemExit) as stop:
        run("train --no-such-option")
    assert stop.value.code == 2
    assert "usage: rnnlm" in capsys.readouterr().err


def test_a_corpus_answers_to_its_short_name(monkeypatch, tmp_path, capsys):
    asked = []
    corpus = corpora.Corpus("x", "a b\n" * 50, "a b\n" * 9, "a\n", "nowhere", "none")
    monkeypatch.setattr(corpora, "load", lambda name: asked.append(name) or corpus)
    small = "--hidden-size 8 --num-layers 1 --epochs 1 --lr 1 --batch-size 2"
    file = tmp_path / "m.safetensors"
    assert run(f"train --corpus ptb {small} --out {file}") == 0
    assert run(f"evaluate {file} --corpus ptb") == 0
    assert asked == ["penn-treebank", "penn-treebank"]
    assert "penn-treebank test: perplexity" in capsys.readouterr().out


def test_processes_that_cannot_share_the_work_are_refused(monkeypatch, capsys):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert run(f"{TINY} --out x.safetensors") == 2
    assert "started 2 processes" in capsys.readouterr().err


SHARED = (
    f"{TINY} --dropout 0 --batch-size 4 --window 10 --optimizer adam "
    "--lr 0.01 --backend pytorch"
)


def torchrun(command):
    """Output of a command that two processes share."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    address = ["--master-addr", "127.0.0.1", "--master-port", str(port)]
    start = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*start, *address, "-m", "rnnlm_lib", *command.split()],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def losses(output):
    """Training and validation loss, the perplexity and lr of each epoch's line."""
    lines = re.findall(r"epoch .* s$", output, re.MULTILINE)
    return [re.sub(r", [\d,]+ s$", "", line) for line in lines]


def test_two_processes_train_and_resume_as_one_does(tmp_path, capsys):
    one, two = (f"{tmp_path}/{name}.safetensors" for name in ("one", "two"))
    longer = SHARED.replace("--epochs 1", "--epochs 2")
    assert run(f"{longer} --out {one}") == 0
    alone = losses(capsys.readouterr().out)
    first = torchrun(f"{SHARED} --out {two}")
    second = torchrun(f"{longer} --out {two} --resume")
    for output in (first, second):
        assert output.count("epoch ") == output.count("wrote ") == 1
    assert losses(first) == [alone[0].replace("1/2", "1/1")]
    assert losses(second) == [alone[1]]
    shared = [checkpoint.load(file).meta["history"]["valid"] for file in (one, two)]
    assert shared[0] == pytest.approx(shared[1], rel=1e-5)


def test_the_scratch_backend_never_loads_torch(folder):
    code = (
        "import sys; from rnnlm_lib.cli import main; "
        f"main(['evaluate', '{folder}/n.safetensors']); "
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert done.returncode == 0
