"""The command line, from training to sampling, and its refusals."""

import subprocess
import sys

import pytest

from rnnlm_lib import checkpoint
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


def test_the_scratch_backend_never_loads_torch(folder):
    code = (
        "import sys; from rnnlm_lib.cli import main; "
        f"main(['evaluate', '{folder}/n.safetensors']); "
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert done.returncode == 0
