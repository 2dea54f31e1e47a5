"""Every address in the book follows from one setting."""

import re
import shutil

import address
import notebooks
import pytest
import yaml
from bookfiles import NOTEBOOKS, ROOT, cells

OTHER = "someone/their-fork"


@pytest.fixture
def fork(tmp_path, monkeypatch):
    """A copy of the files that hold addresses, and its address tool."""
    for name in ("book", ".github"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for path in [*address.files(), ROOT / "pyproject.toml"]:
        shutil.copy(path, tmp_path / path.relative_to(ROOT))
    monkeypatch.setattr(address, "ROOT", tmp_path)
    monkeypatch.setattr(address, "CONFIG", tmp_path / "_config.yml")
    monkeypatch.setattr(notebooks, "BOOK", tmp_path / "book")
    return tmp_path


def texts(folder):
    """Return the text of every file that can hold an address."""
    kinds = ("*.yml", "*.md", "*.cff", "*.ipynb", "LICENSE*")
    return {p: p.read_text("utf-8") for kind in kinds for p in folder.rglob(kind)}


def test_everything_is_stamped(fork):
    before = texts(fork)
    address.main([])
    assert texts(fork) == before


def test_a_fork_points_at_itself_and_back(fork):
    before, old = texts(fork), address.current()
    address.main([OTHER])
    mine = re.compile(re.escape(old) + r"\b|" + re.escape(address.site(old)))
    assert not [path for path, text in texts(fork).items() if mine.search(text)]
    address.main([old])
    assert texts(fork) == before


def test_the_pages_lie_where_the_setting_says():
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    repository = config["repository"]["url"].removeprefix("https://github.com/")
    assert config["html"]["baseurl"] == address.site(repository)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_first_cell_is_the_standard_one(name):
    assert cells(name, "code")[0] == address.first_cell(address.current())


def test_a_name_that_is_no_repository_is_refused(fork, capsys):
    assert address.main(["nonsense"]) == 1
    assert "REPO=owner/name" in capsys.readouterr().out


def test_a_user_site_lies_at_the_root():
    assert address.site("ada/ada.github.io") == "https://ada.github.io/"
