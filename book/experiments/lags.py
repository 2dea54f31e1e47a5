"""Which units of a GRU serve short lags? Writes results/lags.json.

One GRU answers two questions: after every bit, which bit came two steps
before; at the end, which symbol came first. Each unit is then taken out.
"""

import hashlib
import json
import platform
import time
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib.scratch.functional import cross_entropy
from rnnlm_lib.scratch.gru import gru_reset_before_step, set_update_bias
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm

CONFIG = {
    "symbols": 8,
    "near": 2,
    "far": 30,
    "embedding_size": 16,
    "hidden_size": 32,
    "batch_size": 64,
    "steps": 2500,
    "lr": 0.02,
    "clip": 1.0,
    "update_bias": 2.0,
    "seeds": [0, 1, 2],
}


def draw(rng, batch_size):
    """Inputs and targets (T, B): a symbol, random bits, a question.

    Ids below K are symbols, K and K + 1 are bits, K + 2 is the question; as a
    target it stands where there is nothing to tell.
    """
    symbols, near, far = CONFIG["symbols"], CONFIG["near"], CONFIG["far"]
    first = rng.integers(0, symbols, (1, batch_size))
    bits = rng.integers(symbols, symbols + 2, (far - 1, batch_size))
    question = np.full((1, batch_size), symbols + 2)
    inputs = np.concatenate([first, bits, question])
    targets = np.full_like(inputs, symbols + 2)
    targets[near + 1 : far] = inputs[1 : far - near]
    targets[far] = first
    return inputs, targets


def train(seed):
    """A GRU that has learned both questions."""
    rng = np.random.default_rng(seed)
    sizes = (
        CONFIG["symbols"] + 3,
        CONFIG["embedding_size"],
        CONFIG["hidden_size"],
    )
    model = RNNLM(*sizes, cell="gru_reset_before", fused=True, rng=rng)
    set_update_bias(model.params, CONFIG["update_bias"])
    optimizer = Adam(CONFIG["lr"])
    for n in range(CONFIG["steps"]):
        optimizer.lr = CONFIG["lr"] * (1 - n / CONFIG["steps"])
        inputs, targets = draw(rng, CONFIG["batch_size"])
        state = model.initial_state(CONFIG["batch_size"])
        _, grads, _ = model.loss_and_grads(inputs, targets, state)
        clip_grad_norm(grads, CONFIG["clip"])
        optimizer.step(model.params, grads)
    return model


def run(model, inputs, *, held=None, value=0.0):
    """States, r and z (T, B, H), with one unit held at a value if asked."""
    params = {
        k[4:-3]: v for k, v in model.params.items() if k.startswith("rnn.")
    }
    h, kept = np.zeros((inputs.shape[1], CONFIG["hidden_size"])), []
    for tokens in inputs:
        x = model.params["embedding.weight"][tokens]
        h, cache = gru_reset_before_step(x, h, params)
        if held is not None:
            h[:, held] = value
        r, z, _ = cache[2]
        kept.append((h, r, z))
    return [np.array(part) for part in zip(*kept, strict=True)]


def judge(model, h, targets):
    """Nats and accuracy at the near question and at the far one."""
    near, far = CONFIG["near"], CONFIG["far"]
    logits = (
        h @ model.params["decoder.weight"].T + model.params["decoder.bias"]
    )
    found = {}
    for name, at in {
        "near": slice(near + 1, far),
        "far": slice(far, far + 1),
    }.items():
        nats, count, _ = cross_entropy(logits[at], targets[at])
        right = logits[at].argmax(axis=-1) == targets[at]
        found[name] = {
            "nats": float(nats / count),
            "accuracy": float(right.mean()),
        }
    return found


def measure(seed):
    """Train one model and take its units out one by one."""
    model = train(seed)
    inputs, targets = draw(np.random.default_rng(99), 500)
    h, r, z = run(model, inputs)
    whole, means = judge(model, h, targets), h.mean(axis=(0, 1))
    cost = {"near": [], "far": []}
    for unit, mean in enumerate(means):
        without = judge(
            model, run(model, inputs, held=unit, value=mean)[0], targets
        )
        for lag, costs in cost.items():
            costs.append(without[lag]["nats"] - whole[lag]["nats"])
    inside = slice(1, CONFIG["far"])
    gates = {
        "z": z[inside].mean(axis=(0, 1)),
        "r": r[inside].mean(axis=(0, 1)),
    }
    return {
        "accuracy": {lag: result["accuracy"] for lag, result in whole.items()},
        "mean_z": gates["z"].tolist(),
        "mean_r": gates["r"].tolist(),
        "cost": cost,
        "correlation": {
            f"{gate}, {lag}": float(np.corrcoef(values, costs)[0, 1])
            for gate, values in gates.items()
            for lag, costs in cost.items()
        },
    }


def main():
    """Measure every seed, and write the results."""
    start = time.perf_counter()
    runs = [measure(seed) for seed in CONFIG["seeds"]]
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(
            Path(__file__).read_bytes()
        ).hexdigest(),
        "runs": runs,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    (folder / "lags.json").write_text(
        json.dumps(results, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
