"""The same step as a textbook writes it: every equation where it stands.

float64, a matrix for each gate, and the output layer inside the loop over time. And
the character model that reads one example at a time.
"""

import numpy as np

from benchmarks.models import CLIP, LR, zipf_ids

GATES = "ifgo"


def sigmoid(a):
    """1 / (1 + exp(-a))."""
    return 1 / (1 + np.exp(-a))


def textbook(shape):
    """A two-layer LSTM language model, gate by gate and word by word."""
    weights, layers = random_weights(shape), range(shape.num_layers)
    inputs, targets = zipf_ids(shape)
    start = np.zeros((shape.num_layers, 2, shape.batch_size, shape.hidden_size))

    def step():
        state = [(h, c) for h, c in start]
        memory, dlogits = [], []
        for words, wanted in zip(inputs, targets, strict=True):
            x, kept = weights["E"][words], []
            for layer in layers:
                x, state[layer], cache = forward(weights, layer, x, *state[layer])
                kept.append(cache)
            logits = x @ weights["V"] + weights["c"]
            probs = np.exp(logits - logits.max(axis=1, keepdims=True))
            probs /= probs.sum(axis=1, keepdims=True)
            probs[np.arange(len(wanted)), wanted] -= 1
            memory.append((words, x, kept))
            dlogits.append(probs / targets.size)
        grads = {name: np.zeros_like(value) for name, value in weights.items()}
        back = [(np.zeros_like(h), np.zeros_like(c)) for h, c in start]
        for (words, x, kept), dlogit in zip(memory[::-1], dlogits[::-1], strict=True):
            grads["V"] += x.T @ dlogit
            grads["c"] += dlogit.sum(axis=0)
            dx = dlogit @ weights["V"].T
            for layer in reversed(layers):
                dx, back[layer] = backward(
                    weights, grads, layer, dx, *back[layer], *kept[layer]
                )
            np.add.at(grads["E"], words, dx)
        norm = np.sqrt(sum((grad**2).sum() for grad in grads.values()))
        for name, grad in grads.items():
            weights[name] -= LR * min(1, CLIP / norm) * grad

    return step


def random_weights(shape):
    """A matrix for each gate and each of its two inputs."""
    rng, size = np.random.default_rng(0), shape.hidden_size
    weights = {"E": rng.uniform(-0.1, 0.1, (shape.vocab_size, size))}
    weights |= {"V": rng.uniform(-0.1, 0.1, (size, shape.vocab_size))}
    weights |= {"c": np.zeros(shape.vocab_size)}
    for layer in range(shape.num_layers):
        for gate in GATES:
            weights[f"W{gate}{layer}"] = rng.uniform(-0.1, 0.1, (size, size))
            weights[f"U{gate}{layer}"] = rng.uniform(-0.1, 0.1, (size, size))
            weights[f"b{gate}{layer}"] = np.zeros(size)
    return weights


def forward(weights, layer, x, h, c):
    """One step of one layer: its output, its state, and what going back needs."""
    gates = {}
    for gate in GATES:
        w, u, b = (weights[f"{letter}{gate}{layer}"] for letter in "WUb")
        a = x @ w + h @ u + b
        gates[gate] = np.tanh(a) if gate == "g" else sigmoid(a)
    i, f, g, o = gates.values()
    new_c = f * c + i * g
    new_h = o * np.tanh(new_c)
    return new_h, (new_h, new_c), (x, h, c, new_c, i, f, g, o)


def backward(weights, grads, layer, dout, dh, dc, x, h, c, new_c, i, f, g, o):
    """Gradients of one step of one layer, added to `grads`."""
    dh = dh + dout
    tanh_c = np.tanh(new_c)
    dc = dc + dh * o * (1 - tanh_c**2)
    da = {
        "i": dc * g * i * (1 - i),
        "f": dc * c * f * (1 - f),
        "g": dc * i * (1 - g**2),
        "o": dh * tanh_c * o * (1 - o),
    }
    dx, dh = np.zeros_like(x), np.zeros_like(h)
    for gate, a in da.items():
        grads[f"W{gate}{layer}"] += x.T @ a
        grads[f"U{gate}{layer}"] += h.T @ a
        grads[f"b{gate}{layer}"] += a.sum(axis=0)
        dx += a @ weights[f"W{gate}{layer}"].T
        dh += a @ weights[f"U{gate}{layer}"].T
    return dx, (dh, dc * f)


def one_at_a_time(shape):
    """A character RNN that reads one text, in one-hot columns; B is ignored."""
    rng = np.random.default_rng(0)
    size, vocab_size = shape.hidden_size, shape.vocab_size
    w, u = rng.normal(0, 0.01, (size, vocab_size)), rng.normal(0, 0.01, (size, size))
    v = rng.normal(0, 0.01, (vocab_size, size))
    b, c = np.zeros((size, 1)), np.zeros((vocab_size, 1))
    inputs, targets = (ids[:, 0] for ids in zipf_ids(shape))

    def step():
        hs, xs, probs = [np.zeros((size, 1))], [], []
        for word in inputs:
            x = np.zeros((vocab_size, 1))
            x[word] = 1
            xs.append(x)
            hs.append(np.tanh(w @ x + u @ hs[-1] + b))
            scores = np.exp(v @ hs[-1] + c)
            probs.append(scores / scores.sum())
        grads = [np.zeros_like(value) for value in (w, u, v, b, c)]
        dw, du, dv, db, dc = grads
        dh_next = np.zeros((size, 1))
        for t in reversed(range(len(inputs))):
            dy = probs[t].copy()
            dy[targets[t]] -= 1
            dv += dy @ hs[t + 1].T
            dc += dy
            da = (v.T @ dy + dh_next) * (1 - hs[t + 1] ** 2)
            dw += da @ xs[t].T
            du += da @ hs[t].T
            db += da
            dh_next = u.T @ da
        for value, grad in zip((w, u, v, b, c), grads, strict=True):
            value -= 0.1 * LR / len(inputs) * np.clip(grad, -5, 5)

    return step
