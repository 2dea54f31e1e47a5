"""The PyTorch half beside a bare loop, on a GPU; writes results/gpu_throughput.json.

The bare loop is what one would type: `nn.Embedding`, `nn.LSTM`, `nn.Linear`, the loss,
its backward, clipping and a step. The library's loop should keep 0.9 of its tokens per
second. Run it where there is a GPU: python -m benchmarks.gpu
"""

import hashlib
import json
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from rnnlm_lib.learner import Options
from rnnlm_lib.pytorch.model import RNNLM
from rnnlm_lib.pytorch.train import TorchLearner

RESULTS = Path(__file__).parents[1] / "rnnlm_lib" / "results" / "gpu_throughput.json"
TARGET = 0.9
SEEDS = [0, 1, 2]  # of the windows that the turns read
PRECISIONS = ("fp32", "tf32", "bf16")


@dataclass(frozen=True)
class Shape:
    """Sizes of the model and of its windows."""

    hidden_size: int
    batch_size: int
    vocab_size: int = 10_000
    num_layers: int = 2
    window: int = 35


SHAPES = [Shape(h, b) for h in (650, 1500) for b in (20, 128)]


def bare_loop(shape, device, autocast):
    """A function that takes one step, with nothing from the library."""
    v, h = shape.vocab_size, shape.hidden_size
    embedding, decoder = nn.Embedding(v, h), nn.Linear(h, v)
    lstm = nn.LSTM(h, h, shape.num_layers)
    model = nn.ModuleList([embedding, lstm, decoder]).to(device)
    sgd = torch.optim.SGD(model.parameters(), lr=1.0)
    zero = torch.zeros(shape.num_layers, shape.batch_size, h, device=device)
    state = (zero, zero)

    def step(inputs, targets):
        nonlocal state
        inputs, targets = (torch.as_tensor(i, device=device) for i in (inputs, targets))
        sgd.zero_grad()
        with torch.autocast(device.type, autocast, enabled=autocast is not None):
            outputs, (h_n, c_n) = lstm(embedding(inputs), state)
            logits = decoder(outputs).flatten(0, 1).float()
            loss = F.cross_entropy(logits, targets.flatten())
        loss.backward()
        state = h_n.detach(), c_n.detach()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        sgd.step()
        return loss.item()

    return step


def library_loop(shape, device, autocast):
    """The same step as `fit` takes it."""
    sizes = shape.vocab_size, shape.hidden_size, shape.hidden_size
    model = RNNLM(*sizes, num_layers=shape.num_layers).to(device)
    options = Options(epochs=1, lr=1.0, batch_size=shape.batch_size, clip=5.0)
    learner = TorchLearner(model, options, autocast=autocast)
    learner.start(shape.batch_size)

    def step(inputs, targets):
        nats, _ = learner.gradients(inputs, targets)
        learner.update(1.0)
        return nats / targets.size

    return step


def seconds_of(step, batch, steps, device):
    """Seconds that some steps take, the device's queue included."""
    began = time.perf_counter()
    for _ in range(steps):
        step(*batch)
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def measure(shape, precision, device, *, rounds=7, steps=20):
    """Tokens per second of both loops, in turns, and the median of their ratios."""
    torch.backends.cuda.matmul.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.allow_tf32 = precision != "fp32"
    autocast = torch.bfloat16 if precision == "bf16" else None
    size = 2, shape.window, shape.batch_size
    batches = [
        np.random.default_rng(seed).integers(shape.vocab_size, size=size)
        for seed in SEEDS
    ]
    loops = {
        "bare": bare_loop(shape, device, autocast),
        "library": library_loop(shape, device, autocast),
    }
    for step in loops.values():
        seconds_of(step, batches[0], 3, device)
    times = {name: [] for name in loops}
    for turn in range(rounds):
        batch = batches[turn % len(SEEDS)]
        for name in sorted(loops, reverse=bool(turn % 2)):
            times[name].append(seconds_of(loops[name], batch, steps, device))
    tokens = steps * shape.window * shape.batch_size
    speed = {name: tokens / np.array(t) for name, t in times.items()}
    ratio = float(np.median(speed["library"] / speed["bare"]))
    speed = {f"{name}_tokens_per_second": np.median(s) for name, s in speed.items()}
    row = asdict(shape) | {"precision": precision, "ratio": ratio, "target": TARGET}
    return row | {name: float(value) for name, value in speed.items()}


def main():
    """Measure every shape and precision on the GPU, print and write them."""
    if not torch.cuda.is_available():
        raise SystemExit("this benchmark needs a CUDA device and found none")
    device, began = torch.device("cuda"), time.perf_counter()
    rows = [measure(shape, p, device) for shape in SHAPES for p in PRECISIONS]
    for row in rows:
        print(json.dumps(row))
    facts = {
        "machine": f"{torch.cuda.get_device_name()}, {platform.platform()}",
        "versions": {"torch": torch.__version__, "cuda": torch.version.cuda},
        "config": {"seeds": SEEDS, "precisions": PRECISIONS},
        "seconds": time.perf_counter() - began,
        "script_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "measured": rows,
    }
    RESULTS.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
