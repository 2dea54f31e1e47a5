"""Give every gate's recurrent matrix one spectral radius."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _size(bug, block):
    """What a block is divided by."""
    if "singular_value" in bug:
        return np.linalg.norm(block, 2)
    if "frobenius" in bug:
        return np.linalg.norm(block)
    values = np.linalg.eigvals(block)
    if "real_part" in bug:
        return np.abs(values.real).max()
    if "signed" in bug:
        return values.real.max()
    if "mean_modulus" in bug:
        return np.abs(values).mean()
    if "smallest" in bug:
        return np.abs(values).min()
    return np.abs(values).max()


def _set_spectral_radius(bug, weight, radius):
    hidden = weight.shape[1]
    blocks = weight.reshape(-1, hidden, hidden)
    found = np.array([_size(bug, block) for block in blocks])
    if "first_block" in bug:
        found[:] = found[0]
    if "inverted" in bug:
        factors = found / radius
    elif "no_radius" in bug:
        factors = 1 / found
    elif "not_divided" in bug:
        factors = np.full_like(found, radius)
    else:
        factors = radius / found
    return (blocks * factors[:, None, None]).reshape(weight.shape)


def _blocks(rng):
    count, hidden = sizes(rng, 2, 3, 6)
    weight = rng.normal(size=(count, hidden, hidden)) / np.sqrt(hidden)
    weight *= rng.uniform(0.5, 2, (count, 1, 1))
    return weight.reshape(-1, hidden), float(rng.uniform(1.2, 1.9))


exercise = Exercise(
    name="set_spectral_radius",
    chapter=7,
    ref=_set_spectral_radius,
    make=_blocks,
    bugs={
        "singular_value": Mistake(
            "each block is divided by its largest singular value; that is the bound "
            "for one step, not the rate of many",
            "trial",
        ),
        "frobenius": Mistake(
            "each block is divided by the root of its sum of squares", "trial"
        ),
        "real_part": Mistake(
            "only the real parts of the eigenvalues are looked at; a spiral has a "
            "size too",
            "trial",
        ),
        "signed": Mistake(
            "the largest real part is taken with its sign; eigenvalues are compared by "
            "their absolute value",
            "trial",
        ),
        "mean_modulus": Mistake(
            "the mean size of the eigenvalues is used; the largest one decides", "trial"
        ),
        "smallest": Mistake("the smallest eigenvalue is used", "generic"),
        "first_block": Mistake(
            "all blocks get the factor of the first one; each has its own radius",
            "trial",
        ),
        "inverted": Mistake("the factor is upside down", "generic"),
        "no_radius": Mistake(
            "every block has radius 1; the factor radius is missing", "trial"
        ),
        "not_divided": Mistake(
            "the blocks are multiplied by the radius without being divided by their "
            "own",
            "trial",
        ),
    },
    done="You can decide at the start whether gradients shrink or grow.",
    hints=(
        "what happens to the eigenvalues of a matrix when it is multiplied by a "
        "number? And does each block have the same ones?",
        "cut the rows into blocks of H. The radius of a block is the largest absolute "
        "value among its eigenvalues, complex ones too.",
    ),
    heading="Many steps: the spectral radius",
    switch_off={
        "the size (radius set to 1)": lambda weight, radius: (weight, 1.0),
        "all blocks but the first": lambda weight, radius: (
            weight[: weight.shape[1]],
            radius,
        ),
    },
)
