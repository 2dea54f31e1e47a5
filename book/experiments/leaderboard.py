"""Follow recipes on real corpora. Adds rows to results/leaderboard.json.

python book/experiments/leaderboard.py zaremba-small --seed 0

Without a name: all that a CPU can follow in hours. A run that was stopped goes
on from its checkpoint in `_build/runs`. A row takes from ten minutes to many
hours. The corpora are downloaded, or found in the folder RNNLM_DATA.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import rnnlm_lib
from rnnlm_lib import recipes, reproduce
from rnnlm_lib.commands.models import build_rnn, half

RUNS = Path(__file__).parents[2] / "_build" / "runs"
RESULTS = Path(rnnlm_lib.__file__).parent / "results" / "leaderboard.json"
ON_A_CPU = [
    name
    for name, recipe in recipes.RECIPES.items()
    if recipe.model["hidden_size"] <= 200
]


def follow(name, backend, seed, **options):
    """Train by one recipe, from its checkpoint if there is one: the row."""
    recipe = recipes.find(name)
    texts = reproduce.read_texts(recipe)
    config = {"vocab_size": len(texts.vocabulary), **recipe.model}
    model = build_rnn(backend, config, seed)
    RUNS.mkdir(parents=True, exist_ok=True)
    file = RUNS / f"{name}-{backend}-{seed}.safetensors"
    row = reproduce.reproduce(
        recipe,
        texts,
        model,
        half(backend, "train").fit,
        seed=seed,
        checkpoint=file,
        resume=file.with_suffix(".last.safetensors").is_file(),
        **options,
    )
    facts = {"recipe": name, "backend": backend, "seed": seed}
    row |= {"config": asdict(recipe), "corpus_sha256": texts.sha256}
    return facts | row | reproduce.provenance(__file__)


def add(row):
    """Put a row into the results, in place of an older one of the same run."""
    key = ("recipe", "backend", "seed")
    old = (
        json.loads(RESULTS.read_text("utf-8"))["rows"]
        if RESULTS.is_file()
        else []
    )
    rows = [r for r in old if any(r[k] != row[k] for k in key)] + [row]
    results = {"rows": sorted(rows, key=lambda r: [r[k] for k in key])}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def main():
    """Follow the recipes that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", nargs="*", default=ON_A_CPU)
    parser.add_argument("--backend", choices=("scratch", "pytorch"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bf16", action="store_true", help="PyTorch only")
    asked = parser.parse_args()
    options = {}
    if asked.bf16:
        import torch

        options["autocast"] = torch.bfloat16
    for name in asked.recipe:
        backend = asked.backend or recipes.find(name).halves[0]
        row = follow(name, backend, asked.seed, **options)
        add(row | {"precision": "bf16" if asked.bf16 else "float32"})
        print(f"{name}: test perplexity {row['test_perplexity']:.2f}")


if __name__ == "__main__":
    main()
