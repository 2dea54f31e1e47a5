"""Make the book point at its own repository.

    python tools/address.py [OWNER/NAME]

One setting says where the book lives: `repository: url` in `_config.yml`. From it
follow the site's address, the links between chapters, the badges, the citation, and the
first cell of every notebook, which fetches the library's wheel. Without an argument
they are brought into step with the setting; with one, the setting is changed first.
"""

import re
import sys
import tomllib
from pathlib import Path

import notebooks

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "_config.yml"
URL = re.compile(r"^( *url: https://github\.com/)([\w.-]+/[\w.-]+)$", re.MULTILINE)
FIRST_CELL = """\
# Fetches the book's library where it is missing (Colab, Kaggle).
import importlib.util
from importlib.metadata import version
from platform import python_version

site = "{site}"
wheel = "{wheel}"
if importlib.util.find_spec("rnnlm_lib") is None:
    %pip install --quiet --no-deps {{site}}{{wheel}}
try:
    import rnnlm_lib
except ImportError:
    raise RuntimeError(
        "rnnlm_lib is not here: switch on internet access and run this cell "
        f"again, or download {{site}}{{wheel}}, put it beside this notebook and "
        f"run `%pip install --no-deps {{wheel}}`."
    ) from None
print(
    f"rnnlm_lib {{rnnlm_lib.__version__}}, NumPy {{version('numpy')}},",
    f"Python {{python_version()}}",
)
"""


def current() -> str:
    """Return the repository that the setting names, as "owner/name"."""
    return URL.search(CONFIG.read_text("utf-8"))[2]


def site(repository: str) -> str:
    """Return the address of a repository's pages."""
    owner, name = repository.split("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def wheel() -> str:
    """Return the file name of the library's wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return f"{project['name']}-{project['version']}-py3-none-any.whl"


def first_cell(repository: str) -> dict:
    """Return the cell that fetches the library; the page does not show it."""
    text = FIRST_CELL.format(site=site(repository), wheel=wheel())
    cell = {"cell_type": "code", "metadata": {"tags": ["remove-cell"]}, "source": text}
    return notebooks.tidy_cell(cell)


def files() -> list[Path]:
    """Return the files that hold an address, other than notebooks."""
    fixed = ["_config.yml", "README.md", "CITATION.cff", "LICENSE-TEXT"]
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    pages = [*(ROOT / "book").glob("*.md"), *(ROOT / "book/solutions").glob("*.md")]
    return [*(ROOT / name for name in fixed), *sorted(workflows), *sorted(pages)]


def move(text: str, old: str, new: str) -> str:
    """Return a text with the addresses of one repository changed to another's."""
    text = text.replace(site(old), site(new))
    pattern = (
        rf"(github\.com/|githubusercontent\.com/|/github/|'){re.escape(old)}(?![\w-])"
    )
    return re.sub(pattern, rf"\g<1>{new}", text)


def stamp(notebook: dict, old: str, new: str) -> dict:
    """Return a notebook with its addresses changed and its first cell in place."""
    cells = [
        cell | {"source": move(notebooks.source(cell), old, new)}
        for cell in notebook["cells"]
    ]
    place = next(
        (i for i, c in enumerate(cells) if c["cell_type"] == "code"), len(cells)
    )
    if place < len(cells) and "pip install" in notebooks.source(cells[place]):
        del cells[place]
    cells.insert(place, first_cell(new))
    return notebooks.tidy(notebook | {"cells": cells})


def main(arguments: list[str]) -> int:
    """Rewrite what differs; name each file."""
    old = current()
    new = arguments[0] if arguments else old
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", new):
        print(f"{new!r} is not OWNER/NAME: try make address REPO=owner/name")
        return 1
    texts = {path: move(path.read_text("utf-8"), old, new) for path in files()}
    for path in notebooks.notebooks():
        texts[path] = notebooks.write(stamp(notebooks.read(path), old, new))
    for path, text in texts.items():
        if text != path.read_text("utf-8"):
            path.write_text(text, "utf-8")
            print(f"stamped: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
