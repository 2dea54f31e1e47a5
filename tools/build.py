"""Build the book and the wheel beside it; say where they are and how long it took."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"


def run(command: list[str]) -> None:
    """Run a command and pass on what it prints, but for one line per kernel."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        for line in process.stdout:
            if "[IPKernelApp]" not in line:
                print(line, end="", flush=True)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def build_pages() -> None:
    """Run the notebooks that changed and write the pages; a warning is an error."""
    program = Path(sys.executable).with_name("jupyter-book")
    book = [str(program), "build", str(ROOT / "book")]
    where = ["--toc", str(ROOT / "_toc.yml"), "--config", str(ROOT / "_config.yml")]
    how = ["--path-output", str(ROOT), "-W", "-n", "--keep-going", "-q"]
    run([*book, *where, *how])


def build_wheel() -> None:
    """Put the wheel that the notebooks' first cell installs beside the pages."""
    for old in SITE.glob("*.whl"):
        old.unlink()
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    build = ["--no-build-isolation", "--wheel-dir", str(SITE), str(ROOT)]
    leftovers = ROOT / "build"  # from here, removed modules would enter the wheel
    shutil.rmtree(leftovers, ignore_errors=True)
    run([*pip, *build])
    shutil.rmtree(leftovers, ignore_errors=True)


def main() -> int:
    """Build both."""
    start = time.perf_counter()
    try:
        build_pages()
        build_wheel()
    except subprocess.CalledProcessError as error:
        command = " ".join(error.cmd)
        print(f"The book was not built. This failed: {command}", file=sys.stderr)
        return 1
    seconds = time.perf_counter() - start
    print(f"The book is in {SITE / 'index.html'} ({seconds:.1f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
