"""Follow recipes on real corpora. Adds rows to results/leaderboard.json.

python book/experiments/leaderboard.py zaremba-small --backend scratch --seed 0

A run that was stopped goes on from its checkpoint in `_build/runs`. A row
takes from half an hour to many hours. The corpora are downloaded, or found in
the folder RNNLM_DATA.
"""

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import rnnlm_lib
from rnnlm_lib import recipes, reproduce
from rnnlm_lib.commands.models import build_rnn, half

RUNS = Path(__file__).parents[2] / "_build" / "runs"
RESULTS = Path(rnnlm_lib.__file__).parent / "results" / "leaderboard.json"


def follow(name, backend, seed):
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
    )
    facts = {"recipe": name, "backend": backend, "seed": seed}
    script = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    row |= {"config": asdict(recipe), "corpus_sha256": texts.sha256}
    return facts | row | reproduce.provenance() | {"script_sha256": script}


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
    parser.add_argument("recipe", nargs="*", default=list(recipes.RECIPES))
    parser.add_argument(
        "--backend", choices=("scratch", "pytorch"), default="scratch"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in options.recipe:
        row = follow(name, options.backend, options.seed)
        add(row)
        print(f"{name}: test perplexity {row['test_perplexity']:.2f}")


if __name__ == "__main__":
    main()
