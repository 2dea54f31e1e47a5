"""Texts to learn from: one built in, the others downloaded once and checked.

load("python-docs")     real English prose, no download: ships with every Python
load("penn-treebank")   and all the others of NAMES: looked for in the folder
                        RNNLM_DATA, then in the cache, then downloaded
"""

import hashlib
import platform
from collections.abc import Callable
from dataclasses import dataclass

from rnnlm_lib import python_docs, sources
from rnnlm_lib.download import CorpusError, RemoteFile, fetch


@dataclass(frozen=True)
class Corpus:
    """A text in three parts.

    Attributes
    ----------
    name : str
    train, valid, test : str
        To learn from, to choose by, and to report on.
    source : str
        Where the text comes from.
    licence : str
        What may be done with it.

    Built in chapter 1.
    """

    name: str
    train: str
    valid: str
    test: str
    source: str
    licence: str

    @property
    def sha256(self):
        """SHA-256 of the three parts in UTF-8, in hexadecimal."""
        parts = "\0".join((self.train, self.valid, self.test))
        return hashlib.sha256(parts.encode()).hexdigest()

    def __repr__(self):
        sizes = [f"{len(part):,}" for part in (self.train, self.valid, self.test)]
        return f"Corpus {self.name}: {' / '.join(sizes)} characters"


@dataclass(frozen=True)
class Recipe:
    """Files of a corpus, and the function from their texts to three parts."""

    files: tuple[RemoteFile, ...]
    split: Callable
    licence: str


def load(name):
    """A corpus by its name, one of NAMES, or by its short name, such as "ptb".

    Returns
    -------
    Corpus

    Raises
    ------
    CorpusError
        In one sentence: what is wrong, and what to do.

    Built in chapter 1.
    """
    name = full_name(name)
    if name == "python-docs":
        return _python_docs()
    if name not in DOWNLOADS:
        raise CorpusError(
            f"there is no corpus {name!r}: choose one of {', '.join(NAMES)}"
        )
    recipe = DOWNLOADS[name]
    texts = [fetch(file).decode() for file in recipe.files]
    source = (recipe.files[0].archive or recipe.files[0]).url
    return Corpus(name, *recipe.split(*texts), source, recipe.licence)


def full_name(name):
    """The name of a corpus that is called by a short one; other names as they are."""
    return SHORT_NAMES.get(name, name)


def _python_docs():
    documents = python_docs.documents()
    if not documents:
        raise CorpusError(
            "this Python has no help topics and no source of its standard library: "
            "use a full installation, or load another corpus"
        )
    return Corpus(
        "python-docs",
        *_one_in_twenty(documents),
        source=f"help topics and docstrings of Python {platform.python_version()}",
        licence="Python Software Foundation License",
    )


def _one_in_twenty(documents):
    """18 of 20 documents to train, 1 to valid, 1 to test, of all lengths alike.

    The nine longest documents stay in train: one of them would be half of a test.
    """
    longest_first = sorted(range(len(documents)), key=lambda i: -len(documents[i]))
    valid, test = sorted(longest_first[9::20]), sorted(longest_first[10::20])
    train = sorted(set(longest_first).difference(valid, test))
    return tuple(
        "".join(documents[i] + "\n" for i in part) for part in (train, valid, test)
    )


def one_in_ten(items, separator):
    """Text of three parts: of ten items in turn 8 to train, 1 to valid, 1 to test."""
    train = [item for i, item in enumerate(items) if i % 10 < 8]
    parts = train, items[8::10], items[9::10]
    return tuple(separator.join(part) + separator for part in parts)


def _as_published(train, valid, test):
    return train, valid, test


def _in_order(text):
    """First 90 % to train, then 5 % to valid and 5 % to test."""
    first, second = int(0.9 * len(text)), int(0.95 * len(text))
    return text[:first], text[first:second], text[second:]


def _lines(text):
    return one_in_ten(text.split(), "\n")


def _blocks(text):
    """Sentences with one `word tag` per line, parted by an empty line."""
    blocks = text.strip().split("\n\n")
    return one_in_ten([b for b in blocks if not b.startswith("-DOCSTART-")], "\n\n")


def _labelled(negative, positive):
    """Lines of `0 or 1 <tab> sentence`, the two kinds in turn."""
    pairs = zip(negative.splitlines(), positive.splitlines(), strict=True)
    lines = [f"0\t{no.strip()}\n1\t{yes.strip()}" for no, yes in pairs]
    return one_in_ten(lines, "\n")


def _agreement(text, gold):
    """Lines of `position <tab> right <tab> wrong verb <tab> attractors <tab> sentence`.

    All of them are a test; there is nothing to learn from. Four verbs have a capital
    that their sentence lacks. In four other sentences right and wrong are one form.
    """
    pairs = zip(gold.lower().splitlines(), text.splitlines(), strict=True)
    lines = (f"{key}\t{sentence.removesuffix(' <eos>')}\n" for key, sentence in pairs)
    return "", "", "".join(lines)


DOWNLOADS = {
    "penn-treebank": Recipe(
        sources.PENN_TREEBANK, _as_published, "research only, not to be passed on"
    ),
    "tiny-shakespeare": Recipe(sources.TINY_SHAKESPEARE, _in_order, "public domain"),
    "wikitext-2": Recipe(sources.WIKITEXT_2, _as_published, "CC BY-SA 3.0"),
    "names": Recipe(sources.NAMES, _lines, "public domain"),
    "wikigold": Recipe(sources.WIKIGOLD, _blocks, "CC BY 4.0"),
    "sentence-polarity": Recipe(sources.SENTENCE_POLARITY, _labelled, "CC BY 4.0"),
    "linzen": Recipe(sources.LINZEN, _agreement, "CC BY-SA text, non-commercial"),
}
NAMES = ("python-docs", *DOWNLOADS)
SHORT_NAMES = {"ptb": "penn-treebank"}
