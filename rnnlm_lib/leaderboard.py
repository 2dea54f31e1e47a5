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
HALVES = {"scratch": "NumPy", "pytorch": "PyTorch"}


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
    """The rows of networks, one for each recipe, its seeds together.

    The halves compute the same gradients, so a seed counts in whichever it was run.

    Returns
    -------
    list of dict : title, recipe; test and valid perplexity, the median of the seeds;
        `tests`, all of them; halves, such as "NumPy, PyTorch"; parameters, history and
        config of the first seed; fastest, the history of the seed with the fewest
        seconds; peak_bytes of the first that recorded it, or None; published and source
        where there are
    """
    groups = defaultdict(list)
    for row in results.load("leaderboard")["rows"]:
        if row["config"]["corpus"] == corpus:
            groups[row["recipe"]].append(row)
    return [group(recipe, rows) for recipe, rows in groups.items()]


def group(recipe, rows):
    """One row for several seeds of a recipe."""
    rows = sorted(rows, key=lambda row: row["seed"])
    tests = [row["test_perplexity"] for row in rows]
    known = RECIPES[recipe].published
    return {
        "title": recipe.replace("-", " "),
        "recipe": recipe,
        "halves": ", ".join(sorted({HALVES[row["backend"]] for row in rows})),
        "test": float(np.median(tests)),
        "tests": tests,
        "valid": float(np.median([row["valid_perplexity"] for row in rows])),
        "peak_bytes": next((r["peak_bytes"] for r in rows if "peak_bytes" in r), None),
        "parameters": rows[0]["parameters"],
        "history": rows[0]["history"],
        "fastest": min(rows, key=lambda row: row["seconds"])["history"],
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
    """A table of rows in Markdown, the best perplexity last; of seeds, the median.

    Parameters
    ----------
    rows : of `counting` and `trained`

    Returns
    -------
    str
    """
    heads = ("model", "by", "numbers", "valid", "test", "seeds", "published test")
    lines = [f"| {' | '.join(heads)} | where |", "|:--|:--|--:|--:|--:|--:|--:|:--|"]
    for row in sorted(rows, key=lambda row: -(row["test"] or np.inf)):
        size = f"{row['parameters']:,}" if "parameters" in row else "counts"
        seeds = str(len(row["tests"])) if "tests" in row else "–"
        cells = [row["title"], row.get("halves", "NumPy"), size]
        cells += [perplexity(row["valid"]), perplexity(row["test"]), seeds]
        cells += [perplexity(row["published"], "–"), row["source"] or "–"]
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
