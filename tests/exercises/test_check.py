"""What a student reads, whatever the student has written."""

import io
import subprocess
import sys

import nbclient
import nbformat
import numpy as np
import pytest
import torch

from rnnlm_lib import check as module
from rnnlm_lib.check import CheckFailed, Verdict, check, diagnose
from rnnlm_lib.exercises import Exercise, Mistake, catalogue, sizes


def ref(bug, x, weights):
    scores = x @ weights["w"].T
    if "no_bias" not in bug:
        scores = scores + weights["b"]
    if "no_tanh" not in bug:
        scores = np.tanh(scores)
    return scores.sum(axis=0) if "summed" in bug else scores


def make(rng):
    rows, inputs, outputs = sizes(rng, 3)
    w = rng.normal(size=(outputs, inputs)) / inputs
    return rng.normal(size=(rows, inputs)), {
        "w": w,
        "b": rng.uniform(0.3, 0.9, outputs),
    }


TOY = Exercise(
    name="toy",
    chapter=1,
    ref=ref,
    make=make,
    bugs={
        "no_bias": Mistake("the bias is missing", "trial"),
        "no_tanh": Mistake("the tanh is missing", "trial"),
        "summed": Mistake("the rows are added", "trial"),
    },
    done="You can layer.",
    hints=("first", "second"),
    heading="Layers",
    switch_off={
        "the bias": lambda x, p: (x, p | {"b": 0 * p["b"]}),
        "the input": lambda x, p: (0 * x, p),
    },
)
PAIR = Exercise(
    name="pair",
    chapter=1,
    ref=lambda bug, x: (x + 1, 3 if "three" in bug else x.sum()),
    make=lambda rng: (rng.normal(size=5),),
    bugs={"three": Mistake("it is three", "trial")},
    done="",
    hints=(),
    heading="",
    returns=("more", "total"),
)
NUMBER = Exercise(
    name="number",
    chapter=1,
    ref=lambda bug, n: -1 if "minus" in bug else n**3,
    make=lambda rng: (int(rng.integers(5, 99)),),
    bugs={"minus": Mistake("it is minus one", "trial")},
    done="",
    hints=(),
    heading="",
)


def right(x, weights):
    return np.tanh(x @ weights["w"].T + weights["b"])


def no_bias(x, weights):
    return np.tanh(x @ weights["w"].T)


def stub(x, weights):
    raise NotImplementedError


@pytest.fixture(autouse=True)
def toys(monkeypatch):
    """Offer the exercises of this file, and start every ladder of hints anew."""
    offered = {e.name: e for e in (TOY, PAIR, NUMBER)} | dict(catalogue())
    monkeypatch.setattr(module, "catalogue", lambda: offered)
    monkeypatch.setattr(module, "_hints_given", type(module._hints_given)())
    monkeypatch.delenv("RNNLM_STRICT", raising=False)


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def toy(change):
    """Diagnose the right answer after a change."""
    return diagnose(TOY, lambda x, weights: change(right(x, weights)))


def test_a_right_answer_says_what_the_student_can_do_now(capsys):
    assert check("toy", right)
    assert lines(capsys) == ["✓ toy: correct. You can layer."]


def test_a_stub_is_reported_and_the_notebook_goes_on(capsys):
    assert not check("toy", stub)
    assert lines(capsys) == ["○ toy: not written yet."]


def test_a_mistake_is_told_as_a_fact(capsys):
    assert check("toy", no_bias).names == ("no_bias",)
    said = "these are exactly the numbers you get if the bias is missing."
    assert lines(capsys) == [f"✗ toy: {said}"]


def test_two_mistakes_at_once_are_both_named():
    verdict = diagnose(TOY, lambda x, weights: x @ weights["w"].T)
    assert verdict.names == ("no_bias", "no_tanh")
    assert "the bias is missing, and the tanh is missing" in verdict.line


def test_a_mistake_that_changes_the_shape_is_named():
    assert toy(lambda y: y.sum(axis=0)).names == ("summed",)


def test_an_exception_is_reported_with_the_students_own_line():
    def fn(x, weights):
        y = x @ weights["w"]
        return y

    verdict = diagnose(TOY, fn)
    assert verdict.kind == "raised"
    assert "ValueError: matmul" in verdict.message
    assert 'of fn: y = x @ weights["w"])' in verdict.message


def test_a_function_that_leaves_python_leaves_only_itself():
    verdict = toy(lambda y: sys.exit(3))
    assert verdict.kind == "raised"
    assert "SystemExit: 3 (line" in verdict.message


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("text", "it is a str."),
        ({"h": 1}, "it is a dict with the keys (h)."),
        ([[1, 2], [3]], "it is a list of 2."),
        ((np.ones(3), np.ones(3)), "it is a tuple of 2."),
        (np.array(["a"]), "it is an ndarray."),
        (object(), "it is an object."),
        (1j, "it is a complex."),
    ],
)
def test_what_is_no_array_of_numbers_is_said(result, said):
    verdict = toy(lambda y: result)
    assert verdict.kind == "type"
    assert verdict.message == f"the result should be one array of numbers, and {said}"


def test_a_missing_return_is_asked_about():
    assert toy(lambda y: None).message.endswith("is the `return` missing?")


def test_a_transpose_is_noticed():
    assert toy(np.transpose).message.endswith("It is the transpose.")
    assert toy(lambda y: 3 * y.T).message.endswith("Is it transposed?")


def test_another_shape_names_both_shapes():
    verdict = toy(lambda y: y[None])
    assert verdict.kind == "shape"
    rows, outputs = TOY.answer(TOY.inputs(np.random.default_rng([0, 0])))[""].shape
    assert f"be ({rows}, {outputs}) here, and it is (1, {rows}, " in verdict.message


def test_nan_and_infinity_are_counted():
    verdict = toy(lambda y: np.where(np.arange(y.shape[1]) == 0, np.nan, y))
    assert verdict.kind == "nonfinite"
    assert diagnose(PAIR, lambda x: (x + 1, np.inf)).message == (
        "the number of `total` is NaN or infinite."
    )


def test_a_warning_of_numpy_is_left_to_the_verdict():
    assert toy(lambda y: y / 0).kind == "nonfinite"


def change_in_place(x, weights):
    y = right(x, weights)
    weights["b"] += 1
    return y


def lose_a_key(x, weights):
    return np.tanh(x @ weights["w"].T + weights.pop("b"))


@pytest.mark.parametrize("fn", [change_in_place, lose_a_key])
def test_an_input_changed_in_place_is_named_even_if_the_answer_is_right(fn):
    verdict = diagnose(TOY, fn)
    assert verdict.kind == "inplace"
    assert "`weights`" in verdict.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda y: -y, "-1 times what it should be (the sign is the other way round)."),
        (lambda y: y / np.log(2), "(1 / ln 2, so bits and nats are mixed)."),
        (lambda y: 2.5 * y, "every number is 2.5 times what it should be."),
        (lambda y: 0 * y, "every number is 0."),
        (lambda y: y + 0.25, "every number is off by the same amount, 0.25."),
        (lambda y: y * len(y), "(6, 4, 8 on three inputs) times what it should be."),
        (lambda y: y * np.arange(1.0, len(y) + 1)[:, None], "factor of its own"),
    ],
)
def test_a_constant_difference_is_measured(change, said):
    sign = toy(change)
    assert sign.kind in ("factor", "offset")
    assert said in sign.message


def test_one_number_is_not_explained_by_a_factor_that_changes():
    assert diagnose(NUMBER, lambda n: n**2).kind == "unknown"
    assert diagnose(NUMBER, lambda n: 2 * n**3).kind == "factor"


def test_a_part_that_holds_the_mistake_is_named():
    verdict = diagnose(TOY, lambda x, p: np.tanh(x @ p["w"].T + p["b"] ** 2))
    assert verdict.kind == "part"
    assert verdict.names == ("the bias",)
    assert "become right when I switch off the bias" in verdict.message


def test_otherwise_the_worst_number_is_shown():
    def spoil(y):
        y = y.copy()
        y[1, 2] += 5
        return y

    verdict = toy(spoil)
    assert verdict.kind == "unknown"
    assert "1 of " in verdict.message
    assert "the worst, at [1, 2], should be " in verdict.message


def test_of_several_results_the_wrong_one_is_named():
    assert diagnose(PAIR, lambda x: (x + 1, x.sum()))
    verdict = diagnose(PAIR, lambda x: (x + 1, x.sum() + 2))
    assert verdict.message.startswith(
        "`more` is right, but in `total` every number is "
    )
    assert diagnose(PAIR, lambda x: (x + 1, 3)).names == ("three",)
    assert diagnose(PAIR, lambda x: (x[:2], x.sum())).kind == "shape"


def test_several_results_must_all_come_back():
    verdict = diagnose(PAIR, lambda x: x + 1)
    said = "2 results (more, total) should come back, and it is an ndarray."
    assert verdict.message == said
    counts = catalogue()["parameter_counts"]
    verdict = diagnose(counts, lambda *sizes: {"rnn": 3})
    assert verdict.kind == "type"
    assert "(embedding, rnn, output) should come back" in verdict.message


def test_the_parameters_are_compared():
    verdict = diagnose(TOY, lambda x: x)
    said = "takes 1 parameter (x); it should take 2 parameters (x, weights)."
    assert verdict.message == f"your function {said}"


def test_a_result_instead_of_a_function_is_noticed(capsys):
    check("toy", right(*TOY.inputs(np.random.default_rng(0))))
    assert lines(capsys)[0].endswith(
        'check("toy", toy), without brackets after the name.'
    )


def test_an_unknown_name_lists_near_ones(capsys):
    check("bigram_count", right)
    check(right, "toy")
    first, second = lines(capsys)
    assert first.startswith(
        "✗ bigram_count: there is no exercise of this name; near ones"
    )
    assert "are bigram_counts, " in first
    assert second.startswith("✗ right: there is no exercise of this name;")


def test_hints_climb_a_ladder_that_ends_at_the_paragraph(capsys):
    for _ in range(4):
        check("toy", stub, hint=True)
    check("pair", stub, hint=True)
    assert lines(capsys) == [
        "→ toy, hint 1 of 3: first",
        "→ toy, hint 2 of 3: second",
        "→ toy, hint 3 of 3: read “Layers” in chapter 1 again.",
        "→ toy, hint 3 of 3: read “Layers” in chapter 1 again.",
        "→ pair, hint 1 of 1: read “” in chapter 1 again.",
    ]


def test_a_right_answer_needs_no_hint(capsys):
    check("toy", right, hint=True)
    assert lines(capsys) == ["✓ toy: correct. You can layer."]


@pytest.mark.parametrize("fn", [stub, no_bias])
def test_strict_checks_raise_one_line(fn, monkeypatch):
    monkeypatch.setenv("RNNLM_STRICT", "1")
    with pytest.raises(CheckFailed) as caught:
        check("toy", fn)
    assert caught.value._render_traceback_() == [caught.value.verdict.line]
    with pytest.raises(CheckFailed, match="no exercise"):
        check("toi", right)
    assert check("toy", right)


@pytest.mark.parametrize(
    "fn",
    [right, stub, no_bias, change_in_place, lose_a_key, None, 3, "toy", np.tanh],
)
def test_a_check_prints_one_line_and_raises_nothing(fn, capsys):
    assert isinstance(check("toy", fn), Verdict)
    assert len(lines(capsys)) == 1


def test_what_the_function_prints_is_shown_once(capsys):
    def chatty(x, weights):
        print("shape", x.shape)
        return no_bias(x, weights) + x[:1, :1]

    check("toy", chatty)
    assert [line[:5] for line in lines(capsys)] == ["shape", "✗ toy"]


def test_a_terminal_without_the_signs_still_gets_the_line(monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    check("toy", right)
    terminal.flush()
    assert terminal.buffer.getvalue() == b"? toy: correct. You can layer.\n"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_torch_answers_are_read(dtype):
    def cast(array):
        return torch.tensor(array, dtype=dtype, requires_grad=True)

    def fn(x, weights):
        return torch.tanh(x @ weights["w"].T + weights["b"])

    assert diagnose(TOY, fn, cast=cast)
    wrong = diagnose(TOY, lambda x, weights: torch.tanh(x @ weights["w"].T), cast=cast)
    assert wrong.names == ("no_bias",)
    assert diagnose(TOY, lambda x, p: list(fn(x, p)), cast=cast)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
def test_every_precision_is_compared_at_its_own_tolerance(dtype):
    def cast(array):
        return array.astype(dtype)

    assert diagnose(TOY, right, cast=cast)
    assert diagnose(TOY, no_bias, cast=cast).names == ("no_bias",)
    assert diagnose(TOY, lambda x, p: right(x, p).astype(np.float32)).passed


def test_a_float64_answer_must_be_right_to_seven_digits():
    assert toy(lambda y: y * (1 + 1e-9)).passed
    assert not toy(lambda y: y * (1 + 1e-6)).passed


def shown(*cells):
    """Run the cells of a notebook and return the outputs of the last one."""
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
    nbclient.NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    return notebook.cells[-1].outputs


def test_a_notebook_shows_one_line_and_no_traceback():
    setup = "import os\nfrom rnnlm_lib.check import check\n"
    stub = "def coverage(train, held_out, max_order):\n    raise NotImplementedError\n"
    call = 'check("coverage", coverage)'
    line = "○ coverage: not written yet."
    (output,) = shown(setup + stub, call)
    assert (output.output_type, output.text) == ("stream", f"{line}\n")
    strict = 'os.environ["RNNLM_STRICT"] = "1"\n'
    (error,) = shown(setup + stub + strict, call)
    assert (error.output_type, error.traceback) == ("error", [line])


def test_check_needs_numpy_alone():
    script = (
        "import sys, rnnlm_lib.check as c; c.catalogue(); "
        "print({'torch', 'IPython', 'matplotlib', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()"
