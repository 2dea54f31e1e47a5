"""Train a PyTorch language model: on any device, in bf16, on several processes."""

from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional as F

from rnnlm_lib.evaluate import Evaluation, evaluate
from rnnlm_lib.learner import Data, Diverged, Options
from rnnlm_lib.pytorch import distributed
from rnnlm_lib.pytorch.device import choose_device
from rnnlm_lib.pytorch.network import detach
from rnnlm_lib.training import Run

__all__ = ["Data", "Diverged", "Options", "fit"]

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "adam": torch.optim.Adam,
}


def fit(
    model,
    data,
    *,
    resume=False,
    meta=None,
    device=None,
    autocast=None,
    compile=None,
    **options,
):
    """Train a language model with truncated backpropagation through time.

    The arguments are those of the scratch half's `fit`, with the same loss: the mean
    over the T*B targets of a window. Started by `torchrun`, the processes share the
    columns of each batch.

    Parameters
    ----------
    model : RNNLM, trained in place; ends with the parameters of its best epoch
    data : Data
    resume : go on from the checkpoint, to the same numbers as without interruption
    meta : facts that JSON can hold, for the checkpoint, such as the vocabulary
    device : such as "cpu"; None takes the fastest present, and says which
    autocast : torch.bfloat16 to multiply in 16 bits; weights and loss keep 32
    compile : a backend of `torch.compile`, such as "inductor"
    options : epochs, lr, optimizer, momentum, batch_size, window, clip, penalty,
        schedule, average_from, patience, checkpoint, save_every, seed, progress: see
        `Options`

    Returns
    -------
    History : nats per token and more, for each epoch

    Raises
    ------
    Diverged : the loss or the gradient is not finite; names the step
    ValueError : the settings do not fit each other, or those of the checkpoint

    Built in chapter 5.
    """
    options = Options(**options)
    device = distributed.join_torchrun(choose_device(device, quiet=True))
    if distributed.rank() > 0:
        options = replace(options, progress=False)
    if options.progress:
        choose_device(str(device))
    learner = TorchLearner(
        model.to(device), options, autocast=autocast, compile=compile
    )
    run = Run(learner, data, options, meta=meta)
    if resume:
        run.resume()
    return run.go()


class TorchLearner:
    """An `RNNLM` in PyTorch, its optimiser, carried state and random numbers."""

    def __init__(self, model, options, *, autocast=None, compile=None):
        self.model, self.clip, self.autocast = model, options.clip, autocast
        self.leads = distributed.rank() == 0
        named = dict(model.named_parameters())
        self.penalty = [(named[name], f) for name, f in options.penalty.items()]
        self.optimizer = make_optimizer(model, options)
        self.columns = distributed.own_columns(options.batch_size)
        self.forward = distributed.wrap(model)
        if compile:
            self.forward = torch.compile(self.forward, backend=compile)
        self.carried = None
        self.random = torch.Generator().manual_seed(options.seed)

    def start(self, batch_size):
        """Forget what was read: an epoch begins."""
        self.carried = self.model.initial_state(batch_size // distributed.world_size())

    def gradients(self, inputs, targets):
        """Read one window (T, B); its summed nats, and the norm of the gradient."""
        device = self.model.device
        inputs, targets = (
            self.model.ids(ids[:, self.columns]) for ids in (inputs, targets)
        )
        self.optimizer.zero_grad()
        with self.dropout(), self.precision(device):
            logits, state = self.forward(inputs, self.carried)
            flat = logits.flatten(0, 1)
            flat = flat.float() if self.autocast else flat
            loss = F.cross_entropy(flat, targets.flatten())
        penalty = sum(factor * weight.square().sum() for weight, factor in self.penalty)
        (loss + penalty).backward()
        self.carried = detach(state)
        limit = float("inf") if self.clip is None else self.clip
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        nats = distributed.total(loss.item() * targets.numel(), device)
        return nats, norm.item()

    def precision(self, device):
        """The block in which products are computed in 16 bits, if asked for."""
        return torch.autocast(
            device.type, self.autocast, enabled=self.autocast is not None
        )

    def dropout(self):
        """The block in which dropout draws from this run's own random numbers."""
        seed = torch.randint(2**62, (), generator=self.random).item()
        return own_seed(seed + distributed.rank(), self.model.device)

    def update(self, lr):
        """Take the step that the last gradients ask for."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()

    def evaluate(self, ids, first):
        """Judge the model on a text: the first process reads it, and tells the rest."""
        nats = 0.0
        if self.leads:
            nats = evaluate(self.model, ids, first=first).nats
        return Evaluation(distributed.total(nats, self.model.device), len(ids))

    def params(self):
        """Copies of the parameters, as NumPy arrays."""
        return self.model.export_params()

    def load_params(self, params):
        """Set the parameters."""
        self.model.load_params(params)

    def state(self):
        """Carried state and the optimiser's memory; no facts for JSON."""
        arrays = {"random": self.random.get_state()}
        if self.carried is not None:
            pair = isinstance(self.carried, tuple)
            for i, part in enumerate(self.carried if pair else (self.carried,)):
                arrays[f"carried/{i}"] = distributed.gather(part, dim=1)
        names = [name for name, _ in self.model.named_parameters()]
        for index, memory in self.optimizer.state_dict()["state"].items():
            for kind, value in memory.items():
                if torch.is_tensor(value):
                    arrays[f"optimizer/{kind}/{names[index]}"] = value
        return {name: value.cpu().numpy() for name, value in arrays.items()}, {}

    def load_state(self, arrays, facts):
        """Set what `state` gave."""
        arrays = {name: torch.from_numpy(np.array(a)) for name, a in arrays.items()}
        self.random.set_state(arrays.pop("random"))
        parts = [
            arrays.pop(f"carried/{i}") for i in range(2) if f"carried/{i}" in arrays
        ]
        parts = tuple(p[:, self.columns].to(self.model.device) for p in parts)
        self.carried = None if not parts else parts if len(parts) > 1 else parts[0]
        index = {name: i for i, (name, _) in enumerate(self.model.named_parameters())}
        memory = {}
        for key, value in arrays.items():
            _, kind, name = key.split("/")
            memory.setdefault(index[name], {})[kind] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": memory, "param_groups": groups})


class own_seed:
    """A block whose random numbers come from one seed, and leave no trace outside."""

    def __init__(self, seed, device):
        devices = [device] if device.type == "cuda" else []
        self.seed, self.fork = seed, torch.random.fork_rng(devices)

    def __enter__(self):
        self.fork.__enter__()
        torch.manual_seed(self.seed)

    def __exit__(self, *error):
        self.fork.__exit__(*error)


def make_optimizer(model, options):
    """PyTorch's optimiser of that name, with the defaults of the scratch half.

    Raises
    ------
    ValueError : there is none of that name, or it has no momentum.
    """
    if options.optimizer not in OPTIMIZERS:
        raise ValueError(
            f"no optimizer is called {options.optimizer!r}: choose one of "
            f"{', '.join(OPTIMIZERS)}"
        )
    if options.optimizer == "sgd":
        return torch.optim.SGD(
            model.parameters(), options.lr, momentum=options.momentum
        )
    if options.momentum:
        raise ValueError(
            f"momentum is for sgd, got {options.momentum} with {options.optimizer}: "
            "leave it out"
        )
    return OPTIMIZERS[options.optimizer](model.parameters(), options.lr)
