"""Laws of tokenisers and vocabularies."""

import numpy as np
import pytest

from rnnlm_lib.text import (
    EOS,
    UNK,
    Vocabulary,
    characters,
    line_tokens,
    sentences,
    tokenize,
)

TEXT = "The cat, which ate already, was full. The cats were full."


def test_decoding_undoes_encoding():
    tokens = tokenize(TEXT)
    vocabulary = Vocabulary.from_tokens(tokens)
    assert vocabulary.decode(vocabulary.encode(tokens)) == tokens


def test_ids_are_int64_and_run_from_0_to_v_minus_1():
    vocabulary = Vocabulary.from_tokens(tokenize(TEXT))
    ids = vocabulary.encode(vocabulary.tokens)
    assert ids.dtype == np.int64
    assert ids.tolist() == list(range(len(vocabulary)))


def test_no_tokens_give_no_ids():
    assert Vocabulary.from_tokens([]).encode([]).shape == (0,)


def test_the_order_of_the_text_does_not_change_the_vocabulary():
    tokens = tokenize(TEXT)
    forward = Vocabulary.from_tokens(tokens)
    assert Vocabulary.from_tokens(tokens[::-1]).tokens == forward.tokens
    assert forward.tokens == tuple(sorted(forward.tokens))


def test_an_unknown_token_becomes_unk():
    vocabulary = Vocabulary.from_tokens(["a", "b"])
    assert vocabulary.decode(vocabulary.encode(["a", "zebra"])) == ["a", UNK]
    assert "zebra" not in vocabulary
    assert "a" in vocabulary


def test_without_unk_an_unknown_token_is_named():
    vocabulary = Vocabulary(["a", "b"])
    assert vocabulary.unk_id is None
    assert vocabulary.eos_id is None
    with pytest.raises(ValueError, match=r"'zebra' .* no <unk>: build it with"):
        vocabulary.encode(["a", "zebra"])


def test_special_ids_point_at_the_special_tokens():
    vocabulary = Vocabulary.from_tokens(["zoo", "ant"])
    assert vocabulary.tokens[vocabulary.unk_id] == UNK
    assert vocabulary.tokens[vocabulary.eos_id] == EOS


def test_min_count_leaves_rare_tokens_out():
    vocabulary = Vocabulary.from_tokens(["a", "b", "a", "c", "b", "a"], min_count=2)
    assert vocabulary.tokens == (EOS, UNK, "a", "b")


def test_max_size_keeps_the_most_frequent_and_breaks_ties_by_the_alphabet():
    vocabulary = Vocabulary.from_tokens(["d", "d", "c", "c", "b", "b", "a"], max_size=4)
    assert vocabulary.tokens == (EOS, UNK, "b", "c")


def test_max_size_smaller_than_the_specials_is_refused():
    with pytest.raises(ValueError, match=r"max_size 1 has no room for the 2 special"):
        Vocabulary.from_tokens(["a"], max_size=1)


def test_a_token_given_twice_is_named():
    with pytest.raises(ValueError, match=r"got 'b' twice: use Vocabulary.from_tokens"):
        Vocabulary(["b", "a", "b"])


@pytest.mark.parametrize("wrong", [-1, 2])
def test_an_id_outside_the_vocabulary_is_refused(wrong):
    with pytest.raises(ValueError, match=rf"id {wrong} is outside 0\.\.1"):
        Vocabulary(["a", "b"]).decode([0, wrong])


def test_a_string_is_refused_by_words_and_read_by_characters():
    with pytest.raises(ValueError, match="got the string 'the cat': split it first"):
        Vocabulary.from_tokens(["the", "cat"]).encode("the cat")
    letters = Vocabulary.from_tokens(characters("the cat"))
    assert "".join(letters.decode(letters.encode("the cat"))) == "the cat"


def test_characters_add_up_to_the_text():
    assert "".join(characters(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("He didn't go.", ["He", "didn't", "go", "."]),
        ("3.14 or 1,000?", ["3.14", "or", "1,000", "?"]),
        ("a well-known <unk>", ["a", "well-known", UNK]),
        ("(yes)", ["(", "yes", ")"]),
        ("", []),
    ],
)
def test_tokens_are_words_and_marks(text, tokens):
    assert tokenize(text) == tokens


def test_lower_case_only_on_request():
    assert tokenize("The Cat") == ["The", "Cat"]
    assert tokenize("The Cat", lower=True) == ["the", "cat"]


def test_sentences_lose_no_token():
    flat = [token for sentence in sentences(TEXT) for token in sentence]
    assert flat == tokenize(TEXT)
    assert len(sentences(TEXT)) == 2


def test_abbreviations_and_small_letters_end_no_sentence():
    assert len(sentences("Mr. Smith, i.e. John, said no. really. He left.")) == 2


def test_an_empty_line_ends_a_sentence():
    assert sentences("a title\n\nand a text") == [["a", "title"], ["and", "a", "text"]]


def test_every_line_ends_with_eos():
    assert line_tokens(" a b \n\n c \n") == ["a", "b", EOS, EOS, "c", EOS]
    assert line_tokens("a b\n\n c") == line_tokens(" a b \n\n c \n")


def test_lines_can_be_split_by_another_tokeniser():
    assert line_tokens("Yes, no.\n", split=tokenize) == ["Yes", ",", "no", ".", EOS]


def test_penn_treebank_has_its_published_counts(ptb):
    parts = [line_tokens(part) for part in (ptb.train, ptb.valid, ptb.test)]
    vocabulary = Vocabulary.from_tokens(parts[0], specials=(UNK, EOS))
    assert [len(part) for part in parts] == [929_589, 73_760, 82_430]
    assert len(vocabulary) == 10_000


def test_wikitext_2_has_its_published_counts(real_corpus):
    corpus = real_corpus("wikitext-2")
    parts = [line_tokens(part) for part in (corpus.train, corpus.valid, corpus.test)]
    vocabulary = Vocabulary.from_tokens(parts[0], specials=(UNK, EOS))
    assert [len(part) for part in parts] == [2_088_628, 217_646, 245_569]
    assert len(vocabulary) == 33_278
