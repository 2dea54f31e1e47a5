"""Networks of the other sequence shapes, with the parameters of the scratch half.

Here are those that read a sequence, in one or both directions, and label it; those
that write one are in `writers`.
"""

import torch
from torch import nn
from torch.nn import functional as F

from rnnlm_lib.pytorch.network import Network, init_small
from rnnlm_lib.pytorch.recurrent import recurrent, run_ragged
from rnnlm_lib.pytorch.writers import EncoderDecoder, Generator

__all__ = ["BinaryTagger", "Classifier", "EncoderDecoder", "Generator", "Tagger"]


class Reader(Network):
    """Embedding, stack and linear output layer: what `Classifier` and taggers share.

    Parameters
    ----------
    vocab_size : V, of the ids to read; None to read vectors (T, B, E) as they are
    embedding_size, hidden_size : E, H
    output_size : K, number of classes or tags
    bidirectional : read in both directions; D is 2, else 1
    cell, num_layers, dropout, generator : as for `RNNLM`
    """

    def __init__(
        self,
        vocab_size,
        embedding_size,
        hidden_size,
        output_size,
        *,
        cell="lstm",
        num_layers=1,
        bidirectional=False,
        dropout=0.0,
        generator=None,
    ):
        super().__init__(
            {
                "vocab_size": vocab_size,
                "embedding_size": embedding_size,
                "hidden_size": hidden_size,
                "output_size": output_size,
                "cell": cell,
                "num_layers": num_layers,
                "bidirectional": bidirectional,
                "dropout": dropout,
            }
        )
        self.drop = nn.Dropout(dropout)
        if vocab_size is not None:
            self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.rnn = recurrent(
            cell,
            embedding_size,
            hidden_size,
            num_layers=num_layers,
            bidirectional=bidirectional,
            dropout=dropout,
            generator=generator,
        )
        self.directions = 2 if bidirectional else 1
        self.decoder = nn.Linear(hidden_size * self.directions, output_size)
        init_small(self, generator)

    def forward(self, x, *, mask=None):
        """Score each class.

        Parameters
        ----------
        x : ids (T, B), or vectors (T, B, E)
        mask : (T, B) bool, optional, False at padding

        Returns
        -------
        logits : (B, K) of a classifier, (T, B, K) of a tagger

        Built in chapter 4.
        """
        x = self.drop(self.embed(x))
        if mask is None:
            outputs, state = self.rnn(x)
        else:
            mask = torch.as_tensor(mask, device=self.device)
            outputs, state = run_ragged(self.rnn, x, mask)
        return self.decoder(self.drop(self.select(outputs, state)))

    def embed(self, x):
        """The vectors (T, B, E) that stand for x."""
        if self.config["vocab_size"] is not None:
            return self.embedding(self.ids(x))
        return torch.as_tensor(x, dtype=self.decoder.weight.dtype, device=self.device)

    def loss(self, x, targets, *, mask=None):
        """Mean loss in nats per target, padding left out.

        Parameters
        ----------
        x, mask : as for `forward`
        targets : (B,) of a classifier, (T, B) of a tagger, (T, B, K) of a binary one

        Built in chapter 4.
        """
        logits = self(x, mask=mask)
        targets = torch.as_tensor(targets, device=self.device)
        return self.mean_loss(logits, targets, mask)


class Classifier(Reader):
    """Many-to-one: one label for a whole sequence, from the last state of each reading.

    Built in chapter 4.
    """

    def select(self, outputs, state):
        """The top layer's last state (B, H*D), all directions side by side."""
        h = state[0] if isinstance(state, tuple) else state
        return torch.cat(list(h[-self.directions :]), dim=1)

    def mean_loss(self, logits, targets, mask):
        """Every sequence has one label, however short it is."""
        return F.cross_entropy(logits, targets)


class Tagger(Reader):
    """Many-to-many: one of K tags for each position.

    Built in chapter 4.
    """

    def select(self, outputs, state):
        """The outputs of all positions (T, B, H*D)."""
        return outputs

    def mean_loss(self, logits, targets, mask):
        """Padding has no tag."""
        if mask is None:
            return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        mask = torch.as_tensor(mask, device=self.device)
        return F.cross_entropy(logits[mask], targets[mask])


class BinaryTagger(Tagger):
    """Many-to-many: K independent questions at each position, answered yes or no.

    Built in chapter 4.
    """

    def mean_loss(self, logits, targets, mask):
        """Padding has no answers."""
        targets = targets.to(logits.dtype)
        if mask is None:
            return F.binary_cross_entropy_with_logits(logits, targets)
        mask = torch.as_tensor(mask, device=self.device)
        return F.binary_cross_entropy_with_logits(logits[mask], targets[mask])
