"""The training loop that both halves share.

What differs between NumPy and PyTorch is a learner: it turns one window into gradients
and gradients into a step. Here is the rest: windows, schedule, validation, early
stopping, and checkpoints from which a killed run goes on to the same numbers.
"""

import math
import time
from pathlib import Path

import numpy as np

from rnnlm_lib import checkpoint as checkpoints
from rnnlm_lib.averaging import running_mean
from rnnlm_lib.batching import batchify, bptt_windows
from rnnlm_lib.history import History
from rnnlm_lib.learner import Data, Diverged, Learner, Options
from rnnlm_lib.progress import bar
from rnnlm_lib.schedules import constant

__all__ = ["Data", "Diverged", "Learner", "Options", "Run"]

# What has to be the same when a run is resumed.
SETTINGS = ("lr", "optimizer", "momentum", "batch_size", "window", "clip", "penalty")
SETTINGS += ("seed", "average_from")
# Where in the text a run is, and what this epoch has cost so far.
POSITION = ("steps", "windows", "tokens", "nats", "seconds")
MEAN = "mean/"  # before the names of averaged parameters in a checkpoint


class Run:
    """One training run, which may end after any step and go on from its checkpoint.

    Parameters
    ----------
    learner : Learner
    data : Data
    options : Options
    meta : dict, further facts for the checkpoint, such as the vocabulary
    """

    def __init__(self, learner, data, options, *, meta=None):
        self.learner, self.options = learner, options
        self.settings = {name: getattr(options, name) for name in SETTINGS}
        self.settings["tokens"] = len(data.train)
        self.meta = {"config": learner.model.config} | (meta or {})
        self.best_file = options.checkpoint and Path(options.checkpoint)
        self.train = batchify(begun(data.train, data.first), options.batch_size)
        self.valid = begun(data.valid, data.first)
        self.history = History()
        self.best_params = None
        self.mean = {}  # of the parameters at the ends of epochs, once it is asked for
        self.steps = 0
        self.begin_epoch()

    def begin_epoch(self):
        """Nothing of the coming epoch has been read yet."""
        self.windows, self.tokens, self.nats, self.seconds = 0, 0, 0.0, 0.0

    def go(self):
        """Train to the last epoch, or until patience ends, and return the History.

        The model is left with the parameters of its best epoch.
        """
        if self.steps == 0:
            self.save()
        while len(self.history) < self.options.epochs and not self.out_of_patience():
            self.epoch()
        if self.best_params is not None:
            self.learner.load_params(self.best_params)
        return self.history

    def out_of_patience(self):
        """Whether too many epochs have passed since the best one."""
        best = self.history.best_epoch
        if self.options.patience is None or best is None:
            return False
        return len(self.history) - 1 - best >= self.options.patience

    def epoch(self):
        """Read what is left of the training text, then judge on the validation text."""
        options, number = self.options, len(self.history)
        schedule = constant if options.schedule == "constant" else options.schedule
        lr = options.lr * schedule(number, self.history)
        label = f"epoch {number + 1}/{options.epochs}"
        if self.windows == 0:
            self.learner.start(options.batch_size)
        windows = list(bptt_windows(self.train, options.window))
        show = {"done": self.windows, "total": len(windows), "show": options.progress}
        with bar(label, **show) as shown:
            for inputs, targets in windows[self.windows :]:
                self.step(inputs, targets, lr)
                loss = f"{self.nats / self.tokens:.3f} nats/token"
                shown.set_postfix_str(loss, refresh=False)
                shown.update(1)
                if self.steps % options.save_every == 0:
                    self.save()
        self.end_epoch(label, lr)

    def step(self, inputs, targets, lr):
        """One window and one update, unless a number is no longer finite."""
        began = time.perf_counter()
        nats, norm = self.learner.gradients(inputs, targets)
        if not math.isfinite(nats + norm):
            raise Diverged(
                f"step {self.steps + 1} (epoch {len(self.history) + 1}): the loss is "
                f"{nats / targets.size:g} and the gradient's norm {norm:g}; lower lr, "
                f"now {lr:g}, or clip; the last good checkpoint is {self.last_file}"
            )
        self.learner.update(lr)
        self.steps += 1
        self.windows += 1
        self.nats += nats
        self.tokens += targets.size
        self.seconds += time.perf_counter() - began

    def end_epoch(self, label, lr):
        """Judge and record the epoch; keep its parameters if they are the best."""
        params, result = self.judge()
        self.history.add(
            train=self.nats / self.tokens,
            valid=result.nats_per_token,
            lr=lr,
            seconds=self.seconds,
            tokens=self.tokens,
            steps=self.steps,
        )
        if self.options.progress:
            print(
                f"{label}: train {self.history.train[-1]:.3f}, valid "
                f"{result.nats_per_token:.3f} nats/token "
                f"(perplexity {result.perplexity:,.1f}), lr {lr:g}, "
                f"{self.seconds:,.0f} s"
            )
        self.begin_epoch()
        if self.history.best_epoch == len(self.history) - 1:
            self.best_params = params
            self.save_best()
        self.save()

    def judge(self):
        """The parameters, or their mean over the last epochs, and what they are worth.

        Training goes on from the parameters, not from their mean.
        """
        now = self.learner.params()
        start, number = self.options.average_from, len(self.history) + 1
        if start is None or number < start:
            return now, self.learner.evaluate(self.valid[1:], self.valid[0])
        self.mean = running_mean(self.mean, now, number - start + 1)
        self.learner.load_params(self.mean)
        result = self.learner.evaluate(self.valid[1:], self.valid[0])
        self.learner.load_params(now)
        return self.mean, result

    @property
    def last_file(self):
        """Where the run is kept, beside the file with the best parameters."""
        best = self.best_file
        return best and best.with_suffix(f".last{best.suffix}")

    def save_best(self):
        """Write the best parameters, which is all that using the model needs."""
        if self.best_file and self.learner.leads:
            meta = self.meta | {"history": self.history.to_dict()}
            checkpoints.save(self.best_file, self.best_params, meta=meta)

    def save(self):
        """Write all that the next step depends on."""
        if self.best_file:
            arrays, facts = self.learner.state()
            arrays |= {MEAN + name: value for name, value in self.mean.items()}
            meta = self.meta | {
                "settings": self.settings,
                "history": self.history.to_dict(),
                "position": {name: getattr(self, name) for name in POSITION},
                "learner": facts,
            }
            params = self.learner.params()
            if self.learner.leads:
                checkpoints.save(self.last_file, params, meta=meta, state=arrays)

    def resume(self):
        """Set the run to where its checkpoint was written.

        Raises
        ------
        ValueError
            There is no such checkpoint, or it was written with other settings.
        """
        if self.best_file is None:
            raise ValueError("resume=True needs the checkpoint to resume from")
        config = self.learner.model.config
        params, meta, arrays = checkpoints.load(self.last_file, config=config)
        if meta["settings"] != self.settings:
            raise ValueError(
                f"{self.last_file} was trained with {meta['settings']}, now it is "
                f"{self.settings}: resume with the same settings"
            )
        self.learner.load_params(params)
        means = [key for key in arrays if key.startswith(MEAN)]
        self.mean = {key.removeprefix(MEAN): arrays.pop(key) for key in means}
        self.learner.load_state(arrays, meta["learner"])
        self.history = History.from_dict(meta["history"])
        for name in POSITION:
            setattr(self, name, meta["position"][name])
        if len(self.history):
            self.best_params = checkpoints.load(self.best_file, config=config).params


def begun(ids, first):
    """The ids after the one that is only read."""
    return np.asarray(ids) if first is None else np.concatenate([[first], ids])
