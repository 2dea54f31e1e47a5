"""What a training run recorded."""

from dataclasses import asdict, dataclass, field


@dataclass
class History:
    """One entry per finished epoch, in lists of equal length.

    Attributes
    ----------
    train, valid : list of float
        Loss in nats per token: over the epoch, while it learned; after it, at rest.
    lr : list of float
        Learning rate of the epoch.
    seconds : list of float
        Wall-clock time of the epoch's training steps.
    tokens : list of int
        Tokens predicted while training.
    steps : list of int
        Updates made from the beginning up to the end of the epoch.
    """

    train: list[float] = field(default_factory=list)
    valid: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)

    def __len__(self):
        """Number of finished epochs."""
        return len(self.valid)

    def add(self, **values):
        """Append one value to each list; all of them must be given."""
        if values.keys() != vars(self).keys():
            raise ValueError(
                f"an epoch records {', '.join(vars(self))}; got {', '.join(values)}"
            )
        for name, value in values.items():
            getattr(self, name).append(value)

    @property
    def best_epoch(self):
        """Index of the epoch with the lowest validation loss; None before the first."""
        return self.valid.index(min(self.valid)) if self.valid else None

    def to_dict(self):
        """Copy as a dict of lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values):
        """Rebuild what `to_dict` gave."""
        return cls(**{name: list(entries) for name, entries in values.items()})
