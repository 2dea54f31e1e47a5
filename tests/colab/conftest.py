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
PYTHONS = ("python3.13", "python3.12", sys.executable)


def pip(base, *arguments):
    """Run pip in an environment; return whether it succeeded."""
    command = [base / "bin" / "python", "-m", "pip", "install", "--quiet", *arguments]
    return subprocess.run(command).returncode == 0


def works(python):
    """Whether there is such a Python, with the means to make an environment."""
    found = shutil.which(python)  # it may be a shim with nothing behind it
    ask = [python, "-c", "import ensurepip"]
    return found and not subprocess.run(ask, capture_output=True).returncode


def install(base):
    """Make the environment."""
    python = next(p for p in PYTHONS if works(p))
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
def colab():
    """Function from a notebook to what happened to it on a machine like Colab's."""
    recipe = CONSTRAINTS.read_bytes() + PACKAGES.encode() + sys.version.encode()
    name = f"colab-{hashlib.sha256(recipe).hexdigest()[:12]}"
    base = Path(sys.prefix) / name
    with base.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be making it
        if not (base / "ready").exists():
            install(base)
    (wheel,) = SITE.glob("*.whl")
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
