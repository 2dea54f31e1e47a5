"""Networks of the other sequence shapes, beside the language model.

Here are those that read a sequence, in one or both directions, and label it or each
part of it: many-to-one and many-to-many. Those that write one are in `writers`.
"""

import numpy as np

from rnnlm_lib.scratch.bptt import hidden, map_state
from rnnlm_lib.scratch.functional import (
    binary_cross_entropy,
    binary_cross_entropy_backward,
    cross_entropy,
    cross_entropy_backward,
    linear,
    linear_backward,
)
from rnnlm_lib.scratch.network import (
    Network,
    init_embedding,
    init_linear,
    init_stack,
)
from rnnlm_lib.scratch.writers import EncoderDecoder, Generator

__all__ = ["BinaryTagger", "Classifier", "EncoderDecoder", "Generator", "Tagger"]


class Reader(Network):
    """Embedding, stack and linear output layer: what `Classifier` and taggers share.

    Parameters
    ----------
    vocab_size : V, of the ids to read; None to read vectors (T, B, E) as they are
    embedding_size, hidden_size : E, H
    output_size : K, number of classes or tags
    bidirectional : read in both directions; D is 2, else 1
    cell, num_layers, dropout, fused, dtype, rng : as for `RNNLM`

    Attributes
    ----------
    params : dict of arrays: embedding.weight (V, E), rnn.weight_ih_l0, ...,
        decoder.weight (K, H*D), decoder.bias (K,)
    config : dict that builds the same network again
    """

    loss = staticmethod(cross_entropy)
    loss_backward = staticmethod(cross_entropy_backward)

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
        fused=False,
        dtype=np.float32,
        rng,
    ):
        config = {
            "vocab_size": vocab_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "output_size": output_size,
            "cell": cell,
            "num_layers": num_layers,
            "bidirectional": bidirectional,
            "dropout": dropout,
        }
        params = {}
        if vocab_size is not None:
            params["embedding.weight"] = init_embedding(vocab_size, embedding_size, rng)
        params |= init_stack("rnn.", config, embedding_size, rng)
        width = hidden_size * (2 if bidirectional else 1)
        params |= init_linear("decoder", width, output_size, rng)
        super().__init__(config, params, fused=fused, dtype=dtype)

    def forward(self, x, *, mask=None, rng=None):
        """Score each class.

        Parameters
        ----------
        x : ids (T, B), or vectors (T, B, E)
        mask : (T, B) bool, optional, False at padding
        rng : np.random.Generator, to train with dropout

        Returns
        -------
        logits : (B, K) of a classifier, (T, B, K) of a tagger
        cache : for `backward`

        Built in chapter 4.
        """
        vectors = self.embed(x)
        start = self.zeros(vectors.shape[1])
        outputs, state, ran = self.run("rnn.", vectors, start, mask=mask, rng=rng)
        weight, bias = self.params["decoder.weight"], self.params["decoder.bias"]
        logits, scored = linear(self.select(outputs, state), weight, bias)
        return logits, (x, outputs, state, ran, scored)

    def backward(self, dlogits, cache):
        """Gradients of the parameters, given dlogits like logits.

        Built in chapter 6.
        """
        x, outputs, state, ran, scored = cache
        dselected, dweight, dbias = linear_backward(dlogits, scored)
        doutputs, dstate = self.select_backward(dselected, outputs, state)
        dvectors, _, grads = self.run_backward(doutputs, dstate, ran)
        grads |= {"decoder.weight": dweight, "decoder.bias": dbias}
        return grads | self.embed_backward(dvectors, x)

    def loss_and_grads(self, x, targets, *, mask=None, rng=None):
        """Loss of one batch, and the gradients of its mean.

        Parameters
        ----------
        x, mask, rng : as for `forward`
        targets : (B,) of a classifier, (T, B) of a tagger: integers in 0..K-1

        Returns
        -------
        nats : summed over what was counted
        count : number of targets, padding left out
        grads : dict like params, of the mean loss nats / count

        Built in chapter 4.
        """
        logits, cache = self.forward(x, mask=mask, rng=rng)
        nats, count, kept = self.loss(logits, targets, self.counted(mask))
        dlogits = self.loss_backward(1 / count, kept)
        return nats, count, self.backward(dlogits, cache)


class Classifier(Reader):
    """Many-to-one: one label for a whole sequence, from the last state of each reading.

    Built in chapter 4.
    """

    def select(self, outputs, state):
        """The top layer's last state (B, H*D), all directions side by side."""
        directions = outputs.shape[2] // self.config["hidden_size"]
        return np.concatenate(hidden(state)[-directions:], axis=1)

    def select_backward(self, dselected, outputs, state):
        """Gradients of all outputs (none) and of the last state."""
        directions = outputs.shape[2] // self.config["hidden_size"]
        dstate = map_state(np.zeros_like, state)
        hidden(dstate)[-directions:] = np.split(dselected, directions, axis=1)
        return np.zeros_like(outputs), dstate

    def counted(self, mask):
        """Every sequence has one label, however short it is."""
        return None


class Tagger(Reader):
    """Many-to-many: one of K tags for each position.

    Built in chapter 4.
    """

    def select(self, outputs, state):
        """The outputs of all positions (T, B, H*D)."""
        return outputs

    def select_backward(self, dselected, outputs, state):
        """Gradients of all outputs and of the last state (none)."""
        return dselected, map_state(np.zeros_like, state)

    def counted(self, mask):
        """Padding has no tag."""
        return mask


class BinaryTagger(Tagger):
    """Many-to-many: K independent questions at each position, answered yes or no.

    Targets are (T, B, K), 0 or 1; the probability of yes is sigmoid(logit). A trigger
    word has K = 1. The loss counts each answer.

    Built in chapter 4.
    """

    loss = staticmethod(binary_cross_entropy)
    loss_backward = staticmethod(binary_cross_entropy_backward)

    def counted(self, mask):
        """Padding has no answers."""
        return None if mask is None else mask[..., None]
