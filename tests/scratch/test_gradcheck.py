"""Central differences, and the table that compares gradients."""

import numpy as np
import pytest

from rnnlm_lib.scratch.gradcheck import check_gradients, compare, numerical_gradient


def cubes(params):
    """A loss whose gradient is known: the sum of a**3 and of 2 b."""
    loss = np.sum(params["a"] ** 3) + 2 * np.sum(params["b"])
    return loss, {"a": 3 * params["a"] ** 2, "b": np.full_like(params["b"], 2.0)}


PARAMS = {"a": np.linspace(-1, 2, 6).reshape(2, 3), "b": np.array(0.5)}


def test_numerical_gradient_of_a_cube_is_three_squares():
    a = PARAMS["a"]
    got = numerical_gradient(lambda a: np.sum(a**3), a)
    np.testing.assert_allclose(got, 3 * a**2, atol=1e-9)


def test_numerical_gradient_leaves_its_input_alone():
    a = PARAMS["a"].copy()
    numerical_gradient(lambda a: np.sum(a**3), a)
    np.testing.assert_array_equal(a, PARAMS["a"])


def test_a_right_gradient_is_equal():
    report = check_gradients(cubes, PARAMS)
    assert report.ok
    assert report.worst < 1e-9


@pytest.mark.parametrize("factor", [1 + 1e-5, -1, 0, np.nan])
def test_a_wrong_gradient_is_named(factor):
    def wrong(params):
        loss, grads = cubes(params)
        return loss, grads | {"a": grads["a"] * factor}

    report = check_gradients(wrong, PARAMS)
    rows = str(report).splitlines()[2:4]
    assert not report.ok
    assert [row.split()[-1] for row in rows] == ["DIFFERENT", "equal"]


def test_not_a_number_is_the_worst_error():
    ones, bad = np.ones(2), np.array([1.0, np.nan])
    report = compare(by_hand={"a": bad, "b": ones}, want={"a": ones, "b": ones})
    assert np.isnan(report.worst)
    assert not report.ok


def test_one_wrong_element_is_enough():
    def wrong(params):
        loss, grads = cubes(params)
        grads["a"][1, 2] += 1e-4
        return loss, grads

    report = check_gradients(wrong, PARAMS)
    assert not report.ok
    assert report.worst == pytest.approx(1e-4 / 12, rel=1e-3)  # max|3 a**2| = 12


def test_a_parameter_without_influence_is_equal_despite_rounding():
    def loss_and_grads(params):  # a + (1e3 - a) is 1e3, but for rounding
        loss = np.sum(params["a"] + (1e3 - params["a"]))
        return loss, {"a": np.zeros_like(params["a"])}

    assert check_gradients(loss_and_grads, {"a": PARAMS["a"] / 3}).ok


def test_single_precision_is_refused():
    with pytest.raises(ValueError, match="need float64, a is float32: convert"):
        check_gradients(cubes, {"a": np.ones(2, np.float32), "b": np.ones(1)})


def test_a_forgotten_gradient_is_refused():
    with pytest.raises(ValueError, match=r"\['b'\] stand in only one of them"):
        check_gradients(lambda p: (cubes(p)[0], {"a": cubes(p)[1]["a"]}), PARAMS)


def test_every_column_is_compared_with_the_first():
    right = {"w": np.array([1.0, 4.0])}
    report = compare(
        by_hand=right, autograd={"w": right["w"] + 0.4}, **{"torch.nn": right}
    )
    assert report.errors["w"] == {
        "autograd": pytest.approx(0.4 / 4.4),
        "torch.nn": 0.0,
    }
    assert not report.ok


def test_gradients_that_vanish_in_every_column_are_equal():
    zeros = {"w": np.zeros((2, 3))}
    assert compare(by_hand=zeros, autograd=zeros).worst == 0


def test_columns_of_unequal_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\) in by hand and \(3, 2\) in numpy"):
        compare(by_hand={"w": np.ones((2, 3))}, numpy={"w": np.ones((3, 2))})
    with pytest.raises(ValueError, match="at least 2 columns, got 1"):
        compare(by_hand={})


def test_report_prints_as_an_aligned_table():
    head, rule, *rows, caption = str(check_gradients(cubes, PARAMS)).splitlines()
    assert head.split()[1:] == ["shape", "central", "differences", "verdict"]
    assert {len(line) for line in (head, rule, *rows)} == {len(head)}
    assert [row.split()[:2] for row in rows] == [["a", "2×3"], ["b", "1"]]
    assert "1e-06" in caption


def test_report_is_a_table_in_a_notebook():
    html = compare(**{"<b>": {"w": np.ones(1)}, "autograd": {"w": np.ones(1)}})
    html = html._repr_html_()
    assert html.count("<tr>") == 2
    assert '<th scope="row">w</th>' in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
