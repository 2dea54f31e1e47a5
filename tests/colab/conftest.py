"""Colab's packages in an environment of their own, made once and kept."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bookfiles import ROOT, SITE, address, needs_torch

HERE = Path(__file__).parent
CONSTRAINTS = HERE / "constraints.txt"
PACKAGES = "numpy pandas matplotlib ipython ipykernel ipywidgets tqdm safetensors"
PACKAGES += " setuptools wheel requests"
# As on Colab's machines; pyenv keeps those that are not on the path.
KEPT = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
PYTHONS = ("python3.13", *KEPT.glob("3.13*/bin/python"), "python3.12", sys.executable)


def pip(base, *arguments):
    """Run pip in an environment; return whether it succeeded."""
    command = [base / "bin" / "python", "-m", "pip", "install", "--quiet", *arguments]
    return subprocess.run(command).returncode == 0


def works(python):
    """Whether there is such a Python, with the means to make an environment."""
    found = shutil.which(python)  # it may be pyenv's shim with nothing behind it
    ask = [python, "-c", "import ensurepip"]
    return found and not subprocess.run(ask, capture_output=True).returncode


def install(base, python):
    """Make the environment."""
    subprocess.run([python, "-m", "venv", "--clear", base], check=True)
    assert pip(base, "-c", CONSTRAINTS, "pip")
    assert pip(base, "-c", CONSTRAINTS, *PACKAGES.split())
    (base / "ready").touch()


def install_torch(base):
    """Add Colab's torch where it can be had, else the lock's."""
    if not pip(base, "-c", CONSTRAINTS, "torch"):
        lock = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        (torch,) = [line for line in lock if line.startswith("torch==")]
        numpy = next(
            x for x in CONSTRAINTS.read_text().split() if x.startswith("numpy=")
        )
        print(f"Colab's torch is not to be had here: {torch} instead")
        assert pip(base, torch, numpy)
    (base / "has-torch").touch()


@pytest.fixture(scope="session")
def base():
    """An environment with Colab's packages."""
    python = next(p for p in PYTHONS if works(p))
    version = subprocess.check_output([python, "-VV"])
    recipe = CONSTRAINTS.read_bytes() + PACKAGES.encode() + version
    base = Path(sys.prefix) / f"colab-{hashlib.sha256(recipe).hexdigest()[:12]}"
    with base.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be making it
        if not (base / "ready").exists():
            install(base, python)
    return base


@pytest.fixture(scope="session")
def wheel():
    """The wheel that the book's site offers."""
    (wheel,) = SITE.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def colab(base, wheel):
    """Function from a notebook to what happened to it on a machine like Colab's."""
    alone = ["unshare", "--map-root-user", "--net"]
    lonely = shutil.which("unshare") and not subprocess.call([*alone, "true"])

    def run(notebook, site=None):
        if needs_torch(notebook) and not (base / "has-torch").exists():
            install_torch(base)
        site = site or address.site(address.current())
        command = [sys.executable, HERE / "standin.py", base, wheel, notebook, site]
        environment = {**os.environ, **({"ALONE": "1"} if lonely else {})}
        command = [*alone, *command] if lonely else command
        output = subprocess.check_output(command, env=environment, text=True)
        return json.loads(output.splitlines()[-1])

    return run
