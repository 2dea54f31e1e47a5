"""A server on this machine that sends files as the published book's host does."""

import contextlib
import gzip
import threading
from functools import lru_cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SMALLER_AS_GZIP = {".html", ".css", ".js", ".svg", ".json"}


@lru_cache(maxsize=256)
def compressed(path: Path, changed: int) -> bytes:
    """Return a file's bytes, packed as they travel."""
    return gzip.compress(path.read_bytes(), 6)


def sent(path: Path) -> bytes:
    """Return the bytes that travel for a file."""
    if path.suffix in SMALLER_AS_GZIP:
        return compressed(path, path.stat().st_mtime_ns)
    return path.read_bytes()


class LikePages(SimpleHTTPRequestHandler):
    """Sends texts packed, and lets the browser keep what it got."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Send one file, or say that there is none."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = sent(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in SMALLER_AS_GZIP:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Keep no log."""


@contextlib.contextmanager
def served(folder: Path):
    """Serve a folder; yield its address."""

    def handler(*arguments):
        return LikePages(*arguments, directory=folder)

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
