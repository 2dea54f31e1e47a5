"""What a training run is given: data, options, and a learner from one of the halves."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from rnnlm_lib.evaluate import Evaluation


class Data(NamedTuple):
    """Ids to learn from, and ids to judge by.

    Attributes
    ----------
    train, valid : int arrays (N,)
    first : int or None
        Read before the first id of each, usually the id of `<eos>`. None: the first id
        of each array plays that part, and is not predicted.
    """

    train: np.ndarray
    valid: np.ndarray
    first: int | None = None


class Diverged(ValueError):
    """The loss or the gradient is no longer a finite number."""


class Learner(Protocol):
    """What each half brings: a model, its optimiser, its carried and random state."""

    model: Any  # a LanguageModel with a `config`
    leads: bool  # whether this process writes the files; of several, one does

    def start(self, batch_size: int) -> None:
        """Forget what was read: an epoch begins."""

    def gradients(self, inputs, targets) -> tuple[float, float]:
        """Read one window (T, B); its summed nats, and the norm of the gradient."""

    def update(self, lr: float) -> None:
        """Take the step that the last gradients ask for."""

    def evaluate(self, ids, first) -> Evaluation:
        """Judge the model on a text; of several processes, one does the work."""

    def params(self) -> dict:
        """Copies of the parameters, NumPy arrays by name."""

    def load_params(self, params: dict) -> None:
        """Set the parameters."""

    def state(self) -> tuple[dict, dict]:
        """All else the next step depends on: NumPy arrays by name, facts for JSON."""

    def load_state(self, arrays: dict, facts: dict) -> None:
        """Set what `state` gave."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to train: the arguments of `fit`, in both halves.

    Attributes
    ----------
    epochs : int
    lr : float, learning rate
    optimizer, momentum : "sgd", "adagrad" or "adam"; momentum is for "sgd"
    batch_size, window : B columns of text, T steps that a gradient walks back
    clip : greatest norm of the gradient; None for no clipping
    penalty : dict from names of parameters to factors: so many times the sum of their
        squares is added to the mean loss
    schedule : "constant", or a function of (epoch, history), see `schedules`
    average_from : number of an epoch, from 1; from its end on, what is judged and kept
        is the mean of the parameters at the ends of the epochs since (Izmailov et al.
        2018; Merity et al. 2018 average after each step)
    patience : epochs without a new lowest validation loss after which to stop; None
        trains to the end
    checkpoint : file for the best parameters; the run itself is kept beside it, in
        NAME.last.safetensors
    save_every : steps between two saves of the run
    seed : of dropout
    progress : show a bar, and a line for each epoch
    """

    epochs: int
    lr: float
    optimizer: str = "sgd"
    momentum: float = 0.0
    batch_size: int = 20
    window: int = 35
    clip: float | None = 5.0
    penalty: dict = field(default_factory=dict)
    schedule: Any = "constant"
    average_from: int | None = None
    patience: int | None = None
    checkpoint: Any = None
    save_every: int = 500
    seed: int = 0
    progress: bool = True

    def __post_init__(self):
        if self.average_from is not None and self.average_from < 1:
            raise ValueError(
                f"average_from is the number of an epoch, from 1, got "
                f"{self.average_from}: None averages nothing"
            )
