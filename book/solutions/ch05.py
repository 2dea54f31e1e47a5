"""Solutions to the exercises of chapter 5: RNN language models."""

import numpy as np
import torch


def output_layer_grads(h, weight, bias, targets):
    """Gradients of the mean loss with respect to state, weight and bias.

    The gradient of the scores is prediction minus truth, divided by the number
    of words because the loss is their mean. What is left is a linear layer.
    Every word is one more use of the same weight and bias, and a parameter
    that is used many times receives the sum of what each use sends back.
    """
    scores = h @ weight.T + bias
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    dscores = powers / powers.sum(axis=-1, keepdims=True)
    dscores = (dscores - np.eye(len(bias))[targets]) / targets.size
    rows = dscores.reshape(-1, len(bias))
    dweight = rows.T @ h.reshape(len(rows), -1)
    return dscores @ weight, dweight, rows.sum(axis=0)


def shift_targets(inputs, last):
    """Targets of a window: the word after each input.

    The target of a step is the input of the next step. Only the last step has
    no next step in the window; its target is the first word of the window
    after this one, which the caller gives. Time is the first axis, so whole
    rows move and no word passes from one text to another.
    """
    return np.concatenate([inputs[1:], last[None]])


def loss_over_time(nll, lengths):
    """Mean loss of each step and of all real words.

    A place is real if its step, counted from 0, is smaller than the length of
    its text. Sums run over real places, and so do the counts they are divided
    by. The mean of all words is not the mean of the steps' means: a late step,
    which few texts reach, has fewer words and so a smaller weight.
    """
    mask = np.arange(len(nll))[:, None] < lengths
    real = np.where(mask, nll, 0.0)
    return real.sum(axis=1) / mask.sum(axis=1), real.sum() / mask.sum()


def apply_temperature(probs, temperature):
    """Probabilities at another temperature, without the scores.

    A score is the logarithm of its probability plus a number that all words
    share. Divided by the temperature, the shared number is still shared, and
    the softmax cancels it. So the logarithms can stand for the scores, and to
    divide a logarithm is to take a power of the probability.
    """
    powers = probs ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def top_p_filter(probs, p):
    """Probabilities of the fewest likeliest words that hold p together.

    Going from the likeliest word down, a word is needed as long as the words
    before it hold less than p. So the sum that decides is the one *without*
    the word itself; with it, the word that passes p would be dropped. The
    kept probabilities then share the whole again.
    """
    order = np.argsort(-probs)
    before = np.cumsum(probs[order]) - probs[order]
    kept = np.zeros(len(probs))
    kept[order] = np.where(before < p, probs[order], 0.0)
    return kept / kept.sum()


def sequence_log_prob(logits, ids):
    """Log-probability of a sentence from the scores of a network.

    Row 0 was made after <eos> and is about the first word. So word i is found
    in row i, both counted from 0, and the last row, which was made after the
    whole sentence, is about something that is no longer part of it. The
    logarithm turns the product of the chain rule into a sum.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_probs[np.arange(len(ids)), ids].sum()


def train_losses(columns, embedding, weight, output, window, lr):
    """Losses of a network that learns window by window, in PyTorch.

    The state goes from window to window as numbers: `detach` keeps them and
    forgets how they came about. Without it the second `backward` would walk
    into the graph of the first window, which is gone, and PyTorch says so.
    The gradient is asked for anew in each window, so nothing piles up.
    """
    arrays = embedding, weight, output
    params = [torch.tensor(array, requires_grad=True) for array in arrays]
    embedding, weight, output = params
    ids = torch.tensor(columns)
    h = torch.zeros(ids.shape[1], len(weight), dtype=weight.dtype)
    losses = []
    for start in range(0, len(ids) - 1, window):
        piece = ids[start : start + window + 1]
        h, states = h.detach(), []
        for x in embedding[piece[:-1]]:
            h = torch.tanh(torch.cat([h, x], dim=1) @ weight.T)
            states.append(h)
        scores = torch.stack(states) @ output.T
        loss = torch.nn.functional.cross_entropy(
            scores.flatten(0, 1), piece[1:].flatten()
        )
        grads = torch.autograd.grad(loss, params)
        with torch.no_grad():
            for param, grad in zip(params, grads, strict=True):
                param -= lr * grad
        losses.append(loss.item())
    return losses


def top_k_filter(probs, k):
    """Probabilities of the k likeliest words of each row.

    A stable sort leaves equal numbers in their old order, so of two equally
    probable words the smaller id comes first, and exactly k words are kept. A
    comparison with the k-th largest number would keep all of its equals. The
    places that the sort gives are put to use row by row, and the kept
    probabilities share the whole again, each row by itself.
    """
    first = np.argsort(-probs, axis=1, kind="stable")[:, :k]
    kept = np.zeros(probs.shape)
    np.put_along_axis(kept, first, np.take_along_axis(probs, first, 1), 1)
    return kept / kept.sum(axis=1, keepdims=True)
