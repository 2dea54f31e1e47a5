"""Every committed result says how it was measured, and its script is still the same."""

import hashlib
import json
from dataclasses import asdict

import numpy as np
import pytest
from bookfiles import ROOT

from rnnlm_lib import recipes, results

SCRIPTS = {path.stem: path for path in (ROOT / "book/experiments").glob("*.py")}
NEED_A_GPU = {"gpu_throughput": ROOT / "benchmarks/gpu.py"}
SCRIPTS |= NEED_A_GPU
FILES = {path.stem: path for path in (ROOT / "rnnlm_lib/results").glob("*.json")}
TEST_TOKENS = {
    "penn-treebank": 82_430,
    "wikitext-2": 245_569,
    "tiny-shakespeare": 55_770,
}
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


@pytest.mark.parametrize("name", ["counting", "agreement", "mixture"])
def test_the_script_of_quick_rows_has_not_changed_since(name):
    now = hashlib.sha256(SCRIPTS[name].read_bytes()).hexdigest()
    rows = results.load(name)["rows"]
    assert {row["script_sha256"] for row in rows} == {now}, f"rerun {name}.py"


def test_every_model_of_a_corpus_was_judged_by_the_same_tokens():
    for name in ("leaderboard", "counting"):
        for row in results.load(name)["rows"]:
            assert row["test_tokens"] == TEST_TOKENS[row["config"]["corpus"]]


def test_kneser_ney_is_where_the_papers_have_it():
    found = {
        (row["config"]["smoothing"], row["config"]["order"]): row["test_perplexity"]
        for row in results.load("counting")["rows"]
        if row["config"]["corpus"] == "penn-treebank"
    }
    assert found["kneser_ney", 3] == pytest.approx(148.28, abs=0.005)
    assert found["kneser_ney", 5] == pytest.approx(141.19, abs=0.005)
    assert found["uniform", 0] == pytest.approx(10_000)


def test_kneser_ney_agrees_as_often_as_it_did_elsewhere():
    [row] = [
        row
        for row in results.load("agreement")["rows"]
        if row["config"]["model"] == "kneser-ney-5"
    ]
    known = [0.660, 0.424, 0.369, 0.348, 0.325]  # measured before, with other code
    np.testing.assert_allclose(row["right"], known, atol=0.002)


def test_a_mixture_is_never_worse_than_its_parts_where_it_was_chosen():
    for row in results.load("mixture")["rows"]:
        valid = row["valid_perplexities"]
        assert min(valid) <= min(valid[0], valid[-1])


def test_each_row_of_the_leaderboard_followed_the_recipe_of_today():
    for row in results.load("leaderboard")["rows"]:
        recipe = json.loads(json.dumps(asdict(recipes.find(row["recipe"]))))
        assert row["config"] == recipe
        assert row["backend"] in recipe["halves"]


def runs(recipe):
    return [r for r in results.load("leaderboard")["rows"] if r["recipe"] == recipe]


def test_each_run_of_zaremba_small_is_within_three_percent_of_the_paper():
    published = recipes.find("zaremba-small").published.test
    found = runs("zaremba-small")
    assert {row["backend"] for row in found} == {"scratch", "pytorch"}
    for row in found:
        assert abs(row["test_perplexity"] / published - 1) < 0.03


@pytest.mark.parametrize(
    "recipe", ["zaremba-small", "zaremba-small-tied", "small-gru", "small-rnn"]
)
def test_a_headline_row_has_three_seeds(recipe):
    assert {row["seed"] for row in runs(recipe)} == {0, 1, 2}


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
