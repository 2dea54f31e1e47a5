"""The README's speed table is what was measured, and a step costs what was agreed."""

import json
import re
from itertools import product

import pytest
from bookfiles import ROOT

from benchmarks import small
from benchmarks.memory import needed, peak
from benchmarks.models import Shape

README = (ROOT / "README.md").read_text("utf-8")
MEASURED = json.loads((ROOT / "benchmarks/results.json").read_text("utf-8"))
ROWS = re.findall(r"^\| ([^|]+, [^|]+)((?: \| [\d.]+){4}) \|$", README, re.M)


def measured(what, against, kernel):
    """The ratio with these kernels, whether OpenBLAS chose them or was told to."""
    [row] = [
        row
        for row in MEASURED["rows"]
        if (row["what"], row["against"]) == (what, against)
        and row["kernel"].removesuffix(" (chosen)") == kernel
    ]
    return f"{row['ratio']:.2f}"


@pytest.mark.parametrize(("what", "numbers"), ROWS)
def test_a_row_of_the_readme_was_measured(what, numbers):
    columns = product(("PyTorch", "products"), ("Haswell", "SkylakeX"))
    assert numbers.split(" | ")[1:] == [measured(what, *column) for column in columns]


def test_the_readme_has_every_step_that_was_timed_beside_pytorch():
    timed = {row["what"] for row in MEASURED["rows"] if row["against"] == "products"}
    assert {what for what, _ in ROWS} == timed


def test_the_sentence_on_ngrams_was_measured():
    ratios = {
        row["task"]: row["ratio"]
        for row in MEASURED["ngrams"]
        if row["corpus"] == "penn-treebank" and "ratio" in row
    }
    assert f"trains {ratios['fit KN3']:.0f} times" in README
    assert f"scores {ratios['score KN3']:,.0f} times" in README


def test_the_other_sentences_were_measured():
    ratio = {(row["what"], row["against"]): row["ratio"] for row in MEASURED["rows"]}
    textbook = ratio["LSTM, H=200, V=10,000", "textbook"]
    epoch = ratio["PTB epoch, 2 threads, wall", "PyTorch"]
    memory = [value for (_, against), value in ratio.items() if against == "count"]
    assert f"takes {textbook:.1f} times as long" in README
    assert f"takes {epoch:.2f} of PyTorch's time" in README
    assert f"is {min(memory):.2f} to {max(memory):.2f} of what we count" in README


@pytest.mark.parametrize("cell", small.LIMITS)
def test_a_step_makes_no_more_calls_and_takes_no_more_memory_than_agreed(cell):
    most_calls, most_memory, _, _ = small.LIMITS[cell]
    shape = Shape(cell, **small.COUNTED)
    assert small.calls(cell) <= most_calls
    assert peak(shape) <= most_memory * needed(shape)
