"""A file arrives whole, or not at all and with one sentence that says why."""

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rnnlm_lib.download import CorpusError, RemoteFile, fetch

CONTENT = b"the cat sat on the mat\n" * 1000
PATH = "toy/cat.txt"


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Server(ThreadingHTTPServer):
    """Answers every request with `body`; `announced` is the length it claims."""

    body, announced, kind, status, moved = CONTENT, None, "text/plain", 200, None
    requests = 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.hung_up = threading.Event()

    def address(self, path="/cat.txt"):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests += 1
        if self.path == "/cat.txt" and self.server.moved:
            self.send_response(302)
            self.send_header("Location", self.server.moved)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = self.server.body
        self.send_response(self.server.status)
        self.send_header("Content-Type", self.server.kind)
        self.send_header("Content-Length", str(self.server.announced or len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.server.hung_up.set()

    def log_message(self, *_):
        """Keep the terminal for the tests."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "cache"
    monkeypatch.setenv("RNNLM_CACHE", str(folder))
    monkeypatch.delenv("RNNLM_DATA", raising=False)
    return folder


@pytest.fixture
def file(server, cache):
    return RemoteFile(PATH, len(CONTENT), digest(CONTENT), server.address())


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def refusal(file):
    """The one sentence with which a file is refused; nothing may be left on disk."""
    with pytest.raises(CorpusError) as caught:
        fetch(file)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_file_is_downloaded_once_and_then_found_in_the_cache(file, server, cache):
    assert fetch(file) == fetch(file) == CONTENT
    assert server.requests == 1
    assert files_in(cache) == [cache / PATH]


def test_a_redirect_to_the_file_is_followed(file, server):
    server.moved = "/elsewhere.txt"
    assert fetch(file) == CONTENT


def test_rnnlm_data_comes_before_cache_and_network(file, server, monkeypatch, tmp_path):
    (tmp_path / "data/toy").mkdir(parents=True)
    (tmp_path / "data" / PATH).write_bytes(CONTENT)
    monkeypatch.setenv("RNNLM_DATA", str(tmp_path / "data"))
    assert fetch(file) == CONTENT
    assert server.requests == 0


def test_a_file_that_rnnlm_data_lacks_is_downloaded(file, cache, monkeypatch, tmp_path):
    monkeypatch.setenv("RNNLM_DATA", str(tmp_path))
    assert fetch(file) == CONTENT
    assert files_in(cache) == [cache / PATH]


def test_a_cut_download_is_refused(file, server, cache):
    server.body, server.announced = CONTENT[:-7], len(CONTENT)
    assert "was cut after 22,993 of 23,000 bytes: try again" in refusal(file)
    assert files_in(cache) == []


def test_a_corrupt_download_is_refused(file, server, cache):
    server.body = CONTENT.replace(b"cat", b"dog", 1)
    message = refusal(file)
    assert f"instead of {digest(CONTENT)[:12]}" in message
    assert files_in(cache) == []


def test_a_flood_is_stopped(file, server, cache):
    server.body = CONTENT + bytes(50_000_000)
    assert "more than the announced 23,000 bytes" in refusal(file)
    assert files_in(cache) == []
    assert server.hung_up.wait(timeout=10)


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_a_redirect_to_a_web_page_is_refused(file, server, cache, kind):
    server.moved, server.kind = "/login", kind
    server.body = b"\n<!doctype html><title>Please log in</title>"
    message = refusal(file)
    assert "answers with a web page, not the file" in message
    assert str(cache / PATH) in message
    assert files_in(cache) == []


def test_a_missing_page_is_told_with_its_status(file, server, cache):
    server.status = 404
    message = refusal(file)
    assert "HTTP Error 404" in message
    assert str(cache / PATH) in message


def test_without_network_the_remedy_is_told(file, server, cache):
    free = RemoteFile(PATH, 1, "", "http://127.0.0.1:9/cat.txt")
    message = refusal(free)
    assert "cannot download http://127.0.0.1:9/cat.txt" in message
    assert "connect to the network, or put the file at" in message
    assert files_in(cache) == []


def test_a_cache_that_cannot_be_written_is_named(file, monkeypatch, tmp_path):
    (tmp_path / "occupied").write_text("not a folder")
    monkeypatch.setenv("RNNLM_CACHE", str(tmp_path / "occupied"))
    message = refusal(file)
    assert "cannot write" in message
    assert "set RNNLM_CACHE to a folder that can be written" in message


def test_a_full_disk_leaves_no_half_file(file, cache, monkeypatch):
    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rnnlm_lib.download.os.replace", no_space)
    assert "(No space left on device)" in refusal(file)
    assert files_in(cache) == []


@pytest.mark.parametrize(
    ("found", "complaint"), [(CONTENT[1:], "was cut"), (CONTENT[::-1], "is corrupt")]
)
def test_a_damaged_file_on_disk_is_named(file, server, cache, found, complaint):
    (cache / "toy").mkdir(parents=True)
    (cache / PATH).write_bytes(found)
    message = refusal(file)
    assert f"{cache / PATH} {complaint}" in message
    assert "delete this file" in message
    assert server.requests == 0


def test_rnnlm_data_that_is_no_folder_is_named(file, monkeypatch):
    monkeypatch.setenv("RNNLM_DATA", "/no/such/folder")
    assert refusal(file).startswith("RNNLM_DATA names /no/such/folder, which is not")


@pytest.fixture
def zipped(server, cache):
    """Function from the members of a zip to the file of it that is wanted."""

    def serve(members):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        server.body, size = buffer.getvalue(), len(buffer.getvalue())
        path, url = "toy/toy.zip", server.address("/toy.zip")
        archive = RemoteFile(path, size, digest(server.body), url)
        return RemoteFile(
            PATH, len(CONTENT), digest(CONTENT), archive=archive, member="cat.txt"
        )

    return serve


def test_a_member_of_a_zip_is_read(zipped, server, cache):
    file = zipped({"cat.txt": CONTENT})
    assert fetch(file) == fetch(file) == CONTENT
    assert server.requests == 1
    assert files_in(cache) == [cache / "toy/toy.zip"]


@pytest.mark.parametrize(
    "name", ["../evil.txt", "a/../../evil.txt", "/evil", "..\\evil"]
)
def test_a_zip_with_a_path_outside_is_refused(zipped, cache, tmp_path, name):
    file = zipped({"cat.txt": CONTENT, name: b"evil"})
    assert "a path outside the zip: do not use it" in refusal(file)
    assert files_in(tmp_path) == [cache / "toy/toy.zip"]


def test_a_zip_bomb_is_refused(zipped):
    file = zipped({"cat.txt": CONTENT + bytes(10_000_000)})
    assert "more than the announced 23,000 bytes: do not use this zip" in refusal(file)


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"cat.txt": CONTENT[::-1]}, "is corrupt"),
        ({"dog.txt": CONTENT}, "is no zip that holds cat.txt"),
    ],
)
def test_a_zip_without_the_right_member_is_refused(zipped, members, complaint):
    assert complaint in refusal(zipped(members))


def test_a_file_that_is_no_zip_is_refused(zipped, server, cache):
    file = zipped({})
    (cache / "toy").mkdir(parents=True)
    garbage = b"PK" + bytes(98)
    (cache / "toy/toy.zip").write_bytes(garbage)
    archive = RemoteFile("toy/toy.zip", 100, digest(garbage), file.archive.url)
    wanted = RemoteFile(PATH, 1, "", archive=archive, member="cat.txt")
    assert "is no zip that holds cat.txt" in refusal(wanted)
