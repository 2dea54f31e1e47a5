"""Recipes are data: valid, complete, and each runs in small in both halves."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from rnnlm_lib import cli, corpora, recipes, reproduce
from rnnlm_lib.commands.models import build_rnn, half
from rnnlm_lib.learner import Data
from rnnlm_lib.recipes import RECIPES, Recipe
from rnnlm_lib.reproduce import Texts
from rnnlm_lib.text import EOS, Vocabulary

SIZES = {"embedding_size": 5, "hidden_size": 5}
PUBLISHED = [name for name, recipe in RECIPES.items() if recipe.published]
RUNS = [(name, h) for name, recipe in RECIPES.items() for h in recipe.halves]


def small_texts():
    """A text in which every word follows from the one before."""
    vocabulary = Vocabulary.from_tokens(["a", "b", "c", EOS])
    ids = vocabulary.encode(["a", "b", "c", EOS] * 60)
    first = int(vocabulary.encode([EOS])[0])
    return Texts(vocabulary, Data(ids, ids[:80], first), ids[:120], "0" * 64)


def in_small(recipe):
    """The same recipe with a model and a text that take no time."""
    training = recipe.training | {"epochs": 2, "batch_size": 3, "window": 7}
    return replace(recipe, model=recipe.model | SIZES, training=training)


@pytest.mark.parametrize(("name", "backend"), RUNS)
def test_a_recipe_runs_in_small(name, backend, tmp_path):
    recipe, texts = in_small(RECIPES[name]), small_texts()
    config = {"vocab_size": len(texts.vocabulary), **recipe.model}
    model = build_rnn(backend, config, 0)
    fit = half(backend, "train").fit
    file = tmp_path / "model.safetensors"
    options = {"checkpoint": file, "progress": False}
    row = reproduce.reproduce(recipe, texts, model, fit, **options)
    assert row["test_tokens"] == 120
    assert 1 <= row["test_perplexity"] < math.inf
    assert len(row["history"]["valid"]) == 2
    assert json.loads(json.dumps(row)) == row


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_recipe_names_what_a_paper_reports(name):
    published = RECIPES[name].published
    assert 1 < published.test < (published.valid or math.inf)
    assert published.source[-1].isdigit()


def test_both_halves_start_from_the_same_parameters():
    recipe, texts = in_small(RECIPES["zaremba-small"]), small_texts()
    recipe = replace(recipe, training=recipe.training | {"lr": 1e-12})
    config = {"vocab_size": len(texts.vocabulary), **recipe.model}
    rows = []
    for backend in ("scratch", "pytorch"):
        model, fit = build_rnn(backend, config, 0), half(backend, "train").fit
        rows.append(reproduce.reproduce(recipe, texts, model, fit, progress=False))
    perplexities = [row["test_perplexity"] for row in rows]
    np.testing.assert_allclose(*perplexities, rtol=1e-6)
    assert rows[0]["parameters"] == rows[1]["parameters"]


def test_both_halves_feel_the_same_penalty():
    texts, pulls = small_texts(), []
    for backend in ("scratch", "pytorch"):
        config = {"vocab_size": len(texts.vocabulary), **SIZES, "cell": "rnn"}
        model = build_rnn(backend, config, 0)
        before = spread_out(model)
        options = {"epochs": 1, "lr": 0.1, "clip": None, "window": 7, "batch_size": 3}
        options["penalty"] = {"rnn.weight_hh_l0": 0.5}
        half(backend, "train").fit(model, texts.data, **options, progress=False)
        after = reproduce.params_of(model)
        pulls.append({name: after[name] - before[name] for name in before})
    for name, pull in pulls[0].items():
        np.testing.assert_allclose(pull, pulls[1][name], atol=1e-5)
    left = np.linalg.norm(pulls[0]["rnn.weight_hh_l0"] + before["rnn.weight_hh_l0"])
    assert left < 0.4 * np.linalg.norm(before["rnn.weight_hh_l0"])


def spread_out(model):
    """Give a model of either half the same first parameters."""
    params = reproduce.spread_out(
        reproduce.params_of(model), 0.1, np.random.default_rng(0)
    )
    model.load_params(params)
    return params


def test_a_recipe_can_open_the_forget_gates():
    recipe = in_small(RECIPES["small-lstm-forget-1"])
    model = build_rnn("scratch", {"vocab_size": 4, **recipe.model}, 0)
    reproduce.prepare(recipe, model, seed=0)
    for layer in ("l0", "l1"):
        biases = [model.params[f"rnn.bias_{kind}_{layer}"] for kind in ("ih", "hh")]
        np.testing.assert_allclose(sum(biases)[5:10], 1, rtol=1e-6)
        assert np.abs(sum(biases)[:5]).max() <= 0.2


def test_a_recipe_of_characters_reads_characters(monkeypatch):
    corpus = corpora.Corpus("x", "ab\nc\n", "a\n", "c\n", "nowhere", "none")
    monkeypatch.setattr(corpora, "load", lambda name: corpus)
    texts = reproduce.read_texts(RECIPES["shakespeare-rnn"])
    assert texts.vocabulary.decode(texts.data.train) == list("ab\nc\n")
    assert texts.vocabulary.decode([texts.data.first]) == ["\n"]


def test_a_recipe_for_no_corpus_is_refused():
    with pytest.raises(ValueError, match="there is no corpus 'pbt': choose one of"):
        Recipe("pbt", {}, {})


def test_a_recipe_with_no_schedule_is_refused():
    with pytest.raises(ValueError, match="no schedule 'halve': choose one of constant"):
        Recipe("penn-treebank", {}, {}, ("halve", {}))


def test_an_unknown_recipe_names_the_known_ones():
    with pytest.raises(ValueError, match="no recipe 'zaremba': choose one of zaremba-"):
        recipes.find("zaremba")


def small_recipes(monkeypatch):
    small = {name: in_small(recipe) for name, recipe in RECIPES.items()}
    monkeypatch.setattr(recipes, "RECIPES", small)
    monkeypatch.setattr(reproduce, "read_texts", lambda recipe: small_texts())


def test_one_command_trains_and_sets_the_papers_number_beside(
    monkeypatch, tmp_path, capsys
):
    small_recipes(monkeypatch)
    file = str(tmp_path / "model.safetensors")
    assert cli.main(["train", "--recipe", "zaremba-small", "--out", file]) == 0
    said = capsys.readouterr().out
    assert "test perplexity" in said
    assert "Zaremba et al. 2014, table 1: 114.5" in said
    assert cli.main(["sample", file, "--length", "4"]) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--corpus NAME, or --recipe NAME"),
        (["--recipe", "zaremba"], "there is no recipe 'zaremba'"),
        (
            ["--recipe", "zaremba-small", "--corpus", "names"],
            "zaremba-small learns from penn-treebank, not from names",
        ),
    ],
)
def test_what_cannot_be_followed_is_said(options, said, tmp_path, capsys):
    file = tmp_path / "model.safetensors"
    assert cli.main(["train", "--out", str(file), *options]) == 2
    assert said in capsys.readouterr().err
    assert not file.exists()
