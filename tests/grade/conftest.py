"""Folders of submissions, and the cage that the tests need."""

import json
import os

import pytest
from bookfiles import NOTEBOOKS, notebooks

from rnnlm_lib.grading.cage import Limits, refusal


@pytest.fixture(scope="session")
def caged():
    """Limits of a cage; without bubblewrap nothing is proved, so CI must have it."""
    reason = refusal(Limits())
    if reason:
        if os.environ.get("CI"):
            pytest.fail(f"no cage: {reason}")
        pytest.skip(f"not run here: tests of the cage ({reason})")
    return Limits(seconds=3)


def notebook_of(*sources):
    """A notebook with these cells of code, and no metadata at all."""
    cells = [{"cell_type": "code", "source": text} for text in sources]
    return json.dumps({"cells": cells})


@pytest.fixture(scope="session")
def as_notebook():
    return notebook_of


@pytest.fixture(scope="session")
def filled():
    """Function from a chapter's name to its notebook, with the solutions in it."""

    def fill(name):
        text = notebooks.solutions_of(NOTEBOOKS[name]).read_text("utf-8")
        return notebooks.write(notebooks.fill(notebooks.read(NOTEBOOKS[name]), text))

    return fill
