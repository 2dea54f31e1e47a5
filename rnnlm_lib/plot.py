"""Figures of the book: one style, one colour per model, inline SVG with alt text."""

from itertools import cycle

import numpy as np

from rnnlm_lib.style import (
    COLORS,
    DIVERGING,
    SEQUENTIAL,
    figure,
    model_style,
    show,
    to_svg,
    use_book_style,
)

__all__ = [
    "COLORS",
    "bars",
    "figure",
    "heatmap",
    "learning_curves",
    "lines",
    "model_style",
    "show",
    "to_svg",
    "use_book_style",
]

INK = COLORS["ngram"]
OTHERS = [COLORS[hue] for hue in ("vermillion", "purple", "sky", "yellow", "grey")]
LINE = 13  # points between two labels


def bars(labels, values, *, xlabel, color=INK, number="{:.2f}", ax=None):
    """Draw one horizontal bar per label, the first on top, with its value at its end.

    Parameters
    ----------
    labels : sequence of str
    values : sequence of float
    xlabel : str
        What is measured, with its unit.
    color : colour, or one per bar
    number : str
        Format of the values.
    ax : Axes, optional

    Returns
    -------
    Figure
    """
    if ax is None:
        _, ax = figure(height=0.6 + 0.3 * len(labels))
    drawn = ax.barh(range(len(labels)), values, color=color, height=0.62, alpha=0.85)
    ax.bar_label(drawn, [number.format(value) for value in values], padding=4)
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0, labelsize="medium")
    ax.invert_yaxis()
    ax.set_xlabel(xlabel)
    return ax.figure


def lines(series, *, x=None, xlabel, ylabel, baseline=None, ax=None):
    """Draw one labelled line per series; several seeds become a median and its range.

    Parameters
    ----------
    series : dict of str to array (N,) or (seeds, N)
        A name that names a model gets that model's colour. NaN where a run has ended.
    x : array (N,), optional
        Shared abscissa; 1, 2, 3, ... if left out.
    xlabel, ylabel : str
        What is measured, with its unit, in lower case.
    baseline : dict of str to float, optional
        Horizontal lines to compare with.
    ax : Axes, optional
        Set its scales before: the labels are placed by them.

    Returns
    -------
    Figure
    """
    ax = figure()[1] if ax is None else ax
    others = cycle(OTHERS)
    ends = []
    for name, values in series.items():
        style = model_style(name) or {"color": next(others)}
        ends.append((name, *_median_and_range(ax, values, x, style), style["color"]))
    for name, level in (baseline or {}).items():
        ax.axhline(level, color=INK, lw=1, ls=(0, (2, 2)), zorder=0)
        ends.append((name, max(end[1] for end in ends), level, INK))
    if all(float(end[1]).is_integer() for end in ends) and ax.get_xscale() == "linear":
        ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    _label_ends(ax, ends)
    return ax.figure


def _median_and_range(ax, values, x, style):
    """Draw the runs of one series and return the point where its line ends."""
    values = np.atleast_2d(np.asarray(values, float))
    x = np.arange(1, values.shape[1] + 1) if x is None else np.asarray(x)
    middle = np.nanmedian(values, axis=0)
    few = len(values) == 1 and len(x) <= 12
    ax.plot(x, middle, marker="o" if few else None, **style)
    if len(values) > 1:
        low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
        ax.fill_between(x, low, high, color=style["color"], alpha=0.2, linewidth=0)
    return x[-1], middle[-1]


def _label_ends(ax, ends):
    """Name each line at its right end, moving names apart where they would touch."""
    ends = sorted(ends, key=lambda end: end[2])
    inches = [ax.transData.transform(end[1:3])[1] / ax.figure.dpi for end in ends]
    wanted = 72 * np.array(inches)
    moves = spread(wanted, LINE) - wanted
    for (name, x, y, color), move in zip(ends, moves, strict=True):
        leader = {"arrowstyle": "-", "color": color, "relpos": (0, 0.5)}
        ax.annotate(
            name,
            (x, y),
            xytext=(20, move),
            textcoords="offset points",
            verticalalignment="center",
            annotation_clip=False,
            arrowprops={**leader, "shrinkA": 2, "shrinkB": 4},
        )


def spread(places, gap):
    """Move sorted places apart, by equal shares, until neighbours are `gap` apart."""
    placed = np.array(places, float)
    for _ in range(100):
        overlap = np.maximum(gap - np.diff(placed), 0) / 2
        placed[1:] += overlap
        placed[:-1] -= overlap
    return placed


def learning_curves(runs, *, ylabel="loss (nats/token)", baseline=None, ax=None):
    """Draw validation loss over epochs for each model, its training loss faint behind.

    Parameters
    ----------
    runs : dict of str to list of History
        Seeds of each model: objects or dicts with `train` and `valid`, one loss per
        epoch. Line = median, band = range of the seeds that reached the epoch.
    ylabel : str
    baseline : dict of str to float, optional
        Horizontal lines to compare with, such as the true entropy.
    ax : Axes, optional

    Returns
    -------
    Figure
    """
    ax = figure()[1] if ax is None else ax
    for name, seeds in runs.items():
        color = (model_style(name) or {"color": COLORS["grey"]})["color"]
        train = np.nanmedian(_stack(seeds, "train"), axis=0)
        ax.plot(np.arange(1, len(train) + 1), train, color=color, lw=1, alpha=0.6)
    valid = {name: _stack(seeds, "valid") for name, seeds in runs.items()}
    return lines(valid, xlabel="epoch", ylabel=ylabel, baseline=baseline, ax=ax)


def _stack(seeds, field):
    """Losses (seeds, epochs) of runs that may have stopped early, NaN after the end."""
    runs = [s[field] if isinstance(s, dict) else getattr(s, field) for s in seeds]
    epochs = max(len(run) for run in runs)
    return np.array([[*run] + [np.nan] * (epochs - len(run)) for run in runs])


def heatmap(matrix, *, rows, cols, limit=None, number=None, label="", ax=None):
    """Draw a matrix as coloured cells: from 0 up, or from -limit to limit.

    Zero is the colour of the page, so the map reads the same on white and on black.

    Parameters
    ----------
    matrix : array (rows, cols)
    rows, cols : sequence of str
        Names of the rows and columns.
    limit : float, optional
        Magnitude of the strongest colour; 1 for what lies in [0, 1], else the largest.
    number : str, optional
        Format that writes each value into its cell.
    label : str
        What the colour measures, with its unit.
    ax : Axes, optional

    Returns
    -------
    Figure
    """
    matrix = np.asarray(matrix, float)
    if ax is None:
        _, ax = figure(height=0.9 + 0.26 * len(rows))
    look = _cell_colours(matrix, limit)
    ax.imshow(matrix, aspect="auto", interpolation="none", **look)
    ax.set_yticks(range(len(rows)), rows)
    letters = max(map(len, cols)) * len(cols)
    crowded = letters > 9 * ax.figure.get_figwidth()
    turned = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(len(cols)), cols, **(turned if crowded else {}))
    ax.tick_params(length=0)
    for (row, col), value in np.ndenumerate(matrix if number else np.empty((0, 0))):
        ax.text(col, row, number.format(value), ha="center", va="center_baseline")
    _add_key(ax, look, label)
    return ax.figure


def _cell_colours(matrix, limit):
    """Colour map and its range: one-sided from zero, or symmetric around it."""
    largest = float(np.abs(matrix).max())
    if matrix.min() < 0:
        limit = limit or largest
        return {"cmap": DIVERGING, "vmin": -limit, "vmax": limit}
    limit = limit or (1.0 if largest <= 1 else largest)
    return {"cmap": SEQUENTIAL, "vmin": 0.0, "vmax": limit}


def _add_key(ax, look, label):
    """Say beside a heat map what its colours mean."""
    low, high = look["vmin"], look["vmax"]
    key = ax.inset_axes([1.03, 0, 0.025, 1])
    shades = np.linspace(low, high, 65)[:, None]
    key.imshow(
        shades,
        aspect="auto",
        interpolation="none",
        origin="lower",
        extent=(0, 1, low, high),
        **look,
    )
    key.yaxis.tick_right()
    key.yaxis.set_label_position("right")
    ticks = sorted({low, 0.0, high})
    key.set(xticks=[], ylabel=label)
    key.set_yticks(ticks, [f"{tick:.2g}".replace("-", "−") for tick in ticks])
    for edge in (*ax.spines.values(), *key.spines.values()):
        edge.set(visible=True, linewidth=0.5, alpha=0.5)
