"""A progress bar: tqdm where it is installed, one plain line elsewhere."""

import sys


def bar(label, *, done, total, show):
    """A progress bar for use in a `with` statement.

    Parameters
    ----------
    label : str
    done, total : int, steps behind us, and in all
    show : bool, False for a bar that stays silent

    Returns
    -------
    bar with `update(steps)` and `set_postfix_str(text)`
    """
    try:
        from tqdm import tqdm
    except ImportError:
        return PlainBar(label, done=done, total=total, show=show)
    return tqdm(desc=label, initial=done, total=total, disable=not show, leave=False)


class PlainBar:
    """One line on the error stream, rewritten at each percent."""

    def __init__(self, label, *, done, total, show):
        self.label, self.done, self.total, self.show = label, done, total, show
        self.percent, self.text = None, ""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.show:
            print(file=sys.stderr)

    def set_postfix_str(self, text, refresh=True):
        """What to say beside the percentage."""
        self.text = text

    def update(self, steps=1):
        """Count steps, and rewrite the line when the percentage changes."""
        self.done += steps
        percent = 100 * self.done // self.total
        if self.show and percent != self.percent:
            line = f"\r{self.label}: {percent:3d} %, {self.text}"
            print(line, end="", file=sys.stderr, flush=True)
        self.percent = percent
