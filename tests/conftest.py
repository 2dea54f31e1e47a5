"""Fixtures of all tests, and the account of what was not run here."""

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest

from rnnlm_lib import corpora
from rnnlm_lib.lm import score_by_steps

NOT_RUN = "not run here: "


class Sizes(NamedTuple):
    """Pairwise distinct, so that no shape passes for another."""

    T: int = 5
    B: int = 3
    E: int = 4
    H: int = 6
    V: int = 7


@pytest.fixture
def sizes():
    return Sizes()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


class MarkovLM:
    """The next word depends on the last one, through a table of log-probabilities."""

    def __init__(self, table):
        self.table = table  # (V, V)
        self.vocab_size = len(table)

    def initial_state(self, batch_size):
        return np.zeros(batch_size, dtype=int)

    def step(self, tokens, state):
        return self.table[tokens], state

    def score(self, inputs, targets, state):
        return -self.table[inputs, targets], state


class MemoryLM(MarkovLM):
    """The next word depends on the sum of all words read since the state was new."""

    def step(self, tokens, state):
        state = (state + tokens) % self.vocab_size
        return self.table[state], state

    score = score_by_steps


def random_table(rng, vocab_size):
    logits = rng.normal(size=(vocab_size, vocab_size))
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@pytest.fixture
def markov_lm(rng):
    """Function from V to a random Markov model."""
    return lambda vocab_size: MarkovLM(random_table(rng, vocab_size))


@pytest.fixture
def memory_lm(rng, sizes):
    """A random model that never forgets."""
    return MemoryLM(random_table(rng, sizes.V))


@pytest.fixture(scope="session")
def corpus_dir():
    """Folder of real corpora."""
    folder = os.environ.get("RNNLM_DATA")
    if not folder:
        pytest.skip(f"{NOT_RUN}tests on real corpora (set RNNLM_DATA)")
    return Path(folder)


@pytest.fixture(scope="session")
def real_corpus(corpus_dir):
    """Function from the name of a corpus to the corpus; nothing is downloaded."""

    def find(name):
        files = corpora.DOWNLOADS[name].files
        if not all((corpus_dir / file.path).is_file() for file in files):
            pytest.skip(f"{NOT_RUN}tests on {name} (set RNNLM_DATA)")
        return corpora.load(name)

    return find


@pytest.fixture(scope="session")
def ptb(real_corpus):
    """Penn Treebank, Mikolov's split."""
    return real_corpus("penn-treebank")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A skip must say what was not run; with the data at hand, data are no excuse."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        reason = report.longrepr[2]
        lacks_data = "RNNLM_DATA" in reason and "RNNLM_DATA" in os.environ
        if NOT_RUN not in reason or lacks_data:
            report.outcome = "failed"
            report.longrepr = f"skipped although CI is set: {reason}"
    return report


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2] for report in skipped)
    for reason, count in sorted(reasons.items()):
        line = f"{count} x {reason.removeprefix('Skipped: ')}"
        terminalreporter.write_line(line, yellow=True)
