"""N-grams against nltk.lm, side by side in one run: one thread, CPU time.

    python benchmarks/ngram.py

Both count, fit and score the same sentences, alternating; the fastest call of each
counts, because other work on the machine only ever adds time. The corpora are a
synthetic one (Zipf's law for 10,000 words and for the phrases they form, a million
tokens) and, where RNNLM_DATA holds it, the Penn Treebank. Takes about 90 CPU seconds.
"""

import os
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy is imported

import numpy as np
from nltk.lm import KneserNeyInterpolated, NgramCounter
from nltk.lm.preprocessing import pad_both_ends, padded_everygram_pipeline
from nltk.util import everygrams

from rnnlm_lib.counts import count_ngrams
from rnnlm_lib.ngram import NGramLM

ROUNDS = 2
REPEATS = 7  # of ours in each round: it takes a hundredth of the time
COUNTED = 200_000  # tokens that nltk counts: it would need 20 s for a million
SCORED = 25  # words that nltk scores: it walks through all contexts for each
EOS = 0


def zipf_corpus(*, tokens=1_000_000, vocab_size=10_000, rng):
    """Sentences of 24 words, made of phrases of 1 to 5; Zipf's law holds for both."""
    words = np.arange(1, vocab_size)
    chances = 1 / words / np.sum(1 / words)
    ends = np.cumsum(rng.integers(1, 6, size=100_000))
    phrases = np.split(rng.choice(words, size=ends[-1], p=chances), ends[:-1])
    chances = np.arange(1.0, len(phrases) + 1) ** -0.8
    drawn = rng.choice(len(phrases), size=tokens // 2, p=chances / chances.sum())
    text = np.concatenate([phrases[i] for i in drawn])[: tokens * 24 // 25]
    return [[str(word) for word in line] for line in text.reshape(-1, 24)]


def penn_treebank():
    """The training sentences, or None where RNNLM_DATA does not hold them."""
    path = Path(os.environ.get("RNNLM_DATA", ""), "ptb", "ptb.train.txt")
    if not path.is_file():
        return None
    return [line.split() for line in path.read_text(encoding="utf-8").splitlines()]


def to_ids(sentences):
    """One stream of ids in which EOS ends each sentence, and the vocabulary size."""
    ids = {"<eos>": EOS}
    words = (word for sentence in sentences for word in [*sentence, "<eos>"])
    return np.array([ids.setdefault(word, len(ids)) for word in words]), len(ids)


def nltk_count(sentences):
    return NgramCounter(list(everygrams([*s, "<eos>"], max_len=5)) for s in sentences)


def nltk_fit(sentences):
    model = KneserNeyInterpolated(3)
    model.fit(*padded_everygram_pipeline(3, sentences))
    return model


def nltk_score(model, words):
    padded = list(pad_both_ends(words, 3))[: SCORED + 2]
    return [model.score(padded[t], padded[t - 2 : t]) for t in range(2, SCORED + 2)]


def our_score(model, ids):
    inputs = np.concatenate([[EOS], ids[:-1]])
    return model.score(inputs[:, None], ids[:, None], model.initial_state(1))


def seconds(run):
    """CPU seconds of one call, and what it returned."""
    before = time.process_time()
    result = run()
    return time.process_time() - before, result


def side_by_side(task, ours, nltk, *, target):
    """Alternate two functions, each with the tokens it handles: a row, both results."""
    our_times, nltk_times = [], []
    for _ in range(ROUNDS):
        for _ in range(REPEATS):
            our_time, our_result = seconds(ours[0])
            our_times.append(our_time)
        nltk_time, nltk_result = seconds(nltk[0])
        nltk_times.append(nltk_time)
    our_rate, nltk_rate = ours[1] / min(our_times), nltk[1] / min(nltk_times)
    ratio = our_rate / nltk_rate
    row = {
        "task": task,
        "unit": "tokens/s",
        "ours": our_rate,
        "nltk": nltk_rate,
        "ratio": ratio,
        "target": f">= {target:,} x",
        "reached": ratio >= target,
    }
    return row, our_result, nltk_result


def size(task, bytes_each, *, most):
    """A row for the bytes that each n-gram takes."""
    return {
        "task": task,
        "unit": "bytes/n-gram",
        "ours": bytes_each,
        "target": f"<= {most}",
        "reached": bytes_each <= most,
    }


def measure(sentences):
    """All rows of one corpus."""
    ids, vocab_size = to_ids(sentences)
    few = sentences[: COUNTED * len(sentences) // len(ids)]
    counting, counted, _ = side_by_side(
        "count 1..5-grams",
        (lambda: count_ngrams(ids, 5, vocab_size, boundary=EOS), len(ids)),
        (lambda: nltk_count(few), sum(map(len, few)) + len(few)),
        target=50,
    )
    fitting, model, nltk_model = side_by_side(
        "fit KN3",
        (lambda: NGramLM(3, vocab_size, boundary=EOS).fit(ids), len(ids)),
        (lambda: nltk_fit(sentences), len(ids)),
        target=90,
    )
    words = [word for sentence in few for word in sentence]
    scoring, _, _ = side_by_side(
        "score KN3",
        (lambda: our_score(model, ids), len(ids)),
        (lambda: nltk_score(nltk_model, words), SCORED),
        target=100_000,
    )
    ngrams = sum(np.count_nonzero(table.seen) for table in counted)
    arrays = [array for table in counted for array in vars(table).values()]
    kn5 = NGramLM(5, vocab_size, boundary=EOS).fit(ids)
    return [
        counting,
        fitting,
        scoring,
        size("count 1..5-grams", sum(a.nbytes for a in arrays) / ngrams, most=16),
        size("fit KN5", kn5.nbytes / ngrams, most=24),
    ]


def rows():
    """The whole table, a list of dictionaries."""
    corpora = {"zipf": zipf_corpus(rng=np.random.default_rng(0))}
    treebank = penn_treebank()
    if treebank is None:
        print("not run here: RNNLM_DATA holds no ptb/ptb.train.txt")
    else:
        corpora["penn-treebank"] = treebank
    return [
        {"corpus": corpus, **row}
        for corpus, sentences in corpora.items()
        for row in measure(sentences)
    ]


def print_table(table):
    columns = ("corpus", "task", "unit", "ours", "nltk", "ratio", "target", "reached")
    print(("{:14} {:17} {:12}" + " {:>12}" * 5).format(*columns))
    for row in table:
        numbers = [f"{row[name]:,.1f}" if name in row else "" for name in columns[3:6]]
        reached = "yes" if row["reached"] else "NO"
        print(
            "{:14} {:17} {:12}".format(*(row[name] for name in columns[:3])),
            *(f"{text:>12}" for text in [*numbers, row["target"], reached]),
        )


if __name__ == "__main__":
    print_table(rows())
