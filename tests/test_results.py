"""Every committed result says how it was measured, and its script is still the same."""

import hashlib
import json
from dataclasses import asdict

import pytest
from bookfiles import ROOT

from rnnlm_lib import recipes, results

SCRIPTS = {path.stem: path for path in (ROOT / "book/experiments").glob("*.py")}
NEED_A_GPU = {"gpu_throughput": ROOT / "benchmarks/gpu.py"}
SCRIPTS |= NEED_A_GPU
FILES = {path.stem: path for path in (ROOT / "rnnlm_lib/results").glob("*.json")}
WHOLE = [name for name in sorted(FILES) if "rows" not in results.load(name)]


def test_each_script_has_results_and_each_result_a_script():
    assert FILES.keys() | NEED_A_GPU.keys() == SCRIPTS.keys()
    assert results.names() == FILES.keys()


@pytest.mark.parametrize("name", WHOLE)
def test_the_script_has_not_changed_since(name):
    now = hashlib.sha256(SCRIPTS[name].read_bytes()).hexdigest()
    assert results.load(name)["script_sha256"] == now, f"rerun {SCRIPTS[name].name}"


@pytest.mark.parametrize("name", WHOLE)
def test_three_seeds_or_more_were_run(name):
    assert len(results.load(name)["config"]["seeds"]) >= 3


def test_each_row_of_the_leaderboard_followed_the_recipe_of_today():
    for row in results.load("leaderboard")["rows"]:
        recipe = json.loads(json.dumps(asdict(recipes.find(row["recipe"]))))
        assert row["config"] == recipe
        assert row["backend"] in recipe["halves"]
        assert row["test_tokens"] == 82_430


def test_zaremba_small_in_numpy_is_within_three_percent_of_the_paper():
    rows = results.load("leaderboard")["rows"]
    key = ("zaremba-small", "scratch", 0)
    [found] = [r for r in rows if (r["recipe"], r["backend"], r["seed"]) == key]
    published = recipes.find("zaremba-small").published.test
    assert abs(found["test_perplexity"] / published - 1) < 0.03


def test_results_that_do_not_say_how_they_were_measured_are_refused(
    tmp_path, monkeypatch
):
    (tmp_path / "made_up.json").write_text(json.dumps({"perplexity": 1.0}))
    monkeypatch.setattr(results, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match="does not give config, machine, script"):
        results.load("made_up")


def test_results_that_are_not_there_name_the_script():
    with pytest.raises(ValueError, match=r"run book/experiments/nothing\.py"):
        results.load("nothing")
