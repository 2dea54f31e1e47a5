"""Probabilistic finite-state languages, known exactly.

A language is a table of rules. Each rule names a state and lists the phrases that may
come next, with weights where they are not equally likely:

    {"start": ["the cat -> one", "the cats -> many"],
     "one": ["was full"],
     "many": {"were full": 3, "were asleep": 1}}

`a|b` is either word, equally likely. An arrow leads to the next rule; a phrase without
one ends the sentence with `<eos>`, and the next sentence starts at the first rule.

Phrases of a rule that begin alike share their beginning, so the words so far always fix
the state (the language is *unifilar*). That is why nothing here is estimated: next-word
distributions, the entropy and the best possible n-gram are computed.
"""

from functools import cached_property

import numpy as np

from rnnlm_lib.text import EOS, Vocabulary

MAX_CONTEXTS = 1_000_000


def compile_rules(rules):
    """Rules word by word: {(state, word): [weight, next state]}, the start first.

    A state is a tuple: the name of a rule, and the choices `a` or `a|b` made in it.
    """
    start, ways = next(iter(rules)), {}
    for name, phrases in rules.items():
        weights = phrases if isinstance(phrases, dict) else dict.fromkeys(phrases, 1)
        for phrase, weight in weights.items():
            words, arrow, goal = phrase.partition("->")
            path = words.split() if arrow else [*words.split(), EOS]
            goal = goal.strip() if arrow else start
            if weight == 0:
                continue
            if not path or weight < 0 or not rules.get(goal):
                raise ValueError(
                    f"phrase {phrase!r} of {name!r} has {len(path)} words and weight "
                    f"{weight}: it needs one or more, above 0, and a rule {goal!r}"
                )
            stops = [*((name, *path[:i]) for i in range(len(path))), (goal,)]
            for here, choice, there in zip(stops, path, stops[1:], strict=False):
                for word in choice.split("|"):
                    way = ways.setdefault((here, word), [0, there])
                    way[0] += weight / (choice.count("|") + 1)
                    if way[1] != there:
                        raise ValueError(
                            f"{word!r} leads from {here} to {way[1]} and to {there}, "
                            "but a word leads to one state: let phrases part earlier"
                        )
    return ways


def _check_order(order):
    if order < 1:
        raise ValueError(f"order {order} leaves no word to predict: ask for 1 or more")


def xlogx(p):
    """The product p log p in nats, 0 where p is 0."""
    return p * np.log(p, out=np.zeros(p.shape), where=p > 0)


class Language:
    """A language of which every probability is known.

    A sentence is a list of tokens that ends in `<eos>`; a text is one sentence after
    the other.

    Parameters
    ----------
    rules : dict from name to a list of phrases, or to a dict from phrase to weight
        The first rule starts a sentence.

    Attributes
    ----------
    vocabulary : Vocabulary, V tokens
    states : list of S tuples, each a rule and the choices made in it
    probs : array (S, V)
        Probability of each next word in each state; a sentence starts in state 0.
    next_state : int array (S, V)
        Where each word leads, -1 where it cannot come. As a text may be given with an
        `<eos>` in front, `<eos>` leads from state 0 to state 0.
    """

    def __init__(self, rules):
        ways = compile_rules(rules)
        self.vocabulary = Vocabulary({EOS, *(word for _, word in ways)})
        self.states = list(dict.fromkeys(state for state, _ in ways))
        number = {state: i for i, state in enumerate(self.states)}
        here = [number[state] for state, _ in ways]
        word = self.vocabulary.encode(word for _, word in ways)
        self.probs = np.zeros((len(number), len(self.vocabulary)))
        self.probs[here, word] = [weight for weight, _ in ways.values()]
        self.probs /= self.probs.sum(axis=1, keepdims=True)
        self.next_state = np.full(self.probs.shape, -1)
        self.next_state[here, word] = [number[there] for _, there in ways.values()]
        self.next_state[0, self.vocabulary.eos_id] = 0
        self._goes_on = self.probs > 0
        self._goes_on[:, self.vocabulary.eos_id] = False
        ends = self.probs[:, self.vocabulary.eos_id] > 0
        for _ in self.states:
            ends = ends | (self._goes_on & ends[self.next_state]).any(axis=1)
        if not ends.all():
            stuck = self.states[np.argmin(ends)]
            raise ValueError(f"no sentence ends after {stuck}: lead it out of its loop")

    def sample(self, rng, num_sentences):
        """Sentences drawn with an `np.random.Generator`: lists of str, `<eos>` last."""
        return [self.vocabulary.decode(ids) for ids in self._draw(rng, num_sentences)]

    def stream(self, rng, num_tokens):
        """Ids (num_tokens,) of sentences drawn in a row; the last may be cut."""
        batch = 1 + int(num_tokens / self.mean_length)
        text = np.empty(0, dtype=np.int64)
        while len(text) < num_tokens:
            text = np.concatenate([text, *self._draw(rng, batch)])
        return text[:num_tokens]

    def next_word(self, prefix=()):
        """True distribution (V,) of the word after the text so far, a list of str."""
        state = 0
        for n, word in enumerate(self.vocabulary.encode(prefix)):
            here, state = state, self.next_state[state, word]
            if state < 0:
                possible = self.vocabulary.decode(np.flatnonzero(self.probs[here]))
                raise ValueError(
                    f"{prefix[n]!r} cannot come after {' '.join(prefix[:n])!r}: "
                    f"go on with one of {', '.join(possible)}"
                )
        return self.probs[state].copy()

    def log_prob(self, tokens):
        """Log-probability, nats, that a text begins with tokens; -inf if none does."""
        state, log_prob = 0, 0.0
        for word in self.vocabulary.encode(tokens):
            p, state = self.probs[state, word], self.next_state[state, word]
            if p == 0:
                return -np.inf
            log_prob += float(np.log(p))
        return log_prob

    @cached_property
    def visits(self):
        """Expected visits (S,) to each state in one sentence."""
        state, word = np.nonzero(self._goes_on)
        system = np.eye(len(self.states))
        there = self.next_state[state, word]
        np.subtract.at(system, (there, state), self.probs[state, word])
        return np.linalg.solve(system, np.eye(len(system))[0])

    @property
    def mean_length(self):
        """Expected number of tokens of a sentence, `<eos>` included."""
        return float(self.visits.sum())

    def entropy_rate(self):
        """Entropy of the next word given all before it, nats per token.

        On a long text no model has a lower cross-entropy.
        """
        return float(-(self.visits @ xlogx(self.probs)).sum() / self.mean_length)

    def best_ngram(self, order):
        """Cross-entropy of the best possible n-gram model, nats per token.

        It knows P(w | last order - 1 words) in an endless text. As in `NGramLM` with a
        boundary, these words reach back to the last `<eos>` and never across it. More
        than a million contexts are refused.
        """
        nats = 0.0
        for context, state, visits in self._contexts(order):
            nats += xlogx(np.bincount(context, visits)).sum()
            for p in self.probs.T:
                nats -= xlogx(np.bincount(context, visits * p[state])).sum()
        return float(nats / self.mean_length)

    def best_ngram_accuracy(self, order, words):
        """How often the best n-gram picks the right one of a few words.

        Counted wherever one of `words` comes next: for ["was", "were"], at the blank.
        """
        right, columns = 0.0, self.probs.T[self.vocabulary.encode(words)]
        for context, state, visits in self._contexts(order):
            counts = [np.bincount(context, visits * p[state]) for p in columns]
            right += np.max(counts, axis=0).sum()
        return float(right / (columns @ self.visits).sum())

    def best_ngram_distribution(self, order, context):
        """Distribution (V,) of the best n-gram model after these words.

        Of `context`, a list of str, the last order - 1 words count, back to the last
        `<eos>`. Fewer words, without an `<eos>` in front, may stand anywhere.
        """
        _check_order(order)
        view = context[max(0, len(context) - order + 1) :]
        belief = self.visits
        for word in self.vocabulary.encode(view):
            came = np.flatnonzero(self.probs[:, word])
            weight = belief[came] * self.probs[came, word]
            belief = np.bincount(self.next_state[came, word], weight, len(belief))
        if not belief.any():
            raise ValueError(f"{' '.join(view)!r} never occurs: take words of a sample")
        return belief @ self.probs / belief.sum()

    def _draw(self, rng, num_sentences):
        """Sentences as arrays of ids, drawn side by side, word by word."""
        cumulative = self.probs.cumsum(axis=1)
        cumulative /= cumulative[:, -1:]
        columns, rows = [], np.arange(num_sentences)
        state = np.zeros_like(rows)
        while len(rows):
            word = np.argmax(rng.random((len(rows), 1)) < cumulative[state], axis=1)
            columns.append(np.full(num_sentences, -1))
            columns[-1][rows] = word
            goes_on = word != self.vocabulary.eos_id
            rows, state = rows[goes_on], self.next_state[state, word][goes_on]
        return [ids[ids >= 0] for ids in np.transpose(columns)]

    def _contexts(self, order):
        """Contexts that an n-gram meets, the states then, and visits per sentence."""
        _check_order(order)
        first, states = np.zeros(1, int), np.arange(len(self.states))
        opening = first, first, np.ones(1)
        anywhere = np.zeros_like(states), states, self.visits
        for _ in range(order - 1):
            yield opening
            opening, anywhere = self._read_on(*opening), self._read_on(*anywhere)
        yield anywhere

    def _read_on(self, context, state, visits):
        """The same one word later, in every way that a sentence can go on."""
        num_states, vocab_size = self.probs.shape
        reached = int(self._goes_on[state].sum())
        if reached > MAX_CONTEXTS:
            raise ValueError(
                f"an n-gram of this order has {reached:,} contexts or more, the exact "
                f"call follows at most {MAX_CONTEXTS:,}: ask for a lower order"
            )
        row, word = np.nonzero(self._goes_on[state])
        here, visits = state[row], visits[row] * self.probs[state[row], word]
        there = self.next_state[here, word]
        _, context = np.unique(context[row] * vocab_size + word, return_inverse=True)
        pairs, index = np.unique(context * num_states + there, return_inverse=True)
        return *np.divmod(pairs, num_states), np.bincount(index, visits)
