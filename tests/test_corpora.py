"""Corpora are the same every time, split without overlap, and named when unknown."""

import subprocess
import sys

import pytest

from rnnlm_lib import corpora, python_docs
from rnnlm_lib.download import CorpusError


def test_an_unknown_corpus_is_named_beside_the_known_ones():
    with pytest.raises(CorpusError, match="no corpus 'pbt': choose one of") as caught:
        corpora.load("pbt")
    assert all(name in str(caught.value) for name in corpora.NAMES)


def test_every_downloaded_file_has_a_fixed_address_and_a_digest():
    files = [file for recipe in corpora.DOWNLOADS.values() for file in recipe.files]
    for file in {file.archive or file for file in files}:
        commit = file.url.split("/")[5]
        assert file.url.startswith("https://")
        assert len(bytes.fromhex(commit)) == 20
    assert all(len(bytes.fromhex(file.digest)) == 32 for file in files)


def test_python_docs_is_english_prose_of_useful_size():
    corpus = corpora.load("python-docs")
    text = corpus.train + corpus.valid + corpus.test
    assert 500_000 < len(text) < 1_500_000
    assert text.lower().split().count("the") > 0.05 * len(text.split())
    assert not set("<>{}[]=_|\\") & set(text)


def test_python_docs_has_one_sentence_per_line():
    lines = corpora.load("python-docs").train.splitlines()
    assert all(line[0].isupper() and line[-1] in ".!?" for line in lines)


def test_python_docs_is_split_90_5_5():
    corpus = corpora.load("python-docs")
    sizes = [len(part) for part in (corpus.train, corpus.valid, corpus.test)]
    shares = [size / sum(sizes) for size in sizes]
    assert shares == pytest.approx([0.9, 0.05, 0.05], abs=0.02)


def test_no_sentence_of_python_docs_occurs_twice():
    corpus = corpora.load("python-docs")
    lines = (corpus.train + corpus.valid + corpus.test).splitlines()
    assert len(lines) == len(set(lines))


def test_python_docs_is_the_same_in_every_process(tmp_path):
    program = "from rnnlm_lib import corpora; print(corpora.load('python-docs').sha256)"
    other = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={"PYTHONHASHSEED": "7", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == corpora.load("python-docs").sha256


def test_python_docs_names_its_python():
    assert f"Python {sys.version.split()[0]}" in corpora.load("python-docs").source


def test_a_python_without_its_documents_is_named(monkeypatch):
    monkeypatch.setattr(python_docs, "documents", tuple)
    with pytest.raises(CorpusError, match=r"no help topics .* use a full installation"):
        corpora.load("python-docs")


def test_markup_lists_and_examples_leave_only_sentences():
    text = """Return the *largest* item of ``x``, see "len" and `max`.

    * The list item is kept as a sentence here.

    >>> max(x)
    This line follows an example and is dropped.

    f(x, y=3) -> int. Too short."""
    assert list(python_docs.prose(text, set())) == [
        "Return the largest item of x, see len and max.",
        "The list item is kept as a sentence here.",
    ]


def test_parts_of_a_corpus_share_nothing():
    parts = corpora.one_in_ten([str(i) for i in range(100)], "\n")
    lines = [part.splitlines() for part in parts]
    assert [len(part) for part in lines] == [80, 10, 10]
    assert len(set().union(*lines)) == 100


def test_names_of_a_corpus_are_its_parts_with_digest():
    one = corpora.Corpus("toy", "ab", "c", "d", "here", "free")
    other = corpora.Corpus("toy", "a", "bc", "d", "here", "free")
    assert repr(one) == "Corpus toy: 2 / 1 / 1 characters"
    assert one.sha256 != other.sha256


def test_tiny_shakespeare_is_split_in_order(real_corpus):
    corpus = real_corpus("tiny-shakespeare")
    sizes = [len(part) for part in (corpus.train, corpus.valid, corpus.test)]
    assert sizes == [1_003_854, 55_770, 55_770]
    assert len(set(corpus.train + corpus.valid + corpus.test)) == 65


def test_names_are_all_there(real_corpus):
    corpus = real_corpus("names")
    parts = [part.split() for part in (corpus.train, corpus.valid, corpus.test)]
    assert sum(map(len, parts)) == 32_033
    assert parts[0][0] == "emma"


def test_wikigold_has_its_sentences_and_name_tokens(real_corpus):
    corpus = real_corpus("wikigold")
    text = corpus.train + corpus.valid + corpus.test
    rows = [line.split() for line in text.splitlines() if line]
    assert text.count("\n\n") == 1_696
    assert len(rows) == 39_007
    share = sum(tag != "O" for _, tag in rows) / len(rows)
    assert share == pytest.approx(0.165, abs=5e-4)


@pytest.mark.parametrize("part", ["train", "valid", "test"])
def test_half_of_the_reviews_are_positive(real_corpus, part):
    lines = getattr(real_corpus("sentence-polarity"), part).splitlines()
    labels = [line.split("\t")[0] for line in lines]
    assert labels.count("0") == labels.count("1") == len(lines) / 2


def test_agreement_sentences_hold_the_right_verb_at_its_place(real_corpus):
    rows = [line.split("\t") for line in real_corpus("linzen").test.splitlines()]
    attractors = [int(row[3]) for row in rows]
    assert [attractors.count(n) for n in range(5)] == [1_972, 1_957, 1_943, 1_287, 330]
    assert all(row[4].split()[int(row[0])] == row[1] for row in rows)
    assert sum(row[1] == row[2] for row in rows) == 4


def test_nothing_is_written_to_the_folder_of_data(corpus_dir, real_corpus):
    before = {path: path.stat().st_mtime_ns for path in corpus_dir.rglob("*")}
    real_corpus("names")
    after = {path: path.stat().st_mtime_ns for path in corpus_dir.rglob("*")}
    assert before == after
