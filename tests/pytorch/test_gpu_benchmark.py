"""The GPU benchmark measures two loops that do the same work; here in small, on CPU."""

import numpy as np
import pytest
import torch

from benchmarks.gpu import Shape, bare_loop, library_loop, measure

CPU = torch.device("cpu")
SMALL = Shape(hidden_size=8, batch_size=3, vocab_size=11, window=5)


def test_both_loops_start_near_log_vocab_size_and_learn_that_2_follows_1():
    batch = np.full((5, 3), 1), np.full((5, 3), 2)
    for make in (bare_loop, library_loop):
        torch.manual_seed(0)
        step = make(SMALL, CPU, None)
        losses = [step(*batch) for _ in range(30)]
        assert losses[0] == pytest.approx(np.log(11), abs=0.5)
        assert losses[-1] < 0.1


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_row_names_sizes_precision_and_the_ratio(precision):
    row = measure(SMALL, precision, CPU, rounds=3, steps=2)
    assert row["precision"] == precision
    assert row["library_tokens_per_second"] > 0 < row["ratio"]
