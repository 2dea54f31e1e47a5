"""Keep executed notebooks until the library changes.

jupyter-cache compares notebooks only. A notebook's outputs also depend on the library,
so the cache lives in a folder named after what is in `rnnlm_lib`; a new name makes
Sphinx read every page again.
"""

import hashlib
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def library_digest() -> str:
    """Return a name for the present state of the library, its tools and Python."""
    digest = hashlib.sha256(sys.version.encode())
    paths = [
        ROOT / "requirements.txt",
        *sorted((ROOT / "rnnlm_lib").rglob("*")),
    ]
    for path in paths:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache(app, config):
    """Point MyST-NB at the cache of this library, and drop those of older ones."""
    caches = Path(app.outdir).parent / ".jupyter_cache"
    cache = caches / library_digest()
    for old in caches.glob("*"):
        if old != cache and old.is_dir():
            shutil.rmtree(old)
    cache.mkdir(parents=True, exist_ok=True)
    config.nb_execution_cache_path = str(cache)


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", choose_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
