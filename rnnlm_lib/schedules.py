"""Learning-rate schedules, shared by both halves.

A schedule is a function `schedule(epoch, history) -> factor`: the learning rate of an
epoch (counted from 0) is `factor` times the `lr` given to `fit`. It sees only the
history, never its own past, so a resumed run follows the same path.
"""

import math


def constant(epoch, history):
    """The same learning rate in every epoch.

    Built in chapter 5.
    """
    return 1.0


def decay_after(epochs, *, factor=0.5):
    """Keep the learning rate for some epochs, then multiply it by `factor` in each.

    Parameters
    ----------
    epochs : int
        Epochs at the full learning rate.
    factor : float
        What every later epoch multiplies by.

    Source: Zaremba, Sutskever & Vinyals 2014, section 4.1 (small model: 4 epochs, 0.5).

    Built in chapter 13.
    """

    def schedule(epoch, history):
        return factor ** max(epoch + 1 - epochs, 0)

    return schedule


def decay_on_plateau(*, factor=0.25):
    """Multiply the learning rate by `factor` after each epoch that set no new best.

    Parameters
    ----------
    factor : float
        What an epoch without a new lowest validation loss multiplies by.

    Built in chapter 13.
    """

    def schedule(epoch, history):
        best, stalls = math.inf, 0
        for nats in history.valid[:epoch]:
            stalls += nats >= best
            best = min(best, nats)
        return factor**stalls

    return schedule


def cosine(epochs, *, floor=0.0):
    """Fall from 1 to `floor` along half a cosine wave, `epochs` epochs long.

    Parameters
    ----------
    epochs : int
        Length of the fall; later epochs stay at `floor`.
    floor : float
        The last factor.

    Source: Loshchilov & Hutter 2017, eq. 5; differs: one fall, no restarts, one value
    per epoch.

    Built in chapter 13.
    """

    def schedule(epoch, history):
        fraction = min(epoch / epochs, 1.0)
        return floor + (1.0 - floor) * 0.5 * (1.0 + math.cos(math.pi * fraction))

    return schedule
