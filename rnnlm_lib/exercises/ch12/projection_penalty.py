"""Press and Wolf's penalty on the projection, and its gradient."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _projection_penalty(bug, projection, strength):
    P = projection
    length = np.sqrt(np.sum(P**2))
    value, gradient = strength * length, strength * P / length
    if "squared" in bug:
        value, gradient = strength * length**2, 2 * strength * P
    if "half_squared" in bug:
        value, gradient = strength * length**2 / 2, strength * P
    if "absolute" in bug:
        value, gradient = strength * np.abs(P).sum(), strength * np.sign(P)
    if "two_norm" in bug:
        length = np.linalg.norm(P, 2)
        value, gradient = strength * length, strength * P / length
    if "spectral" in bug:
        u, s, v = np.linalg.svd(P, full_matrices=False)
        value, gradient = strength * s[0], strength * np.outer(u[:, 0], v[0])
    if "square_of_gradient" in bug:
        gradient = 2 * strength * P
    if "by_rows" in bug:
        rows = np.sqrt((P**2).sum(axis=1, keepdims=True))
        value, gradient = strength * rows.sum(), strength * P / rows
    if "strength_forgotten" in bug:
        gradient = P / length
    if "minus" in bug:
        gradient = -gradient
    return value, gradient


def _projection(rng):
    width, hidden = sizes(rng, 2)
    return rng.normal(size=(width, hidden)), rng.uniform(0.2, 0.6)


exercise = Exercise(
    name="projection_penalty",
    chapter=12,
    ref=_projection_penalty,
    make=_projection,
    returns=("value", "gradient"),
    bugs={
        "squared": Mistake("the squared length is the penalty", "trial"),
        "half_squared": Mistake(
            "half of the squared length is the penalty, as in weight decay", "trial"
        ),
        "square_of_gradient": Mistake(
            "the value is right, and the gradient is that of the squared length",
            "trial",
        ),
        "absolute": Mistake("the absolute values are added up", "trial"),
        "spectral": Mistake(
            "the largest stretch of the matrix is taken, the norm of chapter 7; here "
            "all its numbers are one long vector",
            "S-272",
        ),
        "two_norm": Mistake(
            "the length comes from np.linalg.norm with a 2; for a matrix that is its "
            "largest stretch, and without the 2 it is the length of all its numbers",
            "trial",
        ),
        "by_rows": Mistake("the lengths of the rows are added up", "trial"),
        "strength_forgotten": Mistake("the gradient is not scaled by lambda", "trial"),
        "minus": Mistake(
            "the gradient has the other sign; the optimiser subtracts it already",
            "generic",
        ),
    },
    done="You can add a penalty to any matrix of a model, and to its gradient.",
    hints=(
        "take one number p of the matrix. How does the length change when p does?",
        "the derivative of a square root has the square root below the line.",
    ),
    heading="Two sizes that must agree",
)
