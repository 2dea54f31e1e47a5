"""English prose that ships with every Python: help topics and docstrings.

The text is read from the running Python's own standard library, so it needs no
download, and differs a little between versions of Python.
"""

import ast
import functools
import re
import sysconfig
from pathlib import Path

FOLDERS = (
    "",
    "asyncio",
    "collections",
    "concurrent/futures",
    "email",
    "http",
    "importlib",
    "json",
    "logging",
    "multiprocessing",
    "unittest",
    "urllib",
    "wsgiref",
    "xml/sax",
    "xmlrpc",
)
LIST_MARK = re.compile(r"^(?:[-*•+]|\d+[.)]|\[\d+\]|\(\w\)|[a-z]\))\s+")
MARKUP = re.compile(r"\*\*?([^*\s][^*]*)\*\*?|``([^`]+)``|(?::\w+:)?`([^`]+)`")
QUOTED_WORD = re.compile(r'"([^"\s]+)"')
SENTENCE_BREAK = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)\s+(?=[\"'“(]*[A-Z])")
SENTENCE = re.compile(r"[A-Z][^=\[\]{}<>|_@#\\/~^`+*]{14,}[.!?]")
FEWEST_WORDS = 4


@functools.cache
def documents():
    """Prose of each help topic and each module, one sentence per line.

    Only whole sentences without programming symbols are kept, each once: signatures,
    examples and code are dropped.

    Returns
    -------
    tuple of str
        Topics, then modules, each by name; documents left empty are left out.
    """
    seen = set()
    texts = (*_help_topics(), *_docstrings())
    return tuple(filter(None, ("\n".join(prose(text, seen)) for text in texts)))


def _help_topics():
    try:
        from pydoc_data.topics import topics
    except ImportError:
        return []
    return [topics[name] for name in sorted(topics)]


def _docstrings():
    """All docstrings of each module, read from its source without importing it."""
    library = Path(sysconfig.get_path("stdlib"))
    files = (path for name in FOLDERS for path in sorted((library / name).glob("*.py")))
    return ["\n\n".join(_in_tree(ast.parse(path.read_bytes()))) for path in files]


def _in_tree(node):
    """Docstrings of a module, its classes and their functions, in order."""
    yield ast.get_docstring(node) or ""
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _in_tree(child)


def prose(text, seen):
    """Sentences of a text that are prose and were not seen before.

    Parameters
    ----------
    text : str
        A help topic or docstrings.
    seen : set of str
        Sentences to leave out; those returned are added.

    Returns
    -------
    iterator of str
    """
    for paragraph in re.split(r"\n[^\S\n]*\n", text):
        if ">>>" in paragraph:
            continue
        plain = LIST_MARK.sub("", " ".join(paragraph.split()))
        plain = MARKUP.sub(lambda match: match[match.lastindex], plain)
        plain = QUOTED_WORD.sub(r"\1", plain)
        for sentence in SENTENCE_BREAK.split(plain):
            if _is_prose(sentence) and sentence not in seen:
                seen.add(sentence)
                yield sentence


def _is_prose(sentence):
    return SENTENCE.fullmatch(sentence) and len(sentence.split()) >= FEWEST_WORDS
