"""Train a NumPy language model."""

import numpy as np

from rnnlm_lib.evaluate import evaluate
from rnnlm_lib.learner import Data, Diverged, Options
from rnnlm_lib.scratch.blas import advise
from rnnlm_lib.scratch.optim import OPTIMIZERS, SGD, clip_grad_norm, grad_norm
from rnnlm_lib.training import Run

__all__ = ["Data", "Diverged", "Options", "fit"]


def fit(model, data, *, resume=False, meta=None, **options):
    """Train a language model with truncated backpropagation through time.

    The loss is the mean over the T*B targets of a window, in nats per token, as in
    PyTorch's examples. Zaremba et al. sum over the T steps instead, so their gradients
    are T times as long: their lr 1 and clip 5 with T = 20 are lr 20 and clip 0.25 here.

    Parameters
    ----------
    model : RNNLM, trained in place; ends with the parameters of its best epoch
    data : Data
    resume : go on from the checkpoint, to the same numbers as without interruption
    meta : facts that JSON can hold, for the checkpoint, such as the vocabulary
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
    advice = advise()
    if options.progress and advice:
        print(advice)
    run = Run(ScratchLearner(model, options), data, options, meta=meta)
    if resume:
        run.resume()
    return run.go()


class ScratchLearner:
    """An `RNNLM` in NumPy, its optimiser, its carried state and its random numbers."""

    leads = True

    def __init__(self, model, options):
        self.model = model
        self.optimizer = make_optimizer(options)
        self.clip, self.penalty = options.clip, options.penalty
        self.rng = np.random.default_rng(options.seed)
        self.start(options.batch_size)

    def start(self, batch_size):
        """Forget what was read: an epoch begins."""
        self.carried = self.model.initial_state(batch_size)

    def gradients(self, inputs, targets):
        """Read one window (T, B); its summed nats, and the norm of the gradient."""
        # Numbers that overflow are reported once, in words, by the training loop.
        with np.errstate(over="ignore", invalid="ignore"):
            nats, self.grads, self.carried = self.model.loss_and_grads(
                inputs, targets, self.carried, rng=self.rng
            )
            for name, factor in self.penalty.items():
                self.grads[name] += 2 * factor * self.model.params[name]
            if self.clip is None:
                return nats, grad_norm(self.grads)
            return nats, clip_grad_norm(self.grads, self.clip)

    def update(self, lr):
        """Take the step that the last gradients ask for."""
        self.optimizer.lr = lr
        self.optimizer.step(self.model.params, self.grads)

    def evaluate(self, ids, first):
        """Judge the model on a text."""
        return evaluate(self.model, ids, first=first)

    def params(self):
        """Copies of the parameters."""
        return {name: value.copy() for name, value in self.model.params.items()}

    def load_params(self, params):
        """Set the parameters."""
        self.model.load_params(params)

    def state(self):
        """Carried state and the optimiser's memory; the random state, for JSON."""
        parts = self.carried if isinstance(self.carried, tuple) else (self.carried,)
        arrays = {f"carried/{i}": part for i, part in enumerate(parts)}
        memory = self.optimizer.state()
        arrays |= {f"optimizer/{name}": value for name, value in memory.items()}
        return arrays, {"rng": self.rng.bit_generator.state}

    def load_state(self, arrays, facts):
        """Set what `state` gave."""
        under = {"carried": {}, "optimizer": {}}
        for key, value in arrays.items():
            kind, _, name = key.partition("/")
            under[kind][name] = value
        parts = tuple(under["carried"][name] for name in sorted(under["carried"]))
        self.carried = parts if len(parts) > 1 else parts[0]
        self.optimizer.load_state(under["optimizer"])
        self.rng.bit_generator.state = facts["rng"]


def make_optimizer(options):
    """The optimiser that these options name.

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
        return SGD(options.lr, momentum=options.momentum)
    if options.momentum:
        raise ValueError(
            f"momentum is for sgd, got {options.momentum} with {options.optimizer}: "
            "leave it out"
        )
    return OPTIMIZERS[options.optimizer](options.lr)
