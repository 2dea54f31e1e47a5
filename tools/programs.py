"""Make sure the system programs named on the command line are here.

As root on Debian a missing one is installed with apt. Elsewhere it is named; in CI
(`CI` set) a missing program is a failure, because a skipped test proves nothing.
Runs with the system's Python, before there is a virtual environment.
"""

import importlib.util
import os
import shutil
import subprocess
import sys

PACKAGES = {"venv": "python3-venv", "chromium": "chromium", "bwrap": "bubblewrap"}
OTHER_NAMES = {
    "chromium": ("chromium-browser", "google-chrome", "google-chrome-stable")
}


def found(name: str) -> bool:
    """Whether the program (or the module `venv` with its pip) is installed."""
    if name == "venv":
        return importlib.util.find_spec("ensurepip") is not None
    return any(shutil.which(n) for n in (name, *OTHER_NAMES.get(name, ())))


def install(names: list[str]) -> None:
    """Install the programs with apt, where we may."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = [PACKAGES[name] for name in names]
    print(f"apt-get install {' '.join(packages)}", flush=True)
    subprocess.run(["apt-get", "update", "-qq"], env=environment)
    command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL)


def main(names: list[str]) -> int:
    """Install what is missing; name what is missing still."""
    if not (3, 11) <= sys.version_info < (3, 14):
        here = ".".join(map(str, sys.version_info[:2]))
        remedy = "name another one, as in: make book PYTHON=python3.12"
        print(f"Python 3.11 to 3.13 is needed, not {here}: {remedy}", file=sys.stderr)
        return 1
    missing = [name for name in names if not found(name)]
    if missing:
        install(missing)
    missing = [name for name in missing if not found(name)]
    for name in missing:
        package = PACKAGES[name]
        print(f"{name} is missing: install the package {package}.", file=sys.stderr)
    needed = "venv" in missing or os.environ.get("CI", "") not in ("", "0", "false")
    return 1 if missing and needed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
