"""Count the n-grams of a text: one sorted table per order, no loop over tokens.

An n-gram is one integer, its key: the row of its first n - 1 ids in the table of the
next lower order, times the vocabulary size, plus its last id. Sorting the keys counts
the n-grams; searching them finds one again. The table of order 1 has a row for every
id, seen or not, so that an id is its own row.
"""

from dataclasses import dataclass

import numpy as np

from rnnlm_lib.lm import as_ids

ABSENT = -1  # an id that is not there, and the row of an n-gram that was never seen
BEYOND = np.iinfo(np.int64).max  # ends every table, so that no search runs off it


@dataclass(frozen=True)
class Counts:
    """The M distinct n-grams of one order, sorted by key.

    `keys` (M + 1,) ends with BEYOND; `seen` (M,) says how often each occurs; `left`
    (M,) how many different ids stand before it. An occurrence with nothing before it,
    at the start of a sentence or of the stream, counts each time as one more such id.
    """

    keys: np.ndarray
    seen: np.ndarray
    left: np.ndarray


def count_ngrams(ids, order, vocab_size, *, boundary=None):
    """Count the n-grams of a stream of ids, for every n up to `order`.

    Parameters
    ----------
    ids : integers (T,), all below vocab_size.
    boundary : the id that ends every sentence, or None for one unbroken stream. No
        n-gram reaches across it: it is the last id of one sentence and the first
        context of the next, and the text starts as if it had just been read.

    Returns
    -------
    list of `Counts`, one for each n = 1 .. order. In the highest, `left` is `seen`.

    Built in chapter 2.
    """
    ids = as_ids(ids, vocab_size)
    start = ABSENT if boundary is None else boundary
    stream = np.concatenate([[start], ids])
    before = reach(stream, boundary)[:-1]
    keys, rows = np.arange(vocab_size), stream
    seen = np.bincount(ids, minlength=vocab_size)
    tables = []
    for n in range(2, order + 1):
        inside = before >= n - 1
        longer = _Distinct(rows[:-1][inside] * vocab_size + ids[inside])
        # A new id before an n-gram makes a new longer one; or there is none before it.
        new_before = before == n - 2
        new_before[inside] = longer.is_first()
        left = np.bincount(rows[1:][new_before], minlength=len(keys))
        tables.append(_table(keys, seen, left))
        keys, seen = longer.keys, longer.seen
        if n < order:  # nothing asks for the rows of the longest
            rows = np.full(len(stream), ABSENT)
            rows[1:][inside] = longer.rows()
    return [*tables, _table(keys, seen, seen)]


def context_rows(keys, stream, vocab_size, *, boundary=None):
    """Find the contexts of 0, 1, 2, ... ids that end at each position of a stream.

    Parameters
    ----------
    keys : the sorted keys of each order, as `count_ngrams` makes them.
    stream : integers (T, ...), time first; ABSENT where there is no id.

    Returns
    -------
    list of integers (T, ...), one for each context shorter than len(keys): its row in
        the table of its order, ABSENT where it was never seen or reaches too far.
    """
    within = reach(stream, boundary)
    rows = [np.zeros_like(stream), stream]
    for n in range(2, len(keys)):
        # What roll wraps round is masked: position 0 has no id before it.
        wanted = np.roll(rows[-1], 1, axis=0) * vocab_size + stream
        rows.append(np.where(within >= n, find(keys[n - 1], wanted), ABSENT))
    return rows[: len(keys)]


def reach(stream, boundary=None):
    """How many ids a context that ends at each position may hold.

    Returns integers like stream (T, ...): 0 at an ABSENT id, 1 at a boundary, and one
    more at each id after that.
    """
    position = np.arange(len(stream)).reshape(-1, *[1] * (stream.ndim - 1))
    start = np.where(stream == ABSENT, position + 1, 0)
    if boundary is not None:
        start = np.where(stream == boundary, position, start)
    return position + 1 - np.maximum.accumulate(start)


def find(keys, wanted):
    """Rows of the wanted keys in a sorted table, ABSENT where they are not in it."""
    flat = wanted.ravel()
    # Asked in order, neighbouring searches share cache lines: three times faster. The
    # negative keys of contexts without a row may stand anywhere: they are in no table.
    by_key = radix_argsort(flat)
    rows = np.empty_like(flat)
    rows[by_key] = np.searchsorted(keys, flat[by_key])
    rows = rows.reshape(wanted.shape)
    return np.where(keys[rows] == wanted, rows, ABSENT)


def spell_out(keys, n, vocab_size):
    """The ids (M, n) of all n-grams of order n, in the order of their keys."""
    rows, columns = np.arange(len(keys[n - 1]) - 1), []
    for table in reversed(keys[:n]):
        columns.append(table[rows] % vocab_size)
        rows = table[rows] // vocab_size
    return np.stack(columns[::-1], axis=1)


def estimate_discounts(counts, *, fallback=None):
    """What Kneser-Ney takes off counts of 0, 1, 2 and 3 or more: one triple per order.

    Source: Chen & Goodman 1998, eq. 26.

    Parameters
    ----------
    counts : integers (M,), of all n-grams of one order.
    fallback : three discounts for text that leaves one undefined or negative.

    Raises
    ------
    ValueError : the text does, and there is no fallback.

    Built in chapter 2.
    """
    n1, n2, n3, n4 = np.bincount(counts, minlength=5)[1:5]
    if min(n1, n2, n3) > 0:
        y = n1 / (n1 + 2 * n2)
        discounts = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        if min(discounts) >= 0:
            return np.array([0, *discounts])
    if fallback is None:
        raise ValueError(
            "Kneser-Ney cannot estimate the discounts of one order, of whose n-grams "
            f"{n1}, {n2}, {n3} and {n4} are counted 1, 2, 3 and 4 times: fit more "
            "text, or pass fallback_discounts=(0.5, 1.0, 1.5)"
        )
    if len(fallback) != 3 or not all(0 <= d <= j for j, d in enumerate(fallback, 1)):
        raise ValueError(
            f"need three fallback discounts of at most 1, 2 and 3, got {fallback}"
        )
    return np.array([0, *fallback])


def radix_argsort(keys):
    """The order that sorts integers (M,), none negative, 16 bits at a time.

    NumPy's stable sort takes linear time for 16-bit integers: three such passes over a
    million keys cost a third of one comparison sort.
    """
    by_key = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(16, int(keys.max(initial=0)).bit_length(), 16):
        digits = (keys >> shift).astype(np.uint16).take(by_key)
        by_key = by_key.take(np.argsort(digits, kind="stable"))
    return by_key


class _Distinct:
    """What np.unique finds in `given` (T,), from one radix sort.

    `keys` (M,) are the distinct ones in ascending order, `seen` (M,) how often each
    occurs.
    """

    def __init__(self, given):
        self.by_key = radix_argsort(given)
        ascending = given.take(self.by_key)
        self.new = np.ones(len(given), dtype=bool)
        self.new[1:] = ascending[1:] != ascending[:-1]
        self.keys = ascending[self.new]
        self.seen = np.diff(np.flatnonzero(self.new), append=len(given))

    def is_first(self):
        """Whether each given key (T,) is the first of its kind."""
        return self._as_given(self.new)

    def rows(self):
        """The row of each given key (T,) among the distinct ones."""
        return self._as_given(np.cumsum(self.new) - 1)

    def _as_given(self, ascending):
        given = np.empty_like(ascending)
        given[self.by_key] = ascending
        return given


def _table(keys, seen, left):
    return Counts(np.append(keys, BEYOND), _compact(seen), _compact(left))


def _compact(counts):
    """The same counts in the smallest unsigned integers that hold them."""
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))
