"""From ids to arrays a model can read: streams, windows, padding and masks."""

import numpy as np


def batchify(ids, batch_size):
    """Cut one long text into B columns that are read side by side.

    Column b goes on where column b-1 ends. The N mod B ids at the end are left out.

    Parameters
    ----------
    ids : int array (N,)
    batch_size : int
        B, from 1 to N.

    Returns
    -------
    columns : int array (T, B), T = N // B

    Built in chapter 5.
    """
    ids = np.asarray(ids)
    if not 1 <= batch_size <= len(ids):
        raise ValueError(
            f"cannot cut {len(ids)} ids into {batch_size} columns: "
            f"choose a batch_size from 1 to {len(ids)}"
        )
    length = len(ids) // batch_size
    columns = ids[: length * batch_size].reshape(batch_size, length).T
    return np.ascontiguousarray(columns)


def bptt_windows(columns, window):
    """Windows of a stream for truncated backpropagation through time.

    Every id but the first of its column is a target exactly once; the last window may
    be shorter.

    Parameters
    ----------
    columns : int array (T, B)
        T at least 2.
    window : int
        Longest window, in time steps.

    Returns
    -------
    iterator of (inputs, targets), int arrays (t, B) with t <= window
        The target at each place is the input at the next.

    Built in chapter 5.
    """
    length = len(columns)
    if length < 2:
        raise ValueError(
            f"a window needs 2 time steps (read one, predict one), got {length}: "
            "use a longer text or a smaller batch_size"
        )
    if window < 1:
        raise ValueError(f"window must be at least 1 time step, got {window}")
    inputs, targets = columns[:-1], columns[1:]
    starts = range(0, length - 1, window)
    return ((inputs[t : t + window], targets[t : t + window]) for t in starts)


def pad(sequences, *, pad_id=0):
    """Put sequences of different lengths side by side.

    Parameters
    ----------
    sequences : B sequences of int
    pad_id : int
        Fills the places after the end of a sequence.

    Returns
    -------
    ids : int64 array (T, B), T the longest length
    mask : bool array (T, B)
        True where a sequence has an id, False where it is padding.

    Built in chapter 4.
    """
    if len(sequences) == 0:
        raise ValueError("there is nothing to pad: pass at least one sequence")
    lengths = np.array([len(sequence) for sequence in sequences])
    mask = np.arange(lengths.max())[:, None] < lengths
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    for b, sequence in enumerate(sequences):
        ids[: len(sequence), b] = sequence
    return ids, mask


def shift(ids, first):
    """Inputs for teacher forcing: each id moved one step later, `first` in front.

    Parameters
    ----------
    ids : int array (T,) or (T, B)
        The targets.
    first : int or int array (B,)
        What is read before the first target, usually `<eos>`.

    Returns
    -------
    inputs : int array, shape of ids

    Built in chapter 5.
    """
    ids = np.asarray(ids)
    inputs = np.empty_like(ids)
    inputs[:1] = first
    inputs[1:] = ids[:-1]
    return inputs
