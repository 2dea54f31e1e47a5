"""Languages that are known exactly, each a small table of rules.

How to read a table is told in `finite_state`. Each language holds one difficulty of the
lectures and little else: a subject far from its verb, a call far from its answer, a
name told from a toy by the next word only, a symbol to be kept through noise.
"""

import string
from itertools import pairwise

import numpy as np

from rnnlm_lib.finite_state import Language
from rnnlm_lib.lm import score_by_steps
from rnnlm_lib.text import EOS

SUBJECTS = [
    # the ..., which did this to the attractors, and in the end
    ("cat", "which already ate", "was full"),
    ("cats", "which already ate", "were full"),
    ("ant", "which had found", "was everywhere"),
    ("ants", "which had found", "were everywhere"),
    ("cake", "which contained", "was eaten"),
    ("cakes", "which contained", "were eaten"),
]
ATTRACTORS = {"the mouse": 0.5, "the birds": 0.25, "candles": 0.25}

CALLS = {
    # i ... him again and again , but he did not ...
    "called": "answer",
    "texted": "respond",
    "invited": "want to",
    "begged": "have time",
    "advised": "choose one",
    "dared": "attempt it",
    "asked": "know why",
    "scolded": "ask why",
}

TEDDIES = [
    "he|she said teddy bears are on sale",
    "he|she said teddy roosevelt was a great president",
    "he|she said robin nests are in trees",
    "he|she said robin hood was a great archer",
    "he|she said rose bushes are in bloom",
    "he|she said rose kennedy was a great lady",
]
NAMES = ["teddy roosevelt", "robin hood", "rose kennedy"]

PREDICATES = [
    "saw the game|match of soccer|tennis",
    "saw the soccer|tennis game|match",
    "ate cabbage|soup",
    "ate the apple and pear salad",
    "bought a pair of shoes|gloves",
]

ONES = "one|two|three|four|five|six|seven|eight|nine"
TEENS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
)
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
SCALES = ["thousand", "million", "billion"]


def tiny():
    """Four sentences in which the last word repeats the first."""
    return Language({"start": {"a c a": 4, "a c c a": 1, "b c b": 3, "b c c b": 2}})


def agreement(*, fewest=1, most=12, more=0.9):
    """The subject decides the verb and what it did, across a row of attractors.

    "the cat which already ate the mouse and the birds was full": attractors of either
    number follow every subject alike, so they say nothing about it.

    Parameters
    ----------
    fewest, most : int
        Number of attractors; with none the sentence is "the cat was full".
    more : float
        Probability of one more attractor when there are `fewest` or more.
    """
    if not 0 <= fewest <= most:
        raise ValueError(f"need 0 <= fewest <= most, got fewest {fewest}, most {most}")
    _check_probability("more", more)
    rules = {"start": [f"the {subject} -> {subject} 0" for subject, _, _ in SUBJECTS]}
    for subject, clause, ending in SUBJECTS:
        for n in range(most + 1):
            another = 1 if n < fewest else 0 if n == most else more
            link, goal = "and" if n else clause, f"{subject} {n + 1}"
            rules[f"{subject} {n}"] = {ending: 1 - another} | {
                f"{link} {noun} -> {goal}": another * p
                for noun, p in ATTRACTORS.items()
            }
    return Language(rules)


def phone_call(*, again=0.75):
    """What I did to Ali decides what he did not do, some repetitions later.

    "ali was supposed to study with me . i called him again and again , but he did not
    answer .": right before the blank all stories read the same.

    Parameters
    ----------
    again : float
        Probability of one more "again"; without any, the call is seven words back.
    """
    _check_probability("again", again)
    story = "ali was supposed to study|travel|swim with me . i"
    rules = {"start": [f"{story} {did} him -> {did}" for did in CALLS]}
    for did, rest in CALLS.items():
        stop = {f", but he did not {rest} .": 1 - again}
        rules[did] = stop | {f"again -> {did} again": again}
        rules[f"{did} again"] = stop | {f"and again -> {did} again": again}
    return Language(rules)


def teddy():
    """The word after "teddy" tells the toy from the president; see `name_tags`."""
    return Language({"start": TEDDIES})


def name_tags(sentence):
    """For each token of a sentence of `teddy`, 1 if it is part of a name, else 0."""
    tags = [0] * len(sentence)
    for i, pair in enumerate(pairwise(sentence)):
        if " ".join(pair) in NAMES:
            tags[i : i + 2] = 1, 1
    return tags


def recall(*, num_symbols=8, lag=10):
    """A symbol, then `lag` random bits, then a question, then the symbol again."""
    if not 1 <= num_symbols <= 26 or lag < 0:
        raise ValueError(f"need 1 to 26 symbols, lag >= 0, got {num_symbols} and {lag}")
    letters = string.ascii_lowercase[:num_symbols]
    return Language({"start": [f"{a} {'0|1 ' * lag}? {a}" for a in letters]})


def scoreboard():
    """Every word of the lectures' scored sentences, in the right orders only."""
    rules = {
        "start": ["i -> i", "grandma -> grandma", "the apple and pear salad"],
        "i": [*PREDICATES, "and grandma -> both"],
        "grandma": [*PREDICATES, "and i -> both"],
        "both": PREDICATES,
    }
    return Language(rules)


def number_words(*, num_scales=1):
    """Numbers in words, "twenty three"; with 0 to 3 of thousand, million, billion."""
    if not 0 <= num_scales <= len(SCALES):
        raise ValueError(f"num_scales must be 0 to {len(SCALES)}, got {num_scales}")
    rules = {"start": _group(num_scales)}
    for n in range(num_scales + 1):
        end = ["", *(f"{scale} -> below {scale}" for scale in SCALES[:n])]
        rules |= {
            f"one {n}": [f"hundred -> hundred {n}", *end],
            f"hundred {n}": [f"{ONES}|{TEENS} -> end {n}", f"{TENS} -> tens {n}", *end],
            f"tens {n}": [f"{ONES} -> end {n}", *end],
            f"end {n}": end,
        }
    for n, scale in enumerate(SCALES[:num_scales]):
        rules[f"below {scale}"] = ["", *_group(n)]
    return Language(rules)


def number_pairs(rng, num_pairs, *, digits=(1, 6)):
    """Numbers in words and in digits, to translate from one into the other.

    Parameters
    ----------
    digits : (int, int), within 1 to 12
        Fewest and most digits; every length in between is equally likely.

    Returns
    -------
    pairs : list of (words, digits)
        Two lists of str that end in `<eos>`: `twenty three <eos>`, `2 3 <eos>`.
    """
    fewest, most = digits
    if not 1 <= fewest <= most <= 12:
        raise ValueError(f"need 1 <= fewest <= most <= 12 digits, got {fewest}, {most}")
    lengths = rng.integers(fewest, most + 1, num_pairs)
    numbers = rng.integers(10 ** (lengths - 1), 10**lengths)
    return [([*spell(n), EOS], [*str(n), EOS]) for n in numbers.tolist()]


def spell(number):
    """The words of a number from 1 to 999,999,999,999: 602 is six hundred two."""
    if not 1 <= number < 10**12:
        raise ValueError(f"number must be 1 to {10**12 - 1:,}, got {number:,}")
    small, tens_words = ["", *f"{ONES}|{TEENS}".split("|")], ["", "", *TENS.split("|")]
    words = []
    for n, scale in reversed(list(enumerate(["", *SCALES]))):
        hundreds, rest = divmod(number // 1000**n % 1000, 100)
        tens, ones = divmod(rest, 10) if rest >= 20 else (0, rest)
        words += [small[hundreds], "hundred"] if hundreds else []
        words += [tens_words[tens], small[ones]]
        words += [scale] if hundreds or rest else []
    return [word for word in words if word]


def _group(n):
    """How a number below a thousand begins, with n scales that may follow it."""
    return [f"{ONES} -> one {n}", f"{TEENS} -> end {n}", f"{TENS} -> tens {n}"]


def _check_probability(name, p):
    if not 0 <= p < 1:
        raise ValueError(f"{name} is a probability from 0 to below 1, got {p}")


class ExactLM:
    """A language as a language model: nothing learned, and none is better.

    Its state is the state of the language. After a word that cannot come it knows
    nothing: every word is equally likely until the next `<eos>`.

    Parameters
    ----------
    language : Language
    """

    def __init__(self, language):
        self.vocab_size = V = len(language.vocabulary)
        probs = np.vstack([language.probs, np.full(V, 1 / V)])
        never = np.full_like(probs, -np.inf)
        self.log_probs = np.log(probs, out=never, where=probs > 0)
        self.next_state = np.vstack([language.next_state, np.full(V, -1)])
        self.next_state[-1, language.vocabulary.eos_id] = 0

    def initial_state(self, batch_size):
        """The start of a sentence, for B texts: int array (B,)."""
        return np.zeros(batch_size, dtype=np.int64)

    def step(self, tokens, state):
        """True log-probabilities (B, V) after tokens (B,), nats, and states (B,)."""
        state = self.next_state[state, tokens]
        return self.log_probs[state], state

    def score(self, inputs, targets, state):
        """True -log P of targets (T, B), nats, and states (B,)."""
        return score_by_steps(self, inputs, targets, state)
