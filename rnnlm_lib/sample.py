"""Words out of any language model: greedy, at random, or by beam search.

A prompt starts with the `<eos>` that starts every text. What is generated ends with
`stop` if the model came that far, so `log_prob` of the result is the probability of
stopping there.
"""

import numpy as np

from rnnlm_lib.lm import as_ids, read


def scale(log_probs, temperature):
    """Sharpen (temperature below 1) or flatten (above 1) a distribution.

    Parameters
    ----------
    log_probs : array (..., V), nats
    temperature : float
        Above 0: near 0 the likeliest word takes all, 1 changes nothing.

    Returns
    -------
    log_probs : array (..., V), nats, normalised

    Built in chapter 5.
    """
    if not 0 < temperature < np.inf:
        raise ValueError(
            f"temperature must be above 0 and finite, got {temperature}: "
            "for the limit 0 use greedy"
        )
    return _normalise(_normalise(log_probs) / temperature)


def keep_top_k(log_probs, k):
    """Leave only the k likeliest words.

    Of equally likely words at the edge those with the smaller ids stay.

    Parameters
    ----------
    log_probs : array (..., V), nats
    k : int
        At least 1; V or more keeps every word.

    Returns
    -------
    log_probs : array (..., V), nats, normalised

    Built in chapter 5.
    """
    if k < 1:
        raise ValueError(f"top-k must keep at least 1 word, got k = {k}")
    order = np.argsort(-_normalise(log_probs), axis=-1, kind="stable")
    return _keep(log_probs, order, np.arange(order.shape[-1]) < k)


def keep_top_p(log_probs, p):
    """Leave only the likeliest words, as few as together hold probability p or more.

    Parameters
    ----------
    log_probs : array (..., V), nats
    p : float
        Above 0; 1 keeps every word.

    Returns
    -------
    log_probs : array (..., V), nats, normalised

    Source: Holtzman et al. 2020, "The curious case of neural text degeneration".

    Built in chapter 5.
    """
    if not 0 < p <= 1:
        raise ValueError(f"top-p must be above 0 and at most 1, got p = {p}")
    log_probs = _normalise(log_probs)
    order = np.argsort(-log_probs, axis=-1, kind="stable")
    probs = np.exp(np.take_along_axis(log_probs, order, axis=-1))
    before = np.cumsum(probs, axis=-1) - probs
    return _keep(log_probs, order, (before < p) | (p == 1))


def forbid(log_probs, ids):
    """Give words probability 0, such as `<unk>`; the ratios of the others stay.

    Parameters
    ----------
    log_probs : array (..., V), nats
    ids : sequence of int
        May be empty.

    Returns
    -------
    log_probs : array (..., V), nats, normalised

    Built in chapter 5.
    """
    log_probs = np.array(log_probs, dtype=np.float64)
    if len(ids) > 0:
        log_probs[..., as_ids(ids, log_probs.shape[-1])] = -np.inf
    return _normalise(log_probs)


def sample(
    model,
    length,
    *,
    rng,
    prompt,
    temperature=1.0,
    top_k=None,
    top_p=None,
    forbid=(),
    stop=None,
):
    """Draw the continuation of a prompt, word by word.

    The distribution is changed in this order: forbid, temperature, top-k, top-p.

    Parameters
    ----------
    model : LanguageModel
    length : int
        Most words to generate.
    rng : numpy.random.Generator
    prompt : sequence of int
        Starts with `<eos>`.
    forbid : sequence of int
        Never drawn.
    stop : int or None
        The last word, once it is drawn.

    Returns
    -------
    list of int

    Built in chapter 5.
    """

    def choose(log_probs):
        kept = _filter(log_probs, forbid, temperature, top_k, top_p)
        return rng.choice(len(kept), p=np.exp(kept))

    return _generate(model, length, prompt, choose, stop)


def greedy(model, length, *, prompt, forbid=(), stop=None):
    """Continue a prompt with the likeliest word each time; ties go to the smaller id.

    Parameters and result are those of `sample`.

    Built in chapter 5.
    """

    def choose(log_probs):
        return np.argmax(_filter(log_probs, forbid))

    return _generate(model, length, prompt, choose, stop)


def beam_search(model, length, *, prompt, width, stop=None):
    """Likeliest continuations, found by keeping the `width` best at every step.

    Log-probabilities are compared as they are, so with `stop` short texts have an
    advantage. With width V^length nothing is lost and the search is exhaustive.

    Parameters
    ----------
    model : LanguageModel
    length : int
        Most words to generate.
    prompt : sequence of int
        Starts with `<eos>`.
    width : int
        At least 1; 1 is greedy.
    stop : int or None
        Ends a continuation.

    Returns
    -------
    list of (ids, log_prob), at most `width`, the best first, nats

    Built in chapter 5.
    """
    if min(length, width) < 1:
        raise ValueError(f"length and width are at least 1, got {length} and {width}")
    log_probs, state = read(model, prompt)
    beam = _extend([], 0.0, log_probs, state, width)
    for _ in range(length - 1):
        grown = []
        for ids, total, state in beam:
            if ids[-1] == stop:
                grown.append((ids, total, state))
            else:
                (log_probs,), state = model.step(np.array(ids[-1:]), state)
                grown += _extend(ids, total, log_probs, state, width)
        beam = sorted(grown, key=lambda one: -one[1])[:width]
    return [(ids, total) for ids, total, _ in beam]


def _extend(ids, total, log_probs, state, width):
    """The `width` likeliest ways to go on by one word, the impossible left out."""
    best = np.argsort(-log_probs, kind="stable")[:width]
    return [
        ([*ids, int(i)], total + float(log_probs[i]), state)
        for i in best
        if log_probs[i] > -np.inf
    ]


def _generate(model, length, prompt, choose, stop):
    log_probs, state = read(model, prompt)
    ids = []
    for _ in range(length):
        ids.append(int(choose(log_probs)))
        if ids[-1] == stop:
            break
        (log_probs,), state = model.step(np.array(ids[-1:]), state)
    return ids


def _filter(log_probs, forbidden, temperature=1.0, top_k=None, top_p=None):
    log_probs = scale(forbid(log_probs, forbidden), temperature)
    if top_k is not None:
        log_probs = keep_top_k(log_probs, top_k)
    if top_p is not None:
        log_probs = keep_top_p(log_probs, top_p)
    return log_probs


def _keep(log_probs, order, kept):
    """Forbid every word whose place in `order` is not kept."""
    mask = np.empty(order.shape, dtype=bool)
    np.put_along_axis(mask, order, np.broadcast_to(kept, order.shape), axis=-1)
    return _normalise(np.where(mask, log_probs, -np.inf))


def _normalise(log_probs):
    """Log-softmax in float64, which leaves normalised log-probabilities as they are."""
    log_probs = np.asarray(log_probs, dtype=np.float64)
    highest = log_probs.max(axis=-1, keepdims=True)
    if not np.isfinite(highest).all():
        raise ValueError(
            "no distribution is left: every word has probability 0, or one is NaN; "
            "forbid fewer words, or check the model"
        )
    log_probs = log_probs - highest
    return log_probs - np.log(np.exp(log_probs).sum(axis=-1, keepdims=True))
