"""Files of corpora: found on disk or downloaded, and never believed unchecked."""

import hashlib
import os
import re
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from http.client import HTTPException
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

USER_AGENT = "rnnlm_lib (course book)"
TIMEOUT = 30


class CorpusError(ValueError):
    """A corpus cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class RemoteFile:
    """A file as its publisher announces it.

    Attributes
    ----------
    path : str
        Where it lies under RNNLM_DATA and in the cache.
    size : int
        Bytes.
    digest : str
        SHA-256, or MD5 where the publisher states nothing else, in hexadecimal.
    url : str
        Where it is downloaded from; unused for a member of an archive.
    archive : RemoteFile or None
        The zip that holds it.
    member : str
        Its name in that zip.
    """

    path: str
    size: int
    digest: str
    url: str = ""
    archive: "RemoteFile | None" = None
    member: str = ""


def cache_folder():
    """Folder of downloaded files: RNNLM_CACHE, or ~/.cache/rnnlm."""
    return Path(os.environ.get("RNNLM_CACHE") or "~/.cache/rnnlm").expanduser()


def data_folder():
    """Folder named by RNNLM_DATA, which is looked into first, or None."""
    name = os.environ.get("RNNLM_DATA")
    if not name:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise CorpusError(
            f"RNNLM_DATA names {name}, which is not a folder: correct it or unset it"
        )
    return folder


def fetch(file):
    """Content of a file: from RNNLM_DATA, else the cache, else its archive or the web.

    Wherever it comes from, size and digest must be the announced ones.

    Parameters
    ----------
    file : RemoteFile

    Returns
    -------
    bytes

    Raises
    ------
    CorpusError
        If the file cannot be had whole; nothing is left on disk then.
    """
    for folder in filter(None, (data_folder(), cache_folder())):
        path = folder / file.path
        if path.is_file():
            return _verified(path.read_bytes(), file, str(path), "delete this file")
    if file.archive:
        return _unpack(fetch(file.archive), file)
    return _download(file)


def _download(file):
    data = _verified(_receive(file), file, file.url, "try again later")
    target = cache_folder() / file.path
    try:
        _write(data, target)
    except OSError as error:
        raise CorpusError(
            f"cannot write {target} ({error.strerror}): "
            "set RNNLM_CACHE to a folder that can be written"
        ) from error
    return data


def _receive(file):
    """At most one byte more than announced, so that a flood stops early."""
    request = Request(file.url, headers={"User-Agent": USER_AGENT})
    try:
        with urlopen(request, timeout=TIMEOUT) as response:
            kind = response.headers.get_content_type()
            data = response.read(file.size + 1)
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        raise CorpusError(
            f"cannot download {file.url} ({error}): connect to the network, "
            f"or put the file at {cache_folder() / file.path}"
        ) from error
    if kind == "text/html" or data.lstrip()[:1] == b"<":
        raise CorpusError(
            f"{file.url} answers with a web page, not the file: use another network, "
            f"or put the file at {cache_folder() / file.path}"
        )
    return data


def _verified(data, file, where, remedy):
    if len(data) > file.size:
        raise CorpusError(
            f"{where} has more than the announced {file.size:,} bytes: {remedy}"
        )
    if len(data) < file.size:
        raise CorpusError(
            f"{where} was cut after {len(data):,} of {file.size:,} bytes: {remedy}"
        )
    algorithm = "md5" if len(file.digest) == 32 else "sha256"
    found = hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
    if found != file.digest:
        raise CorpusError(
            f"{where} is corrupt, its {algorithm.upper()} is {found[:12]}... "
            f"instead of {file.digest[:12]}...: {remedy}"
        )
    return data


def _write(data, target):
    """Write all or nothing: readers see the whole file under its name, or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(handle, "wb") as part:
            part.write(data)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


def _unpack(data, file):
    """One member of a zip, read in memory; no name in the zip is ever a path here."""
    where = file.archive.url
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                if ".." in re.split(r"[/\\]", name) or name.startswith(("/", "\\")):
                    raise CorpusError(
                        f"{where} holds {name!r}, a path outside the zip: "
                        f"do not use it, get {file.path} from somebody you trust"
                    )
            with archive.open(file.member) as stream:
                member = stream.read(file.size + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise CorpusError(
            f"{where} is no zip that holds {file.member} ({error}): "
            f"get {file.path} from somebody you trust"
        ) from error
    return _verified(member, file, f"{file.member} in {where}", "do not use this zip")
