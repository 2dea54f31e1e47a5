"""From text to ids and back: tokenisers and the vocabulary."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np

UNK = "<unk>"
EOS = "<eos>"

TOKEN = re.compile(rf"{UNK}|{EOS}|\d+(?:[.,]\d+)*|\w+(?:['’-]\w+)*|[^\w\s]")
PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
SENTENCE_BREAK = re.compile(
    r"(?<=[.!?])(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bMrs\.)(?<!\be\.g\.)(?<!\bi\.e\.)"
    r"\s+(?=[\"'“(]*[A-Z])"
)


def tokenize(text, *, lower=False):
    """Words and punctuation marks of a text, in order.

    Numbers such as 3.14, words such as don't or well-known, `<unk>` and `<eos>` stay
    whole. A text that is tokenised already needs only `text.split()`.

    Returns
    -------
    list of str

    Built in chapter 1.
    """
    return TOKEN.findall(text.lower() if lower else text)


def characters(text):
    """The characters of a text, in order, blanks and line ends included."""
    return list(text)


def sentences(text, *, lower=False):
    """Sentences of running prose, each a list of tokens.

    A sentence ends where a paragraph ends, or at `.`, `!` or `?` before a capital
    letter, except after Mr., Ms., Mrs., Dr., e.g. and i.e.

    Returns
    -------
    list of list of str
    """
    pieces = (
        piece
        for paragraph in PARAGRAPH_BREAK.split(text)
        for piece in SENTENCE_BREAK.split(paragraph)
    )
    return [tokens for piece in pieces if (tokens := tokenize(piece, lower=lower))]


def line_tokens(text, *, split=str.split):
    """Tokens of a text with one sentence per line, `<eos>` after every line.

    This is how Penn Treebank and WikiText-2 are counted: split at blanks, and an empty
    line is an `<eos>` alone. For running prose pass `split=tokenize`.

    Parameters
    ----------
    text : str
    split : function from str to list of str

    Returns
    -------
    list of str

    Built in chapter 1.
    """
    lines = text.removesuffix("\n").split("\n")
    return [token for line in lines for token in [*split(line), EOS]]


class Vocabulary:
    """Distinct tokens in sorted order, numbered 0 to V-1.

    Parameters
    ----------
    tokens : iterable of str
        Each token once.

    Attributes
    ----------
    tokens : tuple of str
        `tokens[i]` has id i.
    unk_id, eos_id : int or None
        Ids of `<unk>` and `<eos>`; None where the vocabulary lacks them.

    Built in chapter 1.
    """

    def __init__(self, tokens):
        self.tokens = tuple(sorted(tokens))
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        if len(self._ids) < len(self.tokens):
            twice = next(a for a, b in pairwise(self.tokens) if a == b)
            raise ValueError(
                f"a vocabulary holds each token once, got {twice!r} twice: "
                "use Vocabulary.from_tokens(tokens) to count a text"
            )
        self.unk_id = self._ids.get(UNK)
        self.eos_id = self._ids.get(EOS)

    @classmethod
    def from_tokens(cls, tokens, *, min_count=1, max_size=None, specials=(UNK, EOS)):
        """Vocabulary of the tokens of a text, the most frequent first if not all fit.

        Parameters
        ----------
        tokens : iterable of str
            A text; tokens come as often as they occur.
        min_count : int
            Tokens seen less often are left out.
        max_size : int or None
            Largest size, specials included; ties at the edge go by the alphabet.
        specials : iterable of str
            Kept whatever their counts.
        """
        specials = set(specials)
        if max_size is not None and max_size < len(specials):
            raise ValueError(
                f"max_size {max_size} has no room for the {len(specials)} special "
                "tokens: raise it, or pass fewer specials"
            )
        counts = Counter(tokens)
        kept = [t for t in counts if counts[t] >= min_count and t not in specials]
        if max_size is not None:
            kept.sort(key=lambda token: (-counts[token], token))
            kept = kept[: max_size - len(specials)]
        return cls(specials.union(kept))

    def __len__(self):
        return len(self.tokens)

    def __contains__(self, token):
        return token in self._ids

    def __repr__(self):
        return f"Vocabulary of {len(self):,} tokens"

    def encode(self, tokens):
        """Ids of tokens; an unknown token becomes `<unk>`.

        Parameters
        ----------
        tokens : iterable of str, n tokens
            A string is taken letter by letter, which needs a vocabulary of characters.

        Returns
        -------
        ids : int64 array (n,)

        Raises
        ------
        ValueError
            For an unknown token when the vocabulary has no `<unk>`.
        """
        if isinstance(tokens, str) and not self._is_of_characters():
            raise ValueError(
                f"encode needs a list of tokens, got the string {tokens[:40]!r}: "
                "split it first, for example with tokenize(text)"
            )
        if self.unk_id is None:
            ids = [self._known(token) for token in tokens]
        else:
            ids = [self._ids.get(token, self.unk_id) for token in tokens]
        return np.array(ids, dtype=np.int64)

    def decode(self, ids):
        """Tokens of ids.

        Parameters
        ----------
        ids : iterable of int, n ids

        Returns
        -------
        tokens : list of str, n tokens
        """
        return [self._token(int(i)) for i in ids]

    def _is_of_characters(self):
        return all(len(token) == 1 or token in (UNK, EOS) for token in self.tokens)

    def _known(self, token):
        if token in self._ids:
            return self._ids[token]
        raise ValueError(
            f"token {token!r} is not in the vocabulary, which has no {UNK}: "
            f"build it with {UNK} among its tokens, or leave the token out"
        )

    def _token(self, i):
        if 0 <= i < len(self):
            return self.tokens[i]
        raise ValueError(
            f"id {i} is outside 0..{len(self) - 1}: "
            f"decode with the vocabulary that encoded it (this one has {len(self)})"
        )
