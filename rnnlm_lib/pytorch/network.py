"""What the language model and the heads share: parameters as NumPy arrays, and ids."""

import numpy as np
import torch
from torch import nn


class Network(nn.Module):
    """A module whose parameters travel as a dict of NumPy arrays.

    Parameters
    ----------
    config : dict of what the constructor was given; JSON can hold it
    """

    def __init__(self, config):
        super().__init__()
        self.config = config

    @property
    def device(self):
        """Where the parameters live."""
        return next(self.parameters()).device

    def export_params(self):
        """A copy of the parameters, as the scratch half names and shapes them."""
        return {
            name: value.detach().float().cpu().numpy().copy()
            if value.dtype == torch.bfloat16
            else value.detach().cpu().numpy().copy()
            for name, value in self.named_parameters()
        }

    def load_params(self, params):
        """Copy parameters into the module, such as those of the scratch half.

        Raises
        ------
        ValueError : a name or a shape is not this model's.
        """
        own = dict(self.named_parameters())
        if params.keys() != own.keys():
            odd = sorted(params.keys() ^ own.keys())[0]
            raise ValueError(
                f"{len(params)} parameters given, {len(own)} in the model, and {odd} "
                "is on one side only: build the model with the same settings"
            )
        for name, value in own.items():
            if params[name].shape != tuple(value.shape):
                raise ValueError(
                    f"{name} has shape {params[name].shape} here and "
                    f"{tuple(value.shape)} in the model: build it with the same sizes"
                )
        with torch.no_grad():
            for name, value in own.items():
                value.copy_(torch.as_tensor(params[name]))

    def ids(self, ids, vocab_size=None):
        """NumPy ids as a tensor where the parameters live, checked first."""
        vocab_size = vocab_size or self.config["vocab_size"]
        if not torch.is_tensor(ids):
            check_ids(ids, vocab_size)
            ids = torch.as_tensor(np.asarray(ids), device=self.device)
        return ids.long()


def init_small(network, generator=None):
    """Draw all but the recurrent stacks uniform in ±0.1, and set those biases to 0.

    Source: Zaremba, Sutskever & Vinyals 2014, section 4.1 (small model).
    """
    for name, parameter in network.named_parameters():
        if name.startswith(("rnn.", "encoder.")):
            continue
        if name.endswith(".bias"):
            nn.init.zeros_(parameter)
        else:
            nn.init.uniform_(parameter, -0.1, 0.1, generator=generator)


class at_rest:
    """A model without dropout for the length of a `with` block."""

    def __init__(self, model):
        self.model, self.training = model, model.training

    def __enter__(self):
        self.model.eval()

    def __exit__(self, *error):
        self.model.train(self.training)


def detach(state):
    """The state without its past: no gradient flows back beyond this point.

    Built in chapter 6.
    """
    if isinstance(state, tuple):
        return tuple(part.detach() for part in state)
    return state.detach()


def check_ids(ids, vocab_size):
    """Raise ValueError unless every id is in 0..vocab_size-1."""
    ids = np.asarray(ids)
    if ids.size and not (ids.min() >= 0 and ids.max() < vocab_size):
        outside = ids.min() if ids.min() < 0 else ids.max()
        raise ValueError(
            f"ids must lie in 0..{vocab_size - 1} for a vocabulary of {vocab_size}, "
            f"got {outside}: encode the text with this model's own vocabulary"
        )
