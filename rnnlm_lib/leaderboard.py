"""The table of chapter 13: the committed rows, and those that are still owed."""

from collections import defaultdict

import numpy as np

from rnnlm_lib import results
from rnnlm_lib.recipes import RECIPES

SMOOTHINGS = {
    "mle": "relative frequencies",
    "add_k": "add-1",
    "interpolated": "interpolated",
    "kneser_ney": "Kneser–Ney",
}
KNOWN = {  # perplexity of models that count: published, and where
    ("penn-treebank", "kneser_ney", 3): (148.3, "Mikolov et al. 2011 (from memory)"),
    ("penn-treebank", "kneser_ney", 5): (141.2, "Mikolov & Zweig 2012"),
}


def counting(corpus):
    """The rows of models that count, one for each smoothing and order.

    Returns
    -------
    list of dict : title, test and valid perplexity (None for infinity), bytes, seconds,
        published and source where there are
    """
    found = []
    for row in results.load("counting")["rows"]:
        config = row["config"]
        if config["corpus"] == corpus:
            smoothing, order = config["smoothing"], config["order"]
            known = KNOWN.get((corpus, smoothing, order), (None, None))
            title = f"{order}-gram, {SMOOTHINGS.get(smoothing)}" if order else "uniform"
            found.append(
                {
                    "title": title,
                    "test": row["test_perplexity"],
                    "valid": row["valid_perplexity"],
                    "bytes": row["bytes"],
                    "seconds": row["seconds"],
                    "published": known[0],
                    "source": known[1],
                }
            )
    return found


def trained(corpus):
    """The rows of networks, one for each recipe and half, its seeds together.

    Returns
    -------
    list of dict : title, recipe, backend; test and valid perplexity, the median of the
        seeds, and `tests`, all of them; parameters, seconds, history of the first seed,
        published and source where there are
    """
    groups = defaultdict(list)
    for row in results.load("leaderboard")["rows"]:
        if row["config"]["corpus"] == corpus:
            groups[row["recipe"], row["backend"]].append(row)
    return [group(*key, rows) for key, rows in groups.items()]


def group(recipe, backend, rows):
    """One row for several seeds of a recipe."""
    tests = [row["test_perplexity"] for row in rows]
    known = RECIPES[recipe].published
    half = "NumPy" if backend == "scratch" else "PyTorch"
    return {
        "title": f"{recipe.replace('-', ' ')}, {half}",
        "recipe": recipe,
        "backend": backend,
        "test": float(np.median(tests)),
        "tests": tests,
        "valid": float(np.median([row["valid_perplexity"] for row in rows])),
        "parameters": rows[0]["parameters"],
        "seconds": float(np.median([row["seconds"] for row in rows])),
        "history": rows[0]["history"],
        "config": rows[0]["config"],
        "published": known and known.test,
        "source": known and known.source,
    }


def owed():
    """Names of the recipes that nobody has followed yet, in the order of RECIPES."""
    rows = results.load("leaderboard")["rows"]
    done = {row["recipe"] for row in rows}
    return [name for name in RECIPES if name not in done]


def markdown(rows):
    """A table of rows in Markdown, the best perplexity last.

    Parameters
    ----------
    rows : of `counting` and `trained`

    Returns
    -------
    str
    """
    lines = ["| model | numbers | valid | test | seeds | published test | where |"]
    lines.append("|:--|--:|--:|--:|--:|--:|:--|")
    for row in sorted(rows, key=lambda row: -(row["test"] or np.inf)):
        size = f"{row['parameters']:,}" if "parameters" in row else "counts"
        seeds = len(row["tests"]) if "tests" in row else "–"
        cells = [row["title"], size, perplexity(row["valid"]), perplexity(row["test"])]
        cells += [str(seeds), perplexity(row["published"], "–"), row["source"] or "–"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def perplexity(value, nothing="∞"):
    """A perplexity in words."""
    return nothing if value is None else f"{value:,.1f}"


def training_flops(row, vocab_size):
    """Floating-point operations of the training so far, after each epoch.

    A weight that is multiplied costs 2 operations a token forward and 4 backward. An
    untied embedding is only looked up.

    Parameters
    ----------
    row : of `trained`
    vocab_size : V

    Returns
    -------
    array (epochs,)
    """
    model = row["config"]["model"]
    looked_up = 0 if model.get("tie_weights") else vocab_size * model["embedding_size"]
    multiplied = row["parameters"] - looked_up
    return 6.0 * multiplied * np.cumsum(row["history"]["tokens"])
