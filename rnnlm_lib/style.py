"""The book's Matplotlib style, and the way from a figure to the page."""

import io
import sys
from pathlib import Path

try:
    import matplotlib.style
    from matplotlib.colors import LinearSegmentedColormap, to_rgba
    from matplotlib.figure import Figure
except ImportError as error:
    raise ImportError(
        "rnnlm_lib.plot draws with Matplotlib: pip install 'rnnlm_lib[book]'"
    ) from error

from rnnlm_lib.compact import compact
from rnnlm_lib.picture import COLORS, Picture

SEQUENTIAL = LinearSegmentedColormap.from_list(
    "book_sequential", [to_rgba(COLORS["rnn"], alpha) for alpha in (0, 1)]
)
DIVERGING = LinearSegmentedColormap.from_list(
    "book_diverging",
    [
        (0.0, to_rgba(COLORS["vermillion"], 1)),
        (0.5, to_rgba(COLORS["vermillion"], 0)),
        (0.5, to_rgba(COLORS["rnn"], 0)),
        (1.0, to_rgba(COLORS["rnn"], 1)),
    ],
)


def use_book_style():
    """Draw in the book's style from here on; call it once, at the top of a notebook."""
    matplotlib.style.use(Path(__file__).with_name("book.mplstyle"))


def figure(width=5.6, height=2.8, *, rows=1, cols=1, **options):
    """Make a figure that only `show` displays.

    Parameters
    ----------
    width, height : float
        Size in inches; the text column of the book is 7 wide.
    rows, cols : int
        Grid of axes.
    **options
        For `Figure.subplots`, such as `sharey=True`.

    Returns
    -------
    fig : Figure
    ax : Axes, or an array of them
    """
    fig = Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(rows, cols, **options)


def to_svg(fig):
    """Inline SVG of a figure, in the page's ink on no background; pyplot forgets it."""
    source = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "rnnlm"}):
        fig.savefig(source, format="svg", transparent=True, metadata={"Date": None})
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(fig)
    return compact(source.getvalue())


def show(fig, *, alt="", caption=None):
    """Make a figure a picture that displays itself, once.

    Parameters
    ----------
    fig : Figure
        Made by `figure`, by a function of this module, or by pyplot.
    alt : str
        What the figure shows, for a reader who cannot see it.
    caption : str, optional
        Sentence below the figure.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `alt` is empty.
    """
    return Picture(to_svg(fig), alt=alt, caption=caption)


def model_style(name):
    """Colour and dashes of a model by the words in its name; None if it names no model.

    "LSTM, 2 layers" is green, "LSTM (PyTorch)" green and dashed, "3-gram" ink.
    """
    words = name.lower().replace("-", "")
    model = next((m for m in ("lstm", "gru", "rnn") if m in words), None)
    if model is None and "gram" in words:
        model = "ngram"
    if model:
        return {"color": COLORS[model], "linestyle": "--" if "torch" in words else "-"}
    return None
