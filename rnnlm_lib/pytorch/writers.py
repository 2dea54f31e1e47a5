"""Networks that write a sequence, given one thing or another sequence.

A generator is one-to-many, an encoder-decoder many-to-many with unequal lengths.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from rnnlm_lib.pytorch.model import Decoder
from rnnlm_lib.pytorch.network import at_rest, init_small
from rnnlm_lib.pytorch.recurrent import recurrent, run_ragged


class Writer(Decoder):
    """What `Generator` and `EncoderDecoder` share: a given first state, then words.

    A subclass has `start(given, given_mask) -> state`.
    """

    def build_words(self, generator):
        """Embedding, stack "rnn" and output layer of the words to write."""
        c = self.config
        self.vocab_size = c["vocab_size"]
        self.drop = nn.Dropout(c["dropout"])
        self.embedding = nn.Embedding(c["vocab_size"], c["embedding_size"])
        self.rnn = self.stack(generator)
        self.decoder = nn.Linear(c["hidden_size"], c["vocab_size"])

    def stack(self, generator):
        """Recurrent layers of this model's sizes."""
        c = self.config
        return recurrent(
            c["cell"],
            c["embedding_size"],
            c["hidden_size"],
            num_layers=c["num_layers"],
            dropout=c["dropout"],
            generator=generator,
        )

    def forward(self, given, inputs, *, given_mask=None):
        """Score every word after each input.

        Parameters
        ----------
        given : what the subclass reads first
        inputs : (T, B), ids; teacher forcing: `shift` of the targets
        given_mask : bool, False at padding of what is given

        Returns
        -------
        logits : (T, B, V)

        Built in chapter 4.
        """
        return self.decode(inputs, self.start(given, given_mask))[0]

    def loss(self, given, inputs, targets, *, mask=None, given_mask=None):
        """Mean loss in nats per target, padding left out.

        Parameters
        ----------
        given, inputs, given_mask : as for `forward`
        targets : (T, B), ids
        mask : (T, B) bool, optional, False at padding of the targets

        Built in chapter 4.
        """
        logits = self(given, inputs, given_mask=given_mask)
        targets = self.ids(targets)
        if mask is None:
            return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        mask = torch.as_tensor(mask, device=self.device)
        return F.cross_entropy(logits[mask], targets[mask])

    @torch.no_grad()
    def first_state(self, given):
        """The state after reading one example, at rest."""
        with at_rest(self):
            return self.start(given)


class Generator(Writer):
    """One-to-many: a first vector, such as a genre or an image, then a sequence.

    Parameters
    ----------
    input_size : F, length of the first vector
    vocab_size, embedding_size, hidden_size : V, E, H, of the words
    cell, num_layers, dropout, generator : as for `RNNLM`

    Built in chapter 4.
    """

    def __init__(
        self,
        input_size,
        vocab_size,
        embedding_size,
        hidden_size,
        *,
        cell="lstm",
        num_layers=1,
        dropout=0.0,
        generator=None,
    ):
        super().__init__(
            {
                "input_size": input_size,
                "vocab_size": vocab_size,
                "embedding_size": embedding_size,
                "hidden_size": hidden_size,
                "cell": cell,
                "num_layers": num_layers,
                "dropout": dropout,
            }
        )
        self.input = nn.Linear(input_size, embedding_size)
        self.build_words(generator)
        init_small(self, generator)

    def start(self, given, given_mask=None):
        """The state after one step that reads the vectors (B, F)."""
        dtype = self.decoder.weight.dtype
        x = self.input(torch.as_tensor(given, dtype=dtype, device=self.device))
        return self.run(x[None], None)[1]

    def after(self, given):
        """The language model of what follows one vector (F,)."""
        return After(self, self.first_state(np.asarray(given)[None]))


class EncoderDecoder(Writer):
    """Many-to-many of unequal lengths: one stack reads, its last state is all it says.

    Parameters
    ----------
    source_size : number of distinct ids to read
    vocab_size, embedding_size, hidden_size : V, E, H, of the words to write
    cell, num_layers, dropout, generator : as for `RNNLM`; both stacks are alike

    Source: Sutskever, Vinyals & Le 2014; differs: the source is not reversed.

    Built in chapter 4.
    """

    def __init__(
        self,
        source_size,
        vocab_size,
        embedding_size,
        hidden_size,
        *,
        cell="lstm",
        num_layers=1,
        dropout=0.0,
        generator=None,
    ):
        super().__init__(
            {
                "source_size": source_size,
                "vocab_size": vocab_size,
                "embedding_size": embedding_size,
                "hidden_size": hidden_size,
                "cell": cell,
                "num_layers": num_layers,
                "dropout": dropout,
            }
        )
        self.source = nn.Embedding(source_size, embedding_size)
        self.encoder = self.stack(generator)
        self.build_words(generator)
        init_small(self, generator)

    def start(self, given, given_mask=None):
        """The state after reading the ids (S, B); padding is passed over."""
        x = self.drop(self.source(self.ids(given, self.config["source_size"])))
        if given_mask is None:
            return self.encoder(x)[1]
        mask = torch.as_tensor(given_mask, device=self.device)
        return run_ragged(self.encoder, x, mask)[1]

    def after(self, given):
        """The language model of what follows one source (S,)."""
        return After(self, self.first_state(np.asarray(given)[:, None]))


class After:
    """What a `Writer` says after one example: a LanguageModel with its own first state.

    Parameters
    ----------
    writer : Writer
    state : after reading one example

    Built in chapter 4.
    """

    def __init__(self, writer, state):
        self.vocab_size = writer.vocab_size
        self.step, self.score = writer.step, writer.score
        self.state = state

    def initial_state(self, batch_size):
        """The same first state for each of B texts."""
        if isinstance(self.state, tuple):
            return tuple(h.repeat(1, batch_size, 1) for h in self.state)
        return self.state.repeat(1, batch_size, 1)
