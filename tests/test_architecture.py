"""Who imports whom, how long things are, what each public function says of itself."""

import ast
import subprocess
import sys
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[1] / "rnnlm_lib"
MODULES = {
    ".".join(path.relative_to(LIBRARY).with_suffix("").parts): path
    for path in sorted(LIBRARY.rglob("*.py"))
}
FIGURES = ["plot", "style", "compact", "picture", "draw", "draw_*", "explore"]
MODELS = ["lm", "ngram", "counts", "scratch.*", "pytorch.*"]
OPTIONAL = ["torch", "matplotlib", "IPython", "ipywidgets", "tqdm", "safetensors"]
NEED_MORE_THAN_NUMPY = [
    "pytorch*",
    "checkpoint",
    "training",
    "*.train",
    "cli",
    "commands.*",
    "explore",
]
NEED_MORE_THAN_NUMPY += ["style", "plot"]

# importer, and what it never imports
NEVER = [
    ("scratch.*", "pytorch.* torch"),
    ("pytorch.*", "scratch.*"),
    ("text", "*"),
    ("lm", "text corpora evaluate sample"),
    ("evaluate", "ngram sample"),
    ("sample", "ngram evaluate"),
    *((model, "corpora cli commands.* plot explore") for model in MODELS),
    *((part, "scratch.* pytorch.*") for part in ("lm", "evaluate", "sample", "ngram")),
    *((f"*.{cell}", "*.recurrent *.model *.train") for cell in ("rnn", "gru", "lstm")),
    ("*.recurrent", "*.model *.train"),
    ("*.model", "*.train"),
    ("scratch.bptt", "scratch.rnn scratch.gru scratch.lstm scratch.recurrent"),
    ("scratch.fused", "scratch.recurrent"),
    ("grading.*", "cli commands.* scratch.* pytorch.* ngram"),
    ("*", "book tests"),
]


def is_any(name, patterns):
    return any(fnmatch(name, pattern) for pattern in patterns)


def imports(path):
    """Return the modules a file imports; ours without `rnnlm_lib.`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {name.removeprefix("rnnlm_lib.") for name in names if "rnnlm_lib" in name}
    others = {name.split(".")[0] for name in names if "rnnlm_lib" not in name}
    return {known(name) for name in ours} | others


def known(name):
    """Return the module that holds a name."""
    while name not in MODULES and "." in name:
        name = name.rpartition(".")[0]
    return name


IMPORTS = {name: imports(path) - {name} for name, path in MODULES.items()}


@pytest.mark.parametrize(("importer", "forbidden"), NEVER)
def test_imports_go_one_way(importer, forbidden):
    for name in (name for name in MODULES if fnmatch(name, importer)):
        known_names = IMPORTS[name] & {*MODULES, *OPTIONAL, "book", "tests"}
        assert not [n for n in known_names if is_any(n, forbidden.split())], name


def test_only_figures_import_figures():
    for name in MODULES:
        if not is_any(name, FIGURES):
            assert not [n for n in IMPORTS[name] if is_any(n, FIGURES)], name


def test_no_import_goes_in_circles():
    graph = {name: IMPORTS[name] & MODULES.keys() for name in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_numpy_is_enough_for_all_but_figures_training_and_torch():
    names = [n for n in MODULES if not is_any(n, NEED_MORE_THAN_NUMPY)]
    modules = [f"rnnlm_lib.{name}".removesuffix(".__init__") for name in names]
    block = f"import sys; sys.modules.update(dict.fromkeys({OPTIONAL}))"
    code = f"{block}\nimport importlib\nfor m in {modules}: importlib.import_module(m)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_importing_the_library_loads_nothing_heavy():
    code = "import sys, rnnlm_lib; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert not {"numpy", *OPTIONAL} & set(loaded)


def code_lines(node):
    """Count the lines of a function that hold code."""
    return len(ast.unparse(without_docstring(node)).splitlines())


def without_docstring(node):
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    return node


def functions(path):
    tree = ast.parse(path.read_text("utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]


@pytest.mark.parametrize("name", MODULES)
def test_modules_and_functions_stay_short(name):
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= 250
    for function in functions(MODULES[name]):
        is_step = function.name.endswith(("_step", "_step_backward"))
        limit = 20 if is_step and name.startswith("scratch") else 40
        assert code_lines(function) <= limit, function.name


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_begin_with_one_sentence(name):
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    kinds = ast.FunctionDef | ast.ClassDef
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            first = (ast.get_docstring(node) or "").partition("\n\n")[0]
            assert first.endswith((".", "?", ":")), node.name


@pytest.mark.parametrize("name", MODULES)
def test_no_star_import_and_only_plain_letters_in_names(name):
    for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert [alias.name for alias in node.names] != ["*"]
        if isinstance(node, ast.Name | ast.FunctionDef | ast.ClassDef):
            assert getattr(node, "id", getattr(node, "name", "")).isascii()
