"""The table of chapter 13 shows what was measured, and names what was not."""

import numpy as np
import pytest

from rnnlm_lib import leaderboard, results
from rnnlm_lib.recipes import RECIPES

RUN = {
    "recipe": "zaremba-small",
    "config": {
        "corpus": "penn-treebank",
        "model": {"embedding_size": 7, "hidden_size": 7},
    },
    "history": {"tokens": [10, 10], "valid": [5.0, 4.0]},
}


@pytest.fixture
def three_seeds(monkeypatch):
    rows = [
        RUN
        | {"seed": seed, "backend": half, "test_perplexity": test}
        | {"valid_perplexity": 120.0, "parameters": 1000 + seed}
        | {"seconds": 9.0 - seed, "history": RUN["history"] | {"steps": [seed]}}
        | ({"peak_bytes": 5000 + seed} if seed else {})
        for half, seed, test in (
            ("pytorch", 2, 114.0),
            ("scratch", 0, 113.0),
            ("scratch", 1, 115.0),
        )
    ]
    monkeypatch.setattr(results, "load", lambda name: {"rows": rows})
    return rows


def test_the_seeds_of_a_recipe_are_one_row_with_their_median(three_seeds):
    [row] = leaderboard.trained("penn-treebank")
    assert row["test"] == 114.0
    assert row["tests"] == [113.0, 115.0, 114.0]
    assert row["published"] == 114.5


def test_a_seed_counts_in_whichever_half_it_was_run(three_seeds):
    [row] = leaderboard.trained("penn-treebank")
    assert row["halves"] == "NumPy, PyTorch"
    assert row["parameters"] == 1000  # the first seed's, not the first of the file
    assert row["peak_bytes"] == 5001  # of the first seed that recorded it
    assert row["history"]["steps"] == [0]
    assert row["fastest"]["steps"] == [2]
    line = leaderboard.markdown([row]).splitlines()[-1]
    assert "| NumPy, PyTorch | 1,000 | 120.0 | 114.0 | 3 | 114.5 |" in line


def test_a_recipe_that_nobody_followed_is_owed(three_seeds):
    owed = leaderboard.owed()
    assert "zaremba-small" not in owed
    assert set(owed) == RECIPES.keys() - {"zaremba-small"}


def test_the_table_has_a_line_for_each_row_and_infinity_in_its_place():
    rows = leaderboard.counting("penn-treebank")
    table = leaderboard.markdown(rows)
    assert len(table.splitlines()) == len(rows) + 2
    assert "| 2-gram, relative frequencies | NumPy | counts | ∞ | ∞ | – |" in table
    assert "| 148.3 | – | 148.3 | Mikolov et al. 2011 (from memory) |" in table
    assert table.splitlines()[-1].startswith("| 5-gram, Kneser–Ney")


def test_every_row_of_the_results_is_in_a_table():
    rows = results.load("leaderboard")["rows"]
    seeds = [
        len(row["tests"])
        for corpus in {row["config"]["corpus"] for row in rows}
        for row in leaderboard.trained(corpus)
    ]
    assert sum(seeds) == len(rows)


@pytest.mark.parametrize("tied", [False, True])
def test_training_costs_six_operations_for_each_weight_and_token(three_seeds, tied):
    [row] = leaderboard.trained("penn-treebank")
    row["config"] = {"model": row["config"]["model"] | {"tie_weights": tied}}
    multiplied = 1000 - (0 if tied else 20 * 7)
    expected = 6 * multiplied * np.array([10, 20])
    np.testing.assert_array_equal(leaderboard.training_flops(row, 20), expected)
