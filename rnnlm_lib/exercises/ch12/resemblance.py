"""Do two tables put the same words close together?"""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _similarities(table, bug):
    if "centred" in bug:
        table = table - table.mean(axis=0)
    if "distances" in bug:
        return np.sqrt(((table[:, None] - table[None]) ** 2).sum(axis=2))
    if "products" in bug:
        return table @ table.T
    rows = table / np.sqrt((table**2).sum(axis=1, keepdims=True))
    return rows @ rows.T


def _resemblance(bug, first, second):
    one, other = _similarities(first, bug), _similarities(second, bug)
    pairs = np.triu_indices(len(first), 1)
    if "diagonal" in bug:
        pairs = np.indices(one.shape).reshape(2, -1)
    if "triangle_with_diagonal" in bug:
        pairs = np.triu_indices(len(first))
    x, y = one[pairs], other[pairs]
    if "ranks" in bug:
        x, y = (v.argsort().argsort().astype(float) for v in (x, y))
    if "not_centred" not in bug:
        x, y = x - x.mean(), y - y.mean()
    if "covariance" in bug:
        return (x * y).mean()
    r = (x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum())
    return r**2 if "squared" in bug else r


def _tables(rng):
    first, second = sizes(rng, 2, 4, 9)
    words = int(rng.integers(10, 14))
    one = rng.normal(size=(words, first)) * rng.uniform(0.4, 2.5, (words, 1)) + 0.5
    other = one @ rng.normal(size=(first, second)) + rng.normal(size=(words, second))
    return one, other


exercise = Exercise(
    name="resemblance",
    chapter=12,
    ref=_resemblance,
    make=_tables,
    bugs={
        "products": Mistake(
            "the products of the rows are compared; a cosine divides by both lengths",
            "trial",
        ),
        "distances": Mistake("distances are compared and not cosines", "trial"),
        "diagonal": Mistake(
            "each word's cosine with itself is counted, and each pair twice", "trial"
        ),
        "triangle_with_diagonal": Mistake(
            "each word's cosine with itself is counted; a word is no pair", "trial"
        ),
        "ranks": Mistake(
            "the ranks of the cosines are correlated, as on the page; here it is the "
            "cosines themselves",
            "trial",
        ),
        "not_centred": Mistake(
            "the means of the cosines are not taken away before they are multiplied",
            "trial",
        ),
        "centred": Mistake("the mean row is taken away from each table first", "trial"),
        "covariance": Mistake(
            "the covariance is returned; a correlation divides by both spreads",
            "generic",
        ),
        "squared": Mistake("the square of the correlation is returned", "generic"),
    },
    done="You can compare tables whose columns have nothing to do with each other.",
    hints=(
        "the tables may have different widths. What has the same shape for both?",
        "one cosine for each pair of words, from each table. Then one correlation.",
    ),
    heading="Which table is it?",
)
