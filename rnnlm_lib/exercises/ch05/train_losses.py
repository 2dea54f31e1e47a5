"""A training loop with a carried state, in PyTorch."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake


def _train_losses(bug, columns, embedding, weight, output, window, lr):
    params = [embedding, weight, output]
    h = np.zeros((columns.shape[1], len(weight)))
    losses, piled = [], [0, 0, 0]
    for start in range(0, len(columns) - 1, window):
        piece = columns[start : start + window + 1]
        if "one_short" in bug:
            piece = piece[:-1] if len(piece) > 2 else piece
        if "tail" in bug and len(piece) <= window:
            break
        h = 0 * h if "reset" in bug else h
        targets = piece[:-1] if "own_word" in bug else piece[1:]
        loss, grads, h = _window(bug, piece[:-1], targets, h, params)
        losses.append(loss)
        piled = [kept + grad for kept, grad in zip(piled, grads, strict=True)]
        grads = piled if "not_zeroed" in bug else grads
        rate = 0 if "no_update" in bug else -lr if "uphill" in bug else lr
        params = [p - rate * grad for p, grad in zip(params, grads, strict=True)]
    return np.array(losses)


def _window(bug, inputs, targets, h, params):
    """Loss, gradients and last state of one window, with backpropagation by hand."""
    embedding, weight, output = params
    size, joined, states = h.shape[1], [], []
    for ids in inputs:
        joined.append(np.concatenate([h, embedding[ids]], axis=1))
        h = np.tanh(joined[-1] @ weight.T)
        states.append(h)
    scores = np.array(states) @ output.T  # (T, B, V)
    scores = scores - scores.max(axis=2, keepdims=True)
    log_probs = scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))
    one_hot = np.eye(len(output))[targets]
    count = 1 if "summed" in bug else targets.size
    loss = -(one_hot * log_probs).sum() / count
    dscores = (np.exp(log_probs) - one_hot) / count
    doutput = np.einsum("tbv,tbh->vh", dscores, states)
    dembedding, dweight, dh = 0 * embedding, 0 * weight, 0 * h
    for t in reversed(range(len(inputs))):
        da = (dscores[t] @ output + dh) * (1 - states[t] ** 2)
        dweight = dweight + da.T @ joined[t]
        back = da @ weight  # (B, H + D)
        np.add.at(dembedding, inputs[t], back[:, size:])
        dh = 0 * dh if "cut_each_step" in bug else back[:, :size]
    return loss, (dembedding, dweight, doutput), h


def _text(rng):
    batch, size, hidden = 2, 3, 4
    vocab_size, window = int(rng.integers(5, 8)), int(rng.integers(3, 5))
    steps = 3 * window + int(rng.integers(3, window + 1))
    return (
        rng.integers(0, vocab_size, (steps, batch)),
        rng.normal(size=(vocab_size, size)),
        rng.normal(size=(hidden, hidden + size)) / 1.5,
        rng.normal(size=(vocab_size, hidden)),
        window,
        float(rng.uniform(0.6, 1.2)),
    )


exercise = Exercise(
    name="train_losses",
    chapter=5,
    ref=_train_losses,
    make=_text,
    bugs={
        "reset": Mistake(
            "every window starts from a state of zeros; it should start from the last "
            "state of the window before it",
            "S-245",
        ),
        "cut_each_step": Mistake(
            "the state is detached at every step, so that no gradient passes from one "
            "step to the step before; detach it once for each window",
            "S-246",
        ),
        "not_zeroed": Mistake(
            "the gradients of earlier windows are added to those of the new one; set "
            "them to zero for each window",
            "E-40",
        ),
        "no_update": Mistake("the parameters are never changed", "E-40"),
        "summed": Mistake(
            "the loss is summed over the words of a window; it should be their mean",
            "E-09",
        ),
        "own_word": Mistake(
            "each word is its own target; the target is the word after it", "E-42"
        ),
        "one_short": Mistake(
            "the last word of each window is no target: inputs and targets are cut "
            "from the same window words",
            "S-140",
        ),
        "tail": Mistake("the last window, a shorter one, is left out", "trial"),
        "uphill": Mistake("the step goes along the gradient, uphill", "generic"),
    },
    done="You can train on a text that is longer than your memory.",
    hints=(
        "one loop over windows, in it one loop over steps. What has to survive the "
        "end of a window, and what must not?",
        "the numbers of the state survive, its past must not; and a window of n words "
        "has n targets, the last of which is the first word of the next window.",
    ),
    heading="The same in PyTorch",
    switch_off={
        "training (learning rate 0)": lambda *inputs: (*inputs[:-1], 0.0),
        "the windows (one for all)": lambda c, e, w, o, window, lr: (
            c,
            e,
            w,
            o,
            len(c),
            lr,
        ),
    },
)
