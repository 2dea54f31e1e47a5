"""Is a gradient right? Central differences, and a table for any number of opinions."""

from dataclasses import dataclass
from html import escape

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    """Gradient by central differences: (f(x + eps) - f(x - eps)) / (2 eps).

    Parameters
    ----------
    f : function of an array like x, returning a number
    x : array, of any shape
    eps : step; the error is of order eps**2, plus rounding of order 1e-16 / eps

    Returns
    -------
    gradient : float64 array like x

    Built in chapter 6.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + eps
        above = f(x)
        x[index] = kept - eps
        below = f(x)
        x[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def check_gradients(loss_and_grads, params, *, tolerance=1e-6, eps=1e-5):
    """Compare every gradient with central differences of the loss.

    Parameters
    ----------
    loss_and_grads : function of a dict like params -> loss, grads
    params : dict of float64 arrays; put the inputs in it to check theirs too
    tolerance : largest relative error that counts as equal
    eps : step of the central differences

    Returns
    -------
    report : GradientReport, one row for each parameter

    Raises
    ------
    ValueError : a parameter is not float64, too coarse for differences.

    Built in chapter 6.
    """
    for name, value in params.items():
        if value.dtype != np.float64:
            raise ValueError(
                f"central differences need float64, {name} is {value.dtype}: "
                "convert it with .astype(float)"
            )

    def differences(name):
        def loss_at(value):
            return loss_and_grads({**params, name: value})[0]

        return numerical_gradient(loss_at, params[name], eps)

    loss, grads = loss_and_grads(params)
    want = {name: differences(name) for name in params}
    # A difference of two losses is only known to their rounding: see smallest_scale.
    noise = 10 * np.finfo(np.float64).eps * max(1.0, abs(loss)) / eps
    columns = {"by hand": grads, "central differences": want}
    return _report(columns, tolerance, smallest_scale=noise / tolerance)


def compare(*, tolerance=1e-6, **columns):
    """Compare the gradients in the first column with those in each of the others.

    Parameters
    ----------
    tolerance : largest relative error that counts as equal
    columns : two or more dicts of arrays with the same names and shapes, such as
        ``by_hand=grads, central_differences=..., autograd=...``

    Returns
    -------
    report : GradientReport, one row for each parameter

    Raises
    ------
    ValueError : the columns name different parameters, or shapes differ.

    Built in chapter 6.
    """
    if len(columns) < 2:
        raise ValueError(f"compare needs at least 2 columns, got {len(columns)}")
    named = {name.replace("_", " "): grads for name, grads in columns.items()}
    return _report(named, tolerance, smallest_scale=np.finfo(np.float64).tiny)


def _report(columns, tolerance, smallest_scale):
    checked, *others = columns
    for column in others:
        _check_same_parameters(checked, columns[checked], column, columns[column])
    errors = {}
    for name, got in columns[checked].items():
        wants = {column: np.asarray(columns[column][name]) for column in others}
        errors[name] = {
            column: float(
                np.abs(got - want).max() / max(np.abs(want).max(), smallest_scale)
            )
            for column, want in wants.items()
        }
    shapes = {name: np.shape(grad) for name, grad in columns[checked].items()}
    return GradientReport(checked, errors, shapes, tolerance)


def _check_same_parameters(checked, got, column, want):
    if got.keys() != want.keys():
        raise ValueError(
            f"{checked} and {column} must hold the same parameters, but "
            f"{sorted(got.keys() ^ want.keys())} stand in only one of them"
        )
    for name in got:
        if np.shape(got[name]) != np.shape(want[name]):
            raise ValueError(
                f"{name} must have one shape, got {np.shape(got[name])} in {checked} "
                f"and {np.shape(want[name])} in {column}"
            )


@dataclass(frozen=True)
class GradientReport:
    """Largest relative error of each gradient against each other way to compute it.

    The error is max|got - want| / max|want| over the elements of one parameter.
    Printed, and shown by a notebook, as a table.
    """

    checked: str
    errors: dict[str, dict[str, float]]
    shapes: dict[str, tuple[int, ...]]
    tolerance: float

    @property
    def worst(self):
        """The largest relative error of all (NaN if there is one)."""
        errors = [list(row.values()) for row in self.errors.values()]
        return float(np.max(errors, initial=0.0))

    @property
    def ok(self):
        """Whether every error is within the tolerance (NaN never is)."""
        return all(self._row_ok(name) for name in self.errors)

    def _row_ok(self, name):
        return all(error <= self.tolerance for error in self.errors[name].values())

    def _cells(self):
        columns = next(iter(self.errors.values()), {})
        yield ("parameter", "shape", *columns, "verdict")
        for name, row in self.errors.items():
            shape = "×".join(map(str, self.shapes[name])) or "1"
            verdict = "equal" if self._row_ok(name) else "DIFFERENT"
            yield (name, shape, *(f"{error:.1e}" for error in row.values()), verdict)

    def _caption(self):
        return (
            f"Largest relative error of the gradients {self.checked} against each "
            f"column; equal means at most {self.tolerance:.0e}."
        )

    def __str__(self):
        rows = list(self._cells())
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], self._caption()])

    def _repr_html_(self):
        head, *rows = self._cells()
        header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in rows
        )
        return (
            f"<table><caption>{escape(self._caption())}</caption>"
            f"<thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
        )
