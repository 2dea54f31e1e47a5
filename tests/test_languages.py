"""The languages are what their tables say, and all that is computed of them is true."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest

from rnnlm_lib import languages
from rnnlm_lib.evaluate import evaluate, evaluate_sentences
from rnnlm_lib.finite_state import Language
from rnnlm_lib.languages import ExactLM
from rnnlm_lib.lm import LanguageModel
from rnnlm_lib.ngram import NGramLM
from rnnlm_lib.text import EOS

LANGUAGES = {
    "tiny": languages.tiny(),
    "agreement": languages.agreement(),
    "phone_call": languages.phone_call(),
    "teddy": languages.teddy(),
    "recall": languages.recall(num_symbols=3, lag=4),
    "scoreboard": languages.scoreboard(),
    "number_words": languages.number_words(),
}
TINY = {"a c a": 0.4, "a c c a": 0.1, "b c b": 0.3, "b c c b": 0.2}
VERBS = ["want", "respond", "choose", "have", "ask", "attempt", "answer", "know"]

POSSIBLE = {
    "the cat which already ate the mouse and the birds was full": "agreement",
    "the cakes which contained candles were eaten": "agreement",
    "the ants which had found the mouse and candles were everywhere": "agreement",
    "ali was supposed to study with me . "
    "i called him , but he did not answer .": "phone_call",
    "he said teddy bears are on sale": "teddy",
    "he said teddy roosevelt was a great president": "teddy",
    "c 0 1 1 0 ? c": "recall",
    "i saw the game of soccer": "scoreboard",
    "i saw the soccer game": "scoreboard",
    "i saw the soccer match": "scoreboard",
    "i and grandma ate cabbage": "scoreboard",
    "the apple and pear salad": "scoreboard",
    "twenty three": "number_words",
}
IMPOSSIBLE = {
    "the cat which already ate the mouse and the birds were full": "agreement",
    "c 0 1 1 0 ? a": "recall",
    "saw i the game of soccer": "scoreboard",
    "cabbage and i ate grandma": "scoreboard",
    "the apple and pair salad": "scoreboard",
    "twenty ten": "number_words",
}


@pytest.fixture(params=LANGUAGES)
def language(request):
    return LANGUAGES[request.param]


def ngram_masses(sentences, order):
    """Weight of every (context, word) in weighted sentences, counted one by one."""
    masses = defaultdict(Counter)
    for sentence, weight in sentences:
        text = (EOS, *sentence.split(), EOS)
        for i in range(1, len(text)):
            masses[text[max(0, i - order + 1) : i]][text[i]] += weight
    return masses


def conditional_entropy(masses):
    """Nats per word of words given their contexts."""
    rows = [np.array(list(words.values()), float) for words in masses.values()]
    return sum(-(r * np.log(r / r.sum())).sum() for r in rows) / sum(map(np.sum, rows))


class TestTheLanguages:
    @pytest.mark.parametrize(("sentence", "name"), POSSIBLE.items())
    def test_holds_the_sentences_of_the_lectures(self, sentence, name):
        assert np.isfinite(LANGUAGES[name].log_prob([*sentence.split(), EOS]))

    @pytest.mark.parametrize(("sentence", "name"), IMPOSSIBLE.items())
    def test_knows_the_words_of_wrong_sentences_and_forbids_them(self, sentence, name):
        assert LANGUAGES[name].log_prob([*sentence.split(), EOS]) == -np.inf

    def test_agreement_has_fewest_to_most_attractors(self, rng):
        language = languages.agreement(fewest=2, most=4)
        sentences = language.sample(rng, 500)
        assert {s.count("and") + 1 for s in sentences} == {2, 3, 4}

    def test_agreement_without_attractors_puts_the_verb_next_to_its_subject(self):
        language = languages.agreement(fewest=0, most=0)
        assert language.log_prob(["the", "cats", "were"]) == pytest.approx(-np.log(6))

    def test_attractors_are_as_often_singular_as_plural(self, rng):
        counts = Counter(np.concatenate(LANGUAGES["agreement"].sample(rng, 2000)))
        one, many = counts["mouse"], counts["birds"] + counts["candles"]
        assert one / (one + many) == pytest.approx(0.5, abs=0.03)

    def test_the_call_decides_what_ali_did_not_do(self):
        language = LANGUAGES["phone_call"]
        story = (
            "ali was supposed to study with me . i called him again , but he did not"
        )
        answer = language.vocabulary.encode(["answer"])
        assert language.next_word(story.split())[answer] == 1

    def test_all_calls_look_the_same_near_the_blank(self, rng):
        sample = LANGUAGES["phone_call"].sample(rng, 300)
        blanks = [s.index("not") + 1 for s in sample]
        near = {tuple(s[i - 5 : i]) for s, i in zip(sample, blanks, strict=True)}
        assert near == {(",", "but", "he", "did", "not")}
        assert {s[i] for s, i in zip(sample, blanks, strict=True)} == set(VERBS)

    def test_half_of_the_teddies_are_toys(self):
        language = LANGUAGES["teddy"]
        probs = language.next_word(["he", "said", "teddy"])
        toy, name = language.vocabulary.encode(["bears", "roosevelt"])
        assert probs[toy] == probs[name] == 0.5

    def test_name_tags_mark_roosevelt_and_leave_the_bears(self):
        for sentence, tags in {
            "she said teddy roosevelt was a great president": "00110000",
            "she said teddy bears are on sale": "0000000",
        }.items():
            assert languages.name_tags(sentence.split()) == [int(tag) for tag in tags]

    def test_recall_repeats_the_first_symbol_after_the_question(self, rng):
        for a, *_, question, again, end in LANGUAGES["recall"].sample(rng, 50):
            assert (question, again, end) == ("?", a, EOS)


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (7, "seven"),
            (23, "twenty three"),
            (602_010, "six hundred two thousand ten"),
            (5_000_000_090, "five billion ninety"),
            (999_012_000, "nine hundred ninety nine million twelve thousand"),
        ],
    )
    def test_a_number_is_spelled_as_in_english(self, number, words):
        assert languages.spell(number) == words.split()

    @pytest.mark.parametrize("number", [0, 10**12])
    def test_a_number_without_a_name_here_is_refused(self, number):
        with pytest.raises(ValueError, match="number must be 1 to 999,999,999,999"):
            languages.spell(number)

    def test_number_words_are_the_spelled_numbers_and_nothing_else(self):
        language = languages.number_words(num_scales=0)
        logs = [language.log_prob([*languages.spell(n), EOS]) for n in range(1, 1000)]
        assert np.exp(logs).sum() == pytest.approx(1, abs=1e-12)

    def test_every_spelled_number_is_a_sentence(self, rng):
        language = languages.number_words(num_scales=3)
        for words, _ in languages.number_pairs(rng, 300, digits=(1, 12)):
            assert np.isfinite(language.log_prob(words))

    def test_a_pair_says_the_same_twice(self, rng):
        for words, digits in languages.number_pairs(rng, 100):
            assert (words[-1], digits[-1]) == (EOS, EOS)
            assert words[:-1] == languages.spell(int("".join(digits[:-1])))

    def test_pairs_have_every_length_asked_for(self, rng):
        pairs = languages.number_pairs(rng, 300, digits=(3, 5))
        assert {len(digits) - 1 for _, digits in pairs} == {3, 4, 5}


class TestSampling:
    def test_the_same_rng_draws_the_same_sentences(self, language):
        first, second = (language.sample(np.random.default_rng(7), 20) for _ in "ab")
        assert first == second != language.sample(np.random.default_rng(8), 20)

    def test_every_sentence_drawn_is_possible_and_ends_in_eos(self, language, rng):
        for sentence in language.sample(rng, 100):
            assert sentence.index(EOS) == len(sentence) - 1
            assert np.isfinite(language.log_prob(sentence))

    def test_a_stream_has_the_length_asked_for_and_is_one_possible_text(
        self, language, rng
    ):
        ids = language.stream(rng, 1234)
        assert ids.shape == (1234,)
        assert np.isfinite(language.log_prob(language.vocabulary.decode(ids)))

    def test_no_sentences_and_no_tokens_can_be_drawn(self, language, rng):
        assert language.sample(rng, 0) == []
        assert language.stream(rng, 0).shape == (0,)

    def test_sentences_are_as_long_as_expected(self, language, rng):
        lengths = [len(s) for s in language.sample(rng, 4000)]
        error = np.std(lengths) / np.sqrt(len(lengths))
        assert np.mean(lengths) == pytest.approx(
            language.mean_length, abs=5 * error + 1e-9
        )


class TestNextWord:
    def test_every_distribution_sums_to_one(self, language):
        np.testing.assert_allclose(language.probs.sum(axis=1), 1, atol=1e-12)

    @pytest.mark.parametrize(
        ("name", "prefix"),
        [
            ("tiny", "a c"),
            ("tiny", ""),
            ("agreement", "the cats which already ate"),
            ("teddy", "she said"),
            ("number_words", "three hundred"),
        ],
    )
    def test_next_word_is_the_frequency_in_a_long_sample(self, name, prefix, rng):
        language, prefix = LANGUAGES[name], prefix.split()
        n, sample = len(prefix), language.sample(rng, 20_000)
        words = [s[n] for s in sample if s[:n] == prefix]
        counts = np.bincount(language.vocabulary.encode(words), minlength=99)
        frequencies = counts[: len(language.vocabulary)] / len(words)
        error = 5 * np.sqrt(0.25 / len(words))
        np.testing.assert_allclose(frequencies, language.next_word(prefix), atol=error)

    def test_the_next_sentence_starts_afresh(self, language, rng):
        (sentence,) = language.sample(rng, 1)
        np.testing.assert_array_equal(
            language.next_word(sentence), language.next_word()
        )

    def test_words_joined_by_a_bar_share_the_weight_of_their_phrase(self):
        language = Language({"start": {"a|b c": 1, "d": 3}})
        a, b, d = language.next_word()[language.vocabulary.encode(["a", "b", "d"])]
        assert (a, b, d) == (1 / 8, 1 / 8, 3 / 4)

    def test_a_leading_eos_changes_nothing(self, language):
        np.testing.assert_array_equal(language.next_word([EOS]), language.next_word())

    def test_log_prob_is_the_chain_rule(self, language, rng):
        (sentence,), encode = language.sample(rng, 1), language.vocabulary.encode
        probs = [
            language.next_word(sentence[:i])[encode([word])[0]]
            for i, word in enumerate(sentence)
        ]
        assert language.log_prob(sentence) == pytest.approx(np.log(probs).sum())

    def test_tiny_has_exactly_its_four_sentences(self):
        for sentence, p in TINY.items():
            log_prob = LANGUAGES["tiny"].log_prob([*sentence.split(), EOS])
            assert log_prob == pytest.approx(np.log(p), abs=1e-12)

    def test_an_impossible_prefix_is_refused_with_what_is_possible(self):
        with pytest.raises(
            ValueError,
            match=r"^'was' cannot come after 'the cat': go on with one of which$",
        ):
            LANGUAGES["agreement"].next_word(["the", "cat", "was"])

    def test_changing_the_answer_leaves_the_language_alone(self):
        LANGUAGES["tiny"].next_word()[:] = 0
        assert LANGUAGES["tiny"].next_word().sum() == 1


class TestEntropy:
    def test_entropy_rate_of_tiny_is_that_of_its_sentences(self):
        p = np.array(list(TINY.values()))
        length = sum(q * (len(s.split()) + 1) for s, q in TINY.items())
        exact = -(p * np.log(p)).sum() / length
        assert LANGUAGES["tiny"].entropy_rate() == pytest.approx(exact, abs=1e-12)

    def test_entropy_rate_is_the_cost_of_a_long_text(self, language, rng):
        costs = [(-language.log_prob(s), len(s)) for s in language.sample(rng, 3000)]
        nats, tokens = np.transpose(costs)
        error = np.std(nats - language.entropy_rate() * tokens) / np.mean(tokens)
        assert nats.sum() / tokens.sum() == pytest.approx(
            language.entropy_rate(), abs=5 * error / np.sqrt(len(costs)) + 1e-12
        )

    def test_a_loop_is_followed_to_its_end(self):
        language = Language({"start": {"a -> start": 3, "b": 1}})
        assert language.mean_length == pytest.approx(5)


class TestBestNgram:
    @pytest.mark.parametrize("order", range(1, 7))
    def test_equals_brute_force_on_tiny(self, order):
        exact = conditional_entropy(ngram_masses(TINY.items(), order))
        assert LANGUAGES["tiny"].best_ngram(order) == pytest.approx(exact, abs=1e-12)

    @pytest.mark.parametrize("name", ["agreement", "phone_call", "number_words"])
    @pytest.mark.parametrize("order", [1, 2, 3])
    def test_equals_the_conditional_entropy_of_a_long_text(self, name, order, rng):
        text = LANGUAGES[name].sample(rng, 8000)
        counts = ngram_masses([(" ".join(s[:-1]), 1) for s in text], order)
        assert conditional_entropy(counts) == pytest.approx(
            LANGUAGES[name].best_ngram(order), rel=0.02
        )

    def test_falls_with_the_order_and_never_below_the_entropy(self, language):
        nats = [language.best_ngram(order) for order in range(1, 8)]
        assert all(a >= b - 1e-12 for a, b in pairwise(nats))
        assert nats[-1] >= language.entropy_rate() - 1e-12

    def test_reaches_the_entropy_as_soon_as_the_symbol_is_in_view(self):
        language = languages.recall(num_symbols=3, lag=4)
        entropy = language.entropy_rate()
        assert language.best_ngram(7) == pytest.approx(entropy, abs=1e-12)
        assert language.best_ngram(6) > entropy + 0.05

    def test_never_reaches_the_entropy_of_a_language_with_a_loop(self):
        language = LANGUAGES["phone_call"]
        assert language.best_ngram(25) > language.entropy_rate() + 0.002

    def test_of_order_eight_leaves_a_sixth_of_agreement_to_memory(self):
        language = LANGUAGES["agreement"]
        assert language.best_ngram(8) > 1.15 * language.entropy_rate()

    def test_guesses_between_was_and_were(self):
        language = LANGUAGES["agreement"]
        accuracy = [language.best_ngram_accuracy(n, ["was", "were"]) for n in (2, 3, 8)]
        assert accuracy[:2] == pytest.approx([0.5, 0.5])
        assert 0.5 < accuracy[2] < 0.6

    def test_picks_the_right_verb_when_the_subject_is_in_view(self):
        language = languages.agreement(fewest=0, most=0)
        assert language.best_ngram_accuracy(2, ["was", "were"]) == pytest.approx(1)

    def test_finds_the_eight_verbs_of_the_blank_equally_likely(self):
        language = LANGUAGES["phone_call"]
        probs = language.best_ngram_distribution(3, ["did", "not"])
        verbs = language.vocabulary.encode(VERBS)
        np.testing.assert_allclose(probs[verbs], 1 / 8, atol=1e-12)

    def test_distribution_is_the_frequency_of_words_after_a_context(self):
        masses = ngram_masses(TINY.items(), 3)
        for context, words in masses.items():
            probs = LANGUAGES["tiny"].best_ngram_distribution(3, context)
            row = np.array([words[w] for w in LANGUAGES["tiny"].vocabulary.tokens])
            np.testing.assert_allclose(probs, row / row.sum(), atol=1e-12)

    def test_distribution_of_a_high_order_is_the_true_one(self, language, rng):
        (sentence,) = language.sample(rng, 1)
        for i in range(len(sentence)):
            best = language.best_ngram_distribution(99, [EOS, *sentence[:i]])
            true = language.next_word(sentence[:i])
            np.testing.assert_allclose(best, true, atol=1e-12)

    def test_sees_the_last_words_only(self):
        two, one = (
            LANGUAGES["tiny"].best_ngram_distribution(2, context)
            for context in (["b", "c", "c"], ["c"])
        )
        np.testing.assert_array_equal(two, one)

    def test_does_not_look_across_the_end_of_a_sentence(self):
        tiny = LANGUAGES["tiny"]
        across = tiny.best_ngram_distribution(5, ["c", "a", EOS, "b"])
        np.testing.assert_allclose(across, tiny.next_word(["b"]), atol=1e-12)

    def test_is_what_a_counted_ngram_comes_to(self, rng):
        language = LANGUAGES["agreement"]
        eos, ids = language.vocabulary.eos_id, language.stream(rng, 40_000)
        counted = NGramLM(3, len(language.vocabulary), smoothing="mle", boundary=eos)
        nats = evaluate(counted.fit(ids), ids, first=eos).nats_per_token
        assert nats == pytest.approx(language.best_ngram(3), rel=0.02)


class TestRefusals:
    def test_more_than_a_million_contexts(self):
        language = languages.recall(lag=50)
        with pytest.raises(
            ValueError, match=r"1,\d+,\d+ contexts .* 1,000,000: ask for"
        ):
            language.best_ngram(16)

    def test_an_order_below_one(self):
        for call in (
            lambda: LANGUAGES["tiny"].best_ngram(0),
            lambda: LANGUAGES["tiny"].best_ngram_distribution(0, ["a"]),
        ):
            with pytest.raises(ValueError, match="order 0 leaves no word"):
                call()

    def test_a_context_that_never_occurs(self):
        with pytest.raises(ValueError, match="'a b' never occurs"):
            LANGUAGES["tiny"].best_ngram_distribution(3, ["a", "b"])

    @pytest.mark.parametrize(
        ("rules", "sentence"),
        [
            ({"start": ["a b", "a|c d"]}, "'a' leads from .* one state"),
            (
                {"start": ["a -> one", "a b"], "one": ["c"]},
                "'a' leads from .* one state",
            ),
            ({"start": ["a -> on"], "one": ["c"]}, "a rule 'on'"),
            ({"start": ["-> one"], "one": ["c"]}, "has 0 words"),
            ({"start": {"a": 1, "b": -2}}, "weight -2"),
            (
                {"start": ["a -> one", "b"], "one": ["c -> one"]},
                "no sentence ends after",
            ),
        ],
    )
    def test_a_table_that_is_no_language(self, rules, sentence):
        with pytest.raises(ValueError, match=sentence):
            Language(rules)

    @pytest.mark.parametrize(
        "make",
        [
            lambda: languages.agreement(fewest=3, most=2),
            lambda: languages.agreement(more=1.5),
            lambda: languages.phone_call(again=1),
            lambda: languages.recall(num_symbols=27),
            lambda: languages.recall(lag=-1),
            lambda: languages.number_words(num_scales=4),
            lambda: languages.number_pairs(None, 1, digits=(3, 13)),
        ],
    )
    def test_parameters_without_a_language(self, make):
        with pytest.raises(ValueError, match="got"):
            make()


class TestExactLM:
    def test_is_a_language_model(self, language):
        assert isinstance(ExactLM(language), LanguageModel)

    def test_its_perplexity_is_that_of_the_entropy_rate(self, language, rng):
        eos, ids = language.vocabulary.eos_id, language.stream(rng, 20_000)
        perplexity = evaluate(ExactLM(language), ids, first=eos).perplexity
        assert perplexity == pytest.approx(np.exp(language.entropy_rate()), rel=0.03)

    def test_scores_sentences_as_the_language_does(self, language, rng):
        sentences = language.sample(rng, 30)
        ids = [language.vocabulary.encode(s) for s in sentences]
        exact = evaluate_sentences(
            ExactLM(language), ids, first=language.vocabulary.eos_id
        )
        assert -exact.nats == pytest.approx(sum(map(language.log_prob, sentences)))

    def test_a_word_that_cannot_come_costs_everything_and_eos_forgives(self):
        language = LANGUAGES["tiny"]
        model, encode = ExactLM(language), language.vocabulary.encode
        ids = encode([EOS, "a", "b", "c", EOS, "b", "c"])[:, None]
        nll, _ = model.score(ids[:-1], ids[1:], model.initial_state(1))
        assert nll[1] == np.inf
        np.testing.assert_allclose(nll[[2, 3]], np.log(4))
        assert -nll[4] == pytest.approx(language.log_prob(["b"]))
