"""N-gram models: laws first, then numbers worked by hand, then the Penn Treebank."""

import itertools
import re
from collections import Counter

import numpy as np
import pytest

from rnnlm_lib.counts import ABSENT, context_rows, count_ngrams, radix_argsort
from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.lm import LanguageModel
from rnnlm_lib.ngram import SMOOTHINGS, NGramLM, estimate_weights
from rnnlm_lib.text import Vocabulary, line_tokens

EOS, A, B, C = range(4)
FALLBACK = (0.5, 1.0, 1.5)
START = np.array([[EOS]])  # the state of one bigram stream that read <eos>
# "a b a", "a b", "a a"; the word c is in the vocabulary and never occurs.
TEXT = [A, B, A, EOS, A, B, EOS, A, A, EOS]


def model(order, *, smoothing, boundary=EOS, vocab_size=4, **options):
    if smoothing == "interpolated":
        options = {"weights": [0.9, 0.7, 0.6, 0.8, 0.5][:order], **options}
    return NGramLM(
        order,
        vocab_size,
        smoothing=smoothing,
        boundary=boundary,
        fallback_discounts=FALLBACK,
        **options,
    )


def random_text(rng, *, words, vocab_size=40):
    """Words by Zipf's law; word 0, the most frequent, may be used as the boundary."""
    chances = 1 / np.arange(1, vocab_size + 1)
    return rng.choice(vocab_size, size=words, p=chances / chances.sum())


def nats(lm, ids):
    """Minus log P of each id of one text (T,) that <eos> starts."""
    ids = np.asarray(ids)
    inputs = np.concatenate([[EOS], ids[:-1]])
    return lm.score(inputs[:, None], ids[:, None], lm.initial_state(1))[0][:, 0]


# --- laws ----------------------------------------------------------------------------

every_model = pytest.mark.parametrize(
    ("smoothing", "order", "boundary"),
    list(itertools.product(SMOOTHINGS, (1, 2, 3, 5), (EOS, None))),
)


def test_an_ngram_model_is_a_language_model():
    assert isinstance(fitted(), LanguageModel)


@every_model
def test_probabilities_sum_to_one_after_any_context(smoothing, order, boundary):
    lm = model(order, smoothing=smoothing, boundary=boundary).fit(TEXT)
    words = np.arange(4)
    for length in range(5):
        for context in itertools.product(words, repeat=length):
            assert lm.prob(context, words).sum() == pytest.approx(1, abs=1e-12)


@every_model
def test_step_scores_add_up_to_sequence_score(smoothing, order, boundary):
    lm = model(order, smoothing=smoothing, boundary=boundary).fit(TEXT)
    state, total = lm.initial_state(1), 0.0
    for token, target in itertools.pairwise([EOS, *TEXT]):
        log_probs, state = lm.step(np.array([token]), state)
        total -= log_probs[0, target]
    assert total == pytest.approx(nats(lm, TEXT).sum(), abs=1e-12)


@every_model
def test_score_is_the_probability_of_each_word_after_all_before_it(
    smoothing, order, boundary
):
    lm = model(order, smoothing=smoothing, boundary=boundary).fit(TEXT)
    text = [EOS, *TEXT]
    expected = [lm.prob(text[:t], text[t]) for t in range(1, len(text))]
    np.testing.assert_allclose(np.exp(-nats(lm, TEXT)), expected, atol=1e-15)


def test_score_in_two_parts_is_the_score_of_the_whole():
    lm = model(4, smoothing="kneser_ney").fit(TEXT)
    inputs = np.array([[EOS, A, B, A, EOS, B, A], [C, C, EOS, A, A, B, A]]).T
    targets = np.roll(inputs, -1, axis=0)
    whole, end = lm.score(inputs, targets, lm.initial_state(2))
    first, state = lm.score(inputs[:3], targets[:3], lm.initial_state(2))
    second, state = lm.score(inputs[3:], targets[3:], state)
    assert np.array_equal(np.concatenate([first, second]), whole)
    assert np.array_equal(state, end)


def test_columns_of_a_batch_do_not_see_each_other():
    lm = model(3, smoothing="kneser_ney").fit(TEXT)
    inputs = np.array([[EOS, A, B], [A, A, EOS]]).T
    both, _ = lm.score(inputs, inputs[::-1], lm.initial_state(2))
    for b in range(2):
        column = inputs[:, b : b + 1]
        alone, _ = lm.score(column, column[::-1], lm.initial_state(1))
        assert np.array_equal(both[:, b : b + 1], alone)


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_a_word_order_steps_back_changes_nothing_and_one_step_less_does(smoothing):
    text = random_text(np.random.default_rng(0), words=3000, vocab_size=5)
    lm = model(3, smoothing=smoothing, boundary=None, vocab_size=5).fit(text)
    words = np.arange(5)
    base = lm.prob([1, 2, 1], words)
    assert np.abs(lm.prob([3, 2, 1], words) - base).max() == 0.0
    assert np.abs(lm.prob([1, 3, 1], words) - base).max() > 1e-3


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_no_context_reaches_across_the_boundary(smoothing):
    lm = model(3, smoothing=smoothing).fit(TEXT)
    words = np.arange(4)
    assert np.array_equal(lm.prob([A, EOS], words), lm.prob([B, EOS], words))
    assert np.array_equal(lm.prob([A, EOS], words), lm.prob([EOS], words))


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_the_order_of_sentences_does_not_matter(smoothing):
    moved = [A, A, EOS, A, B, A, EOS, A, B, EOS]
    one, other = (model(3, smoothing=smoothing).fit(ids) for ids in (TEXT, moved))
    assert np.array_equal(nats(one, TEXT), nats(other, TEXT))


def test_add_k_tends_to_the_uniform_model():
    lm = model(3, smoothing="add_k", k=1e12).fit(TEXT)
    np.testing.assert_allclose(nats(lm, TEXT), np.log(4), rtol=1e-9)


def test_weights_of_zero_give_the_uniform_model():
    lm = model(3, smoothing="interpolated", weights=[0, 0, 0]).fit(TEXT)
    assert np.array_equal(nats(lm, TEXT), np.full(len(TEXT), np.log(4)))


@pytest.mark.parametrize("smoothing", ["mle", "kneser_ney"])
def test_a_context_never_seen_is_shortened(smoothing):
    lm = model(3, smoothing=smoothing).fit(TEXT)
    words = np.arange(4)
    assert np.array_equal(lm.prob([C, A], words), lm.prob([A], words))
    assert np.array_equal(lm.prob([B, C], words), lm.prob([], words))


def test_an_order_longer_than_the_text_changes_nothing():
    short, long = (model(n, smoothing="mle").fit([A, B, EOS]) for n in (4, 9))
    assert np.array_equal(nats(short, [A, B, EOS]), nats(long, [A, B, EOS]))


@pytest.mark.parametrize("bits", [1, 16, 17, 32, 33, 62])
def test_radix_argsort_sorts_integers_of_any_size(rng, bits):
    keys = rng.integers(2**bits, size=1000)
    assert np.array_equal(radix_argsort(keys), np.argsort(keys, kind="stable"))


def test_a_context_that_reaches_before_the_start_has_no_row():
    keys = [table.keys for table in count_ngrams([0, 3, 1, 0, 3, 1], 4, 4)]
    # An absent id, -1, must not pass for the last id, 3, of the row before: key 1*4 - 1
    *_, two, three = context_rows(keys, np.array([ABSENT, 1]), 4)
    assert two.tolist() == three.tolist() == [ABSENT, ABSENT]


# --- by hand -------------------------------------------------------------------------


def test_counts_by_hand():
    lm = model(3, smoothing="mle").fit(TEXT)
    ngrams, counts = lm.counts_(2)  # the first _ of a bigram is <s>, the second </s>
    expected = {(EOS, A): 3, (A, EOS): 2, (A, A): 1, (A, B): 2, (B, EOS): 1, (B, A): 1}
    assert dict(zip(map(tuple, ngrams.tolist()), counts, strict=True)) == expected
    assert lm.counts_(1)[0].tolist() == [[EOS], [A], [B]]
    assert [lm.counts_(n)[1].sum() for n in (1, 2, 3)] == [10, 10, 7]


def test_lower_orders_count_the_words_before_but_at_a_sentence_start_the_sentences():
    unigrams, bigrams, _ = count_ngrams(np.array(TEXT), 3, 4, boundary=EOS)
    # before _: a, b; before a: <s>, a, b; before b: a; c never occurs
    assert unigrams.left.tolist() == [2, 3, 1, 0]
    # _a starts three sentences. Before a_: b, a; aa: <s>; ab: <s>; b_: a; ba: a.
    assert bigrams.left.tolist() == [3, 2, 1, 1, 1, 1]


def test_the_start_of_a_stream_counts_as_one_more_word_before():
    unigrams, bigrams, _ = count_ngrams(np.array([A, B, A, B]), 3, 4)
    assert unigrams.left.tolist() == [0, 2, 1, 0]  # a: nothing, b; b: a
    assert bigrams.left.tolist() == [2, 1]  # ab: nothing, b; ba: a


def test_mle_by_hand():
    lm = model(2, smoothing="mle").fit(TEXT)
    # a is followed five times: by a once, by b twice, by </s> twice
    assert lm.prob([A], np.arange(4)).tolist() == [2 / 5, 1 / 5, 2 / 5, 0]
    assert lm.prob([EOS], A) == 1  # every sentence begins with a


def test_add_k_by_hand():
    lm = model(2, smoothing="add_k", k=0.5).fit(TEXT)
    # (count + 0.5) / (5 + 4 * 0.5) after a; after c, which was never seen, 1 / 4
    expected = np.array([2.5, 1.5, 2.5, 0.5]) / 7
    np.testing.assert_allclose(lm.prob([A], np.arange(4)), expected, rtol=1e-15)
    assert lm.prob([C], np.arange(4)).tolist() == [1 / 4] * 4


def test_add_k_uses_the_context_that_there_is_where_a_sentence_starts():
    lm = model(3, smoothing="add_k", k=0.5).fit(TEXT)
    assert lm.prob([EOS], A) == pytest.approx((3 + 0.5) / (3 + 2), rel=1e-15)
    assert lm.prob([], A) == pytest.approx((5 + 0.5) / (10 + 2), rel=1e-15)


def test_interpolation_by_hand():
    lm = model(2, smoothing="interpolated", weights=[0.8, 0.6]).fit(TEXT)
    # P(b) = 0.8 * 2/10 + 0.2 * 1/4 = 0.21;  P(b | a) = 0.6 * 2/5 + 0.4 * 0.21 = 0.324
    assert lm.prob([], B) == pytest.approx(0.21, rel=1e-15)
    assert lm.prob([A], B) == pytest.approx(0.324, rel=1e-15)
    assert lm.prob([C], B) == lm.prob([], B)


def test_kneser_ney_by_hand():
    lm = NGramLM(2, 4, boundary=EOS).fit(TEXT)
    # Different words before: _ 2, a 3, b 1, sum 6. One unigram each has 1, 2, 3:
    #   Y = 1/(1+2) = 1/3, D1 = 1 - 2Y = 1/3, D2 = 2 - 3Y = 1, D3 = 3
    #   handed down (1/3 + 1 + 3)/6 = 13/18, of which each of four words gets 13/72
    #   P(_) = (2-1)/6 + 13/72 = 25/72    P(a) = (3-3)/6 + 13/72 = 13/72
    #   P(b) = (1-1/3)/6 + 13/72 = 21/72  P(c) = 13/72
    unigram = np.array([25, 13, 21, 13]) / 72
    np.testing.assert_allclose(lm.prob([], np.arange(4)), unigram, rtol=1e-14)
    # Bigrams: _a 3; a_ 2, ab 2; aa 1, b_ 1, ba 1: so n1, n2, n3, n4 = 3, 2, 1, 0
    #   Y = 3/7, D1 = 1 - 2Y 2/3 = 3/7, D2 = 2 - 3Y 1/2 = 19/14, D3 = 3
    #   after a: handed down (19/14 + 19/14 + 3/7)/5 = 22/35
    #   kept: (2 - 19/14)/5 = 9/70 by _ and by b, (1 - 3/7)/5 = 4/35 by a
    expected = np.array([9 / 70, 4 / 35, 9 / 70, 0]) + 22 / 35 * unigram
    np.testing.assert_allclose(lm.prob([A], np.arange(4)), expected, rtol=1e-14)
    assert lm.prob([A], B) == pytest.approx(131 / 420, rel=1e-14)
    # After <s> the one count, 3, is taken off whole: nothing but the unigrams is left.
    np.testing.assert_allclose(lm.prob([EOS], np.arange(4)), unigram, rtol=1e-14)


def test_mle_gives_an_event_never_seen_no_probability_and_no_warning():
    lm = model(3, smoothing="mle").fit(TEXT)
    assert lm.prob([A], C) == 0
    assert nats(lm, [C])[0] == np.inf
    assert lm.step(np.array([A]), lm.initial_state(1))[0][0, C] == -np.inf


# --- against a second implementation -------------------------------------------------


class SlowKneserNey:
    """Interpolated modified Kneser-Ney from its definition: tuples and dictionaries."""

    def __init__(self, sequences, order, vocab_size, *, bounded):
        self.order, self.vocab_size, self.bounded = order, vocab_size, bounded
        self.counts = {}
        longer = Counter()
        for n in range(order, 0, -1):
            grams = Counter(g for s in sequences for g in self.windows(s, n))
            first = Counter(s[:n] for s in sequences if len(s) >= n)
            before = Counter(g[1:] for g in longer)
            for gram in grams:
                if n < order and not (bounded and gram[0] == "<s>"):
                    grams[gram] = before[gram] + (0 if bounded else first[gram])
            self.counts[n] = grams
            longer = grams
        self.discounts = {n: self.discount(c.values()) for n, c in self.counts.items()}

    def windows(self, sequence, n):
        start = 1 if self.bounded and n == 1 else 0  # <s> is never predicted
        return [sequence[t : t + n] for t in range(start, len(sequence) - n + 1)]

    def discount(self, counts):
        n1, n2, n3, n4 = (sum(c == j for c in counts) for j in (1, 2, 3, 4))
        if not (n1 and n2 and n3):
            return [0, *FALLBACK]
        y = n1 / (n1 + 2 * n2)
        found = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        return [0, *found] if min(found) >= 0 else [0, *FALLBACK]

    def prob(self, gram):
        n = len(gram)
        lower = self.prob(gram[1:]) if n > 1 else 1 / self.vocab_size
        after = {g: c for g, c in self.counts[n].items() if g[:-1] == gram[:-1]}
        if not after:
            return lower
        discount = {g: self.discounts[n][min(c, 3)] for g, c in after.items()}
        own = after.get(gram, 0) - discount.get(gram, 0)
        return (own + sum(discount.values()) * lower) / sum(after.values())


def split(ids):
    """Sentences with <s> before and the boundary 0, which is </s>, behind."""
    ends = np.flatnonzero(ids == 0) + 1
    return [("<s>", *part.tolist()) for part in np.split(ids, ends) if len(part)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_kneser_ney_of_sentences_is_its_definition(order, seed):
    rng = np.random.default_rng(seed)
    text, unseen = random_text(rng, words=600), random_text(rng, words=60)
    slow = SlowKneserNey(split(text), order, 40, bounded=True)
    lm = model(order, smoothing="kneser_ney", vocab_size=40).fit(text)
    expected = [
        slow.prob(sentence[max(0, t + 1 - order) : t + 1])
        for sentence in split(unseen)
        for t in range(1, len(sentence))
    ]
    np.testing.assert_allclose(np.exp(-nats(lm, unseen)), expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_kneser_ney_of_a_stream_is_its_definition(order, seed):
    rng = np.random.default_rng(seed)
    text, unseen = random_text(rng, words=600), random_text(rng, words=60)
    slow = SlowKneserNey([tuple(text.tolist())], order, 40, bounded=False)
    lm = model(order, smoothing="kneser_ney", boundary=None, vocab_size=40).fit(text)
    expected = [
        slow.prob(tuple(unseen[max(0, t + 1 - order) : t + 1].tolist()))
        for t in range(len(unseen))
    ]
    found = [lm.prob(unseen[:t], unseen[t]) for t in range(len(unseen))]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


# --- weights from held-out text ------------------------------------------------------


def layered_text(rng, *, words):
    """A text in which no word, one word or two words before decide the next."""
    text = [1, 2]
    for depth, word in zip(
        rng.integers(0, 3, size=words), random_text(rng, words=words), strict=True
    ):
        text.append([word, 3 * text[-1] % 37, (text[-1] + text[-2]) % 37][depth])
    return np.array(text)


def test_no_other_weights_make_held_out_text_more_probable():
    rng = np.random.default_rng(0)
    text, held_out = layered_text(rng, words=1000), layered_text(rng, words=500)
    raw = model(3, smoothing="mle", vocab_size=40).fit(text)
    best = estimate_weights(raw, held_out)

    def loss(weights):
        lm = model(3, smoothing="interpolated", vocab_size=40, weights=weights)
        return nats(lm.fit(text), held_out).sum()

    for n, change in itertools.product(range(3), (-0.02, 0.02)):
        assert loss(best + change * np.eye(3)[n]) > loss(best)


def test_fit_estimates_the_weights_on_held_out_text():
    rng = np.random.default_rng(0)
    text, held_out = layered_text(rng, words=200), layered_text(rng, words=100)
    lm = NGramLM(3, 40, smoothing="interpolated").fit(text, held_out=held_out)
    raw = NGramLM(3, 40, smoothing="mle").fit(text)
    assert np.array_equal(lm.weights_, estimate_weights(raw, held_out))


def test_an_order_that_held_out_text_never_asks_gets_no_weight():
    lm = NGramLM(3, 4, smoothing="interpolated", boundary=EOS)
    assert lm.fit(TEXT, held_out=[C, C, EOS]).weights_[2] == 0


# --- discounts from little text ------------------------------------------------------


def test_an_order_without_counts_of_one_two_or_three_takes_the_fallback_discounts():
    lm = NGramLM(1, 4, boundary=EOS, fallback_discounts=(0.5, 1.0, 1.5)).fit(TEXT)
    # _ 3, a 5, b 2 of 10: taken 1.5 + 1.5 + 1 = 4, a quarter of it to each word
    expected = np.array([1.5 + 1, 3.5 + 1, 1 + 1, 0 + 1]) / 10
    np.testing.assert_allclose(lm.prob([], np.arange(4)), expected, rtol=1e-15)


def test_discounts_that_can_be_estimated_are():
    estimated = NGramLM(2, 4, boundary=EOS).fit(TEXT)
    lm = NGramLM(2, 4, boundary=EOS, fallback_discounts=(0, 0, 0)).fit(TEXT)
    assert np.array_equal(nats(lm, TEXT), nats(estimated, TEXT))


# --- mistakes ------------------------------------------------------------------------


def interpolated(**options):
    return NGramLM(2, 4, smoothing="interpolated", **options)


MISTAKES = [
    ("must be 1 (unigrams) or more, got 0", lambda: NGramLM(0, 4)),
    ("got 'good_turing'", lambda: NGramLM(2, 4, smoothing="good_turing")),
    ("id 4 is outside 0..3", lambda: NGramLM(2, 4, boundary=4)),
    ("k > 0, got 0", lambda: NGramLM(2, 4, smoothing="add_k", k=0)),
    ("2 weights between 0 and 1, got [0.5]", lambda: interpolated(weights=[0.5])),
    ("and 1, got [0.5, 1.5]", lambda: interpolated(weights=[0.5, 1.5])),
    ("needs 2 weights: pass weights=...", lambda: interpolated().fit(TEXT)),
    ("at least one token", lambda: interpolated().fit(TEXT, held_out=[])),
    ("at least one token", lambda: NGramLM(2, 4).fit([])),
    ("of shape (1, 10)", lambda: NGramLM(2, 4).fit([TEXT])),
    ("id 9 is outside 0..3", lambda: NGramLM(2, 4).fit([1, 9])),
    ("id -1 is outside 0..3", lambda: NGramLM(2, 4).fit([1, -1])),
    ("integers, got float64", lambda: NGramLM(2, 4).fit([1.0, 2.0])),
    ("5, 1, 0 and 0 are counted", lambda: NGramLM(3, 4, boundary=0).fit(TEXT)),
    ("call fit(ids) first", lambda: NGramLM(2, 4).prob([A], B)),
    ("call fit(ids) first", lambda: NGramLM(2, 4).counts_(1)),
    ("from 1 to 2, the order, got 3", lambda: fitted().counts_(3)),
    ("id 4 is outside 0..3", lambda: fitted().prob([4], B)),
    ("id 4 is outside 0..3", lambda: fitted().step([4], START)),
    (
        "one target, got (2, 1) and (3, 1)",
        lambda: fitted().score([[1]] * 2, [[1]] * 3, START),
    ),
    (
        "at most 1, 2 and 3, got (2, 2, 2)",
        lambda: NGramLM(1, 4, fallback_discounts=(2, 2, 2)).fit(TEXT),
    ),
]


def fitted():
    return model(2, smoothing="mle").fit(TEXT)


@pytest.mark.parametrize(("sentence", "mistake"), MISTAKES)
def test_a_mistake_is_answered_with_one_clear_sentence(sentence, mistake):
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        mistake()
    assert "\n" not in str(caught.value)


# --- on real text --------------------------------------------------------------------


@pytest.fixture(scope="module")
def treebank(ptb):
    """Ids of its three parts, <eos> after every line, and the vocabulary."""
    vocabulary = Vocabulary(set(line_tokens(ptb.train)))
    parts = (ptb.train, ptb.valid, ptb.test)
    return [vocabulary.encode(line_tokens(part)) for part in parts], vocabulary


@pytest.mark.parametrize(
    ("order", "valid", "test"),
    [
        (2, 199.02, 185.70),
        (3, 157.77, 148.28),  # Mikolov 2011: 148.3
        (4, 149.90, 142.72),
        (5, 148.01, 141.19),  # Mikolov & Zweig 2012: 141.2
    ],
)
def test_penn_treebank_perplexity_is_the_known_one(treebank, order, valid, test):
    (train, *parts), vocabulary = treebank
    lm = NGramLM(order, len(vocabulary), boundary=vocabulary.eos_id).fit(train)
    found = [evaluate(lm, ids, first=lm.start, window=10_000) for ids in parts]
    assert len(vocabulary) == 10_000
    assert [result.tokens for result in found] == [73_760, 82_430]
    assert [r.perplexity for r in found] == pytest.approx([valid, test], abs=0.005)


def test_memory_is_within_its_limits(treebank):
    (train, *_), vocabulary = treebank
    size, eos = len(vocabulary), vocabulary.eos_id
    counted = count_ngrams(train, 5, size, boundary=eos)
    ngrams = sum(len(table.seen) for table in counted)
    arrays = [array for table in counted for array in vars(table).values()]
    assert sum(array.nbytes for array in arrays) <= 16 * ngrams
    assert NGramLM(5, size, boundary=eos).fit(train).nbytes <= 24 * ngrams
