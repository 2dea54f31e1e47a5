"""A machine like Colab's: its versions, an empty folder, one notebook, no network.

    python standin.py BASE WHEEL NOTEBOOK SITE

Runs the notebook with nbmake in a throw-away environment on top of BASE (Colab's
packages) and prints one line of JSON: the error, seconds, peak memory, what pip added.
Loopback serves the wheel in place of SITE. Started under `unshare -rn`, the notebook
has no other network; elsewhere pip's index and proxy lead nowhere.
"""

import functools
import json
import os
import resource
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from fcntl import ioctl
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECONDS_PER_CELL = 300


def raise_loopback():
    """Switch on the loopback device, which a new network namespace has off."""
    up = struct.pack("16sH14s", b"lo", 0x1 | 0x40, b"")  # IFF_UP, IFF_RUNNING
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        ioctl(control, 0x8914, up)  # SIOCSIFFLAGS


def serve(folder):
    """Serve a folder on loopback; return its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Quiet, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def overlay(base, work):
    """Make an environment that sees BASE and takes what pip installs."""
    python = work / "overlay" / "bin" / "python"
    program = base / "bin" / "python"
    make = [program, "-m", "venv", "--without-pip", work / "overlay"]
    subprocess.run(make, check=True)
    ask = "import site; print(site.getsitepackages()[0])"
    below, above = (
        subprocess.check_output([p, "-c", ask], text=True).strip()
        for p in (program, python)
    )
    Path(above, "base.pth").write_text(f"{below}\n")
    return python, Path(above)


def register_kernel(python, work):
    """Tell Jupyter of the environment; return the folder to look in."""
    folder = work / "jupyter" / "kernels" / "colab"
    folder.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": command, "display_name": "colab", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(kernel))
    return work / "jupyter"


def surroundings(python, work, jupyter, index):
    """Return the only environment variables that the notebook sees."""
    return {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "HOME": str(work),
        "JUPYTER_PATH": str(jupyter),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_INDEX_URL": index,
        "HTTPS_PROXY": "http://127.0.0.1:9",  # where there is no namespace
    }


def execute(notebook):
    """Run a notebook with nbmake; return the error's text, or None."""
    from nbmake.nb_run import NotebookRun  # reads the environment when imported

    run = NotebookRun(notebook, default_timeout=SECONDS_PER_CELL, kernel="colab")
    error = run.execute().error
    return error and error.trace


def main(base, wheel, notebook, site):
    """Run the notebook; return what happened."""
    if os.environ.get("ALONE"):
        raise_loopback()
    address = serve(Path(wheel).parent)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        python, packages = overlay(Path(base), work)
        jupyter = register_kernel(python, work)
        os.environ.clear()
        os.environ.update(surroundings(python, work, jupyter, address))
        content = work / "content"
        content.mkdir()
        copy = content / "notebook.ipynb"
        copy.write_text(Path(notebook).read_text("utf-8").replace(site, address))
        version = subprocess.check_output([python, "-V"], text=True).strip()
        start = time.perf_counter()
        error = execute(copy)
        return {
            "error": error,
            "python": version,
            "seconds": round(time.perf_counter() - start, 1),
            "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
            "installed": sorted(
                p.name.split("-")[0] for p in packages.glob("*.dist-info")
            ),
            "left": sorted(p.name for p in content.iterdir() if p != copy),
        }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
