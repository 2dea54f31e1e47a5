"""Solutions to the exercises of chapter 4: sequence shapes."""

import numpy as np


def last_states(outputs, lengths):
    """The state of each text after its last real word.

    A text of n words has its states at the places 0 to n - 1, so the last one
    stands at n - 1. Two arrays of B numbers pick one row and one column for
    each text. The last row of the array would be right for texts without
    padding only.
    """
    return outputs[lengths - 1, np.arange(len(lengths))]


def weighted_tag_loss(logits, tags, lengths, weight):
    """Mean loss of padded tags in which the ones weigh more, and its gradient.

    The log of a sigmoid is -log(1 + exp(-s)), which `logaddexp` computes
    without underflow. The term of the ones has the weight, so its derivative
    has it too; then the gradient is no longer probability minus tag. Padding
    is zero in both and left out of the number that divides.
    """
    real = np.arange(len(logits))[:, None] < lengths
    count = real.sum()
    probs = 1 / (1 + np.exp(-logits))
    ones = weight * tags * np.logaddexp(0, -logits)
    zeros = (1 - tags) * np.logaddexp(0, logits)
    slope = (1 - tags) * probs - weight * tags * (1 - probs)
    loss = ((ones + zeros) * real).sum() / count
    return loss, slope * real / count


def span_scores(found, wanted, lengths):
    """Precision, recall and F1 of spans that must be right at both ends.

    Zeros before and after the real tags give each span two edges, a step up
    and a step down. A span is its text and these two places, so two spans are
    equal if all three numbers are. The sets do the counting. One pair of sums
    for all texts lets a text with many names count for more. Without any span
    nothing is hit, and 0 is divided by 1.
    """

    def spans(tags):
        places = set()
        for b, n in enumerate(lengths):
            steps = np.diff(np.concatenate([[0], tags[:n, b], [0]]))
            edges = np.flatnonzero(steps).reshape(-1, 2)
            places |= {(b, *pair) for pair in edges.tolist()}
        return places

    got, want = spans(found), spans(wanted)
    hits = len(got & want)
    both = len(got) + len(want)
    return (
        hits / max(len(got), 1),
        hits / max(len(want), 1),
        2 * hits / max(both, 1),
    )


def reverse_texts(ids, lengths):
    """Each text from its end to its beginning, before its padding.

    Only the real part of a column is turned over, which differs from text to
    text. If the whole column were turned, the padding would come first and
    the network would read it before the words. The copy keeps the caller's
    array as it was.
    """
    turned = ids.copy()
    for b, n in enumerate(lengths):
        turned[:n, b] = ids[:n, b][::-1]
    return turned


def told_again(targets, context, embedding, weight, bias, eos):
    """States of a decoder that reads its context at every step.

    The word that a step reads is the one before the word it should write, so
    the targets are moved by one place and `eos` comes first. The context does
    not depend on the step, so it need not survive in the state: that is what
    this decoder buys with more columns in its matrix.
    """
    inputs = np.concatenate(
        [np.full((1, targets.shape[1]), eos), targets[:-1]]
    )
    h, states = np.zeros((targets.shape[1], len(weight))), []
    for word in embedding[inputs]:
        joined = np.concatenate([h, word, context], axis=1)
        h = np.tanh(joined @ weight.T + bias)
        states.append(h)
    return np.stack(states)
