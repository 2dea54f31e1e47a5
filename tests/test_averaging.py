"""The mean of parameters: what it is, and why one would want it."""

import numpy as np

from rnnlm_lib.averaging import running_mean


def sets_of_parameters(rng, count):
    """So many sets, of two parameters each."""
    return [
        {"a": rng.normal(size=(2, 3)), "b": rng.normal(size=5)} for _ in range(count)
    ]


def test_the_running_mean_is_the_mean(rng):
    sets, mean = sets_of_parameters(rng, 7), {}
    for count, params in enumerate(sets, start=1):
        mean = running_mean(mean, params, count)
    for name in mean:
        expected = np.mean([params[name] for params in sets], axis=0)
        np.testing.assert_allclose(mean[name], expected, rtol=1e-12)


def test_the_sets_are_left_alone(rng):
    one, other = sets_of_parameters(rng, 2)
    before = other["a"].copy()
    mean = running_mean(running_mean({}, one, 1), other, 2)
    mean["a"] += 1
    np.testing.assert_array_equal(other["a"], before)


def test_the_mean_of_noisy_steps_is_nearer_to_the_minimum_than_they_are(rng):
    point, mean, distances = np.zeros(4), {}, []
    for count in range(1, 1001):
        point = point - 0.5 * (point + rng.normal(size=4))  # of |point|² / 2
        mean = running_mean(mean, {"point": point}, count)
        distances.append(np.linalg.norm(point))
    assert np.linalg.norm(mean["point"]) < 0.2 * np.mean(distances)
