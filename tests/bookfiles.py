"""Where the book's files are, and how its tests read them."""

import os
import re
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "book" / "_ext")]

address = import_module("address")
notebooks = import_module("notebooks")
BOOK = ROOT / "book"
SITE = Path(os.environ.get("RNNLM_SITE", ROOT / "_build" / "html"))
NOTEBOOKS = {path.stem: path for path in notebooks.notebooks()}
TEXTS = [*BOOK.glob("*.md"), *BOOK.glob("solutions/*.md")]
# Every source of a page, by the page's name without its ending.
WRITTEN = NOTEBOOKS | {
    path.relative_to(BOOK).with_suffix("").as_posix(): path for path in sorted(TEXTS)
}
GENERATED = {"claims"}  # its text comes from the chapters
MATHS = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$(?!\s)[^$\n]+?(?<![\s\\])\$", re.DOTALL)
CODE = re.compile(r"^```.*?^```|(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL | re.MULTILINE)


def cells(name: str, kind: str) -> list[dict]:
    """Return a notebook's cells of one kind, "code" or "markdown"."""
    notebook = notebooks.read(NOTEBOOKS[name])
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def markdown(path: Path) -> str:
    """Return the Markdown of a chapter or page, without its code."""
    if path.suffix == ".md":
        text = path.read_text("utf-8")
    else:
        parts = cells(path.stem, "markdown")
        text = "\n\n".join(notebooks.source(cell) for cell in parts)
    return CODE.sub("`code`", text)


def pages() -> dict[str, Path]:
    """Return the built pages by name; a missing book is an error, not a skip."""
    files = sorted([*SITE.glob("*.html"), *SITE.glob("solutions/*.html")])
    found = {path.relative_to(SITE).as_posix(): path for path in files}
    if not found:
        raise FileNotFoundError(f"no page in {SITE}: run `make book` first")
    return found


def needs_torch(notebook):
    """Whether a notebook uses PyTorch: Colab has it, and it is large."""
    code = cells(notebook.stem, "code") if notebook.stem in NOTEBOOKS else []
    return any("torch" in notebooks.source(cell) for cell in code)
