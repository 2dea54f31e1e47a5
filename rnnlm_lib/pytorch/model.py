"""The recurrent language model in PyTorch: the same constructor, the same parameters.

The mirror of `rnnlm_lib.scratch.model`: autograd holds the cache and walks back.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from rnnlm_lib.pytorch.network import Network, at_rest, init_small
from rnnlm_lib.pytorch.recurrent import recurrent
from rnnlm_lib.pytorch.regularize import LockedDropout, weight_drop


class Decoder(Network):
    """Embedding, stack and output layer: what reads words and scores the next.

    `RNNLM` starts it from a state of zeros, the writers from a state they have made.
    Subclasses have the modules `rnn`, `decoder` and, unless one-hot, `embedding`.
    """

    def decode(self, ids, state=None):
        """Logits (T, B, V) after each of the ids (T, B), and the last state."""
        ids = self.ids(ids)
        if self.config.get("one_hot"):
            x = F.one_hot(ids, self.vocab_size).to(self.decoder.weight.dtype)
        else:
            x = self.embedding(ids)
        outputs, state = self.run(x, state)
        return self.decoder(outputs), state

    def run(self, x, state):
        """The stack between two dropouts."""
        outputs, state = self.rnn(self.drop(x), state)
        return self.drop(outputs), state

    @torch.no_grad()
    def step(self, tokens, state):
        """Read tokens (B,); log-probabilities (B, V) of the next in nats, the state."""
        with at_rest(self):
            logits, state = self.decode(np.asarray(tokens)[None], state)
        return F.log_softmax(logits[0].double(), dim=-1).cpu().numpy(), state

    @torch.no_grad()
    def score(self, inputs, targets, state):
        """Read inputs (T, B); -log P of targets (T, B) in nats, the state."""
        targets = self.ids(targets)
        with at_rest(self):
            logits, state = self.decode(inputs, state)
        flat = logits.flatten(0, 1).float() if logits.dtype.itemsize < 4 else logits
        nll = F.cross_entropy(
            flat.reshape(-1, self.vocab_size), targets.reshape(-1), reduction="none"
        )
        return nll.reshape(targets.shape).double().cpu().numpy(), state


class RNNLM(Decoder):
    """A recurrent language model on any device.

    It is a LanguageModel: `step` and `score` take and give NumPy arrays, so evaluation
    and sampling do not know which half they measure.

    Parameters
    ----------
    vocab_size, embedding_size, hidden_size : V, E, H
    cell : a name in `CELLS`
    num_layers : L
    tie_weights : the embedding is the output matrix too; needs E == H or `projection`
    one_hot : read one-hot vectors instead of an embedding; needs E == V
    dropout : share of zeros after the embedding, between layers, before the output
    locked_dropout : the same places but between layers, one mask for all steps
    weight_drop : share of recurrent weights set to zero in each pass
    projection : a square or (E, H) matrix between the last layer and the output
    bidirectional : refused, because such a network sees the future
    generator : torch.Generator, draws the first parameters

    Raises
    ------
    ValueError : sizes do not fit, or the network would not be a language model.

    Built in chapter 5.
    """

    def __init__(
        self,
        vocab_size,
        embedding_size,
        hidden_size,
        *,
        cell="lstm",
        num_layers=1,
        tie_weights=False,
        one_hot=False,
        dropout=0.0,
        locked_dropout=0.0,
        weight_drop=0.0,
        projection=False,
        bidirectional=False,
        generator=None,
    ):
        config = {
            "vocab_size": vocab_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "cell": cell,
            "num_layers": num_layers,
            "tie_weights": tie_weights,
            "one_hot": one_hot,
            "dropout": dropout,
        }
        extras = {
            "locked_dropout": locked_dropout,
            "weight_drop": weight_drop,
            "projection": projection,
        }
        # A model without extras has the configuration of its twin in NumPy.
        config |= {name: value for name, value in extras.items() if value}
        check_config(config, bidirectional)
        super().__init__(config)
        self.vocab_size, self.weight_drop = vocab_size, weight_drop
        self.drop, self.locked = nn.Dropout(dropout), LockedDropout(locked_dropout)
        self.build(generator)

    def build(self, generator):
        """Make the layers and draw their parameters."""
        c = self.config
        if not c["one_hot"]:
            self.embedding = nn.Embedding(c["vocab_size"], c["embedding_size"])
        self.rnn = recurrent(
            c["cell"],
            c["embedding_size"],
            c["hidden_size"],
            num_layers=c["num_layers"],
            dropout=c["dropout"],
            generator=generator,
        )
        width = c["hidden_size"]
        if c.get("projection"):
            self.projection = nn.Linear(width, c["embedding_size"], bias=False)
            width = c["embedding_size"]
        self.decoder = nn.Linear(width, c["vocab_size"])
        init_small(self, generator)
        if c["tie_weights"]:
            self.decoder.weight = self.embedding.weight

    def forward(self, ids, state=None):
        """Score every word after each position.

        Parameters
        ----------
        ids : (T, B), tensor or array
        state : of `initial_state`, or of the window before

        Returns
        -------
        logits : (T, B, V)
        state : after the last step

        Built in chapter 5.
        """
        return self.decode(ids, state)

    def run(self, x, state):
        """The stack with every dropout there is, and the projection if any."""
        x = self.locked(self.drop(x))
        outputs, state = weight_drop(self.rnn, self.weight_drop, x, state)
        outputs = self.locked(self.drop(outputs))
        return self.projection(
            outputs
        ) if "projection" in self.config else outputs, state

    def initial_state(self, batch_size):
        """The state before anything was read: zeros (L, B, H), for LSTMs a pair."""
        c = self.config
        size = c["num_layers"], batch_size, c["hidden_size"]
        zero = torch.zeros(size, device=self.device, dtype=self.decoder.weight.dtype)
        return (zero, zero.clone()) if "lstm" in c["cell"] else zero


def check_config(config, bidirectional):
    """Raise ValueError unless these settings make a language model."""
    vocab_size, embedding_size, hidden_size = list(config.values())[:3]
    if bidirectional:
        raise ValueError(
            "a bidirectional network sees the future, so it is not a language model: "
            "use a Tagger or a Classifier"
        )
    width = embedding_size if config.get("projection") else hidden_size
    if config["tie_weights"] and embedding_size != width:
        raise ValueError(
            "tied weights need embedding_size == hidden_size, got "
            f"{embedding_size} and {hidden_size}: choose one size for both, or a "
            "projection"
        )
    if config["one_hot"] and embedding_size != vocab_size:
        raise ValueError(
            "one-hot vectors need embedding_size == vocab_size, got "
            f"{embedding_size} and {vocab_size}: pass vocab_size twice"
        )
    if config["one_hot"] and config["tie_weights"]:
        raise ValueError(
            "one-hot input has no embedding to tie: choose one_hot or tie_weights"
        )
