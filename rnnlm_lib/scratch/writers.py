"""Networks that write a sequence, given one thing or another sequence.

A generator is one-to-many, an encoder-decoder many-to-many with unequal lengths. Both
make a first state and let a `Decoder` go on from it, as a language model does.
"""

import numpy as np

from rnnlm_lib.scratch.bptt import add_grads, hidden, map_state
from rnnlm_lib.scratch.decoder import Decoder
from rnnlm_lib.scratch.functional import (
    cross_entropy,
    cross_entropy_backward,
    linear,
    linear_backward,
)
from rnnlm_lib.scratch.network import init_embedding, init_linear, init_stack


class Writer(Decoder):
    """What `Generator` and `EncoderDecoder` share: a given first state, then words.

    A subclass has `start(given, mask, rng) -> state, cache` and `start_backward(dstate,
    cache) -> grads`.
    """

    def forward(self, given, inputs, *, given_mask=None, rng=None):
        """Score every word after each input.

        Parameters
        ----------
        given : what the subclass reads first
        inputs : (T, B), ids; teacher forcing: `shift` of the targets
        given_mask : bool, False at padding of what is given
        rng : np.random.Generator, to train with dropout

        Returns
        -------
        logits : (T, B, V)
        cache : for `backward`

        Built in chapter 4.
        """
        state, started = self.start(given, given_mask, rng)
        logits, _, decoded = self.decode(inputs, state, rng=rng)
        return logits, (started, decoded)

    def backward(self, dlogits, cache):
        """Gradients of the parameters, given dlogits (T, B, V).

        Built in chapter 6.
        """
        started, decoded = cache
        dstate, grads = self.decode_backward(dlogits, decoded)
        add_grads(grads, self.start_backward(dstate, started))
        return grads

    def loss_and_grads(
        self, given, inputs, targets, *, mask=None, given_mask=None, rng=None
    ):
        """Loss of one batch, and the gradients of its mean.

        Parameters
        ----------
        given, inputs, given_mask, rng : as for `forward`
        targets : (T, B), ids
        mask : (T, B) bool, optional, False at padding of the targets

        Returns
        -------
        nats : summed over what was counted
        count : number of targets, padding left out
        grads : dict like params, of the mean loss nats / count

        Built in chapter 4.
        """
        logits, cache = self.forward(given, inputs, given_mask=given_mask, rng=rng)
        nats, count, kept = cross_entropy(logits, targets, mask)
        return (
            nats,
            count,
            self.backward(cross_entropy_backward(1 / count, kept), cache),
        )


class Generator(Writer):
    """One-to-many: a first vector, such as a genre or an image, then a sequence.

    The vector is the input of the first step; the words follow from the state it makes.

    Parameters
    ----------
    input_size : F, length of the first vector
    vocab_size, embedding_size, hidden_size : V, E, H, of the words
    cell, num_layers, dropout, fused, dtype, rng : as for `RNNLM`

    Attributes
    ----------
    params : dict of arrays: input.weight (E, F), input.bias (E,), embedding.weight
        (V, E), rnn.weight_ih_l0, ..., decoder.weight (V, H), decoder.bias (V,)
    config : dict that builds the same network again

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
        fused=False,
        dtype=np.float32,
        rng,
    ):
        config = {
            "input_size": input_size,
            "vocab_size": vocab_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "cell": cell,
            "num_layers": num_layers,
            "dropout": dropout,
        }
        params = init_linear("input", input_size, embedding_size, rng)
        params |= init_words(config, rng)
        super().__init__(config, params, fused=fused, dtype=dtype)

    def start(self, given, given_mask=None, rng=None):
        """The state after one step that reads the vectors (B, F)."""
        weight, bias = self.params["input.weight"], self.params["input.bias"]
        x, read = linear(np.asarray(given, self.dtype), weight, bias)
        _, state, ran = self.run("rnn.", x[None], self.zeros(len(x)), rng=rng)
        return state, (read, ran)

    def start_backward(self, dstate, cache):
        """Gradients of the parameters that made the first state."""
        read, ran = cache
        nothing = np.zeros((1, *hidden(dstate).shape[1:]), self.dtype)
        dx, _, grads = self.run_backward(nothing, dstate, ran)
        _, dweight, dbias = linear_backward(dx[0], read)
        return grads | {"input.weight": dweight, "input.bias": dbias}

    def after(self, given):
        """The language model of what follows one vector (F,)."""
        return After(self, self.start(np.asarray(given)[None])[0])


class EncoderDecoder(Writer):
    """Many-to-many of unequal lengths: one stack reads, its last state is all it says.

    Parameters
    ----------
    source_size : number of distinct ids to read
    vocab_size, embedding_size, hidden_size : V, E, H, of the words to write
    cell, num_layers, dropout, fused, dtype, rng : as for `RNNLM`; both stacks are alike

    Attributes
    ----------
    params : dict of arrays: source.weight (source_size, E), encoder.weight_ih_l0, ...,
        embedding.weight (V, E), rnn.weight_ih_l0, ..., decoder.weight (V, H),
        decoder.bias (V,)
    config : dict that builds the same network again

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
        fused=False,
        dtype=np.float32,
        rng,
    ):
        config = {
            "source_size": source_size,
            "vocab_size": vocab_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "cell": cell,
            "num_layers": num_layers,
            "dropout": dropout,
        }
        params = {"source.weight": init_embedding(source_size, embedding_size, rng)}
        params |= init_stack("encoder.", config, embedding_size, rng)
        params |= init_words(config, rng)
        super().__init__(config, params, fused=fused, dtype=dtype)

    def start(self, given, given_mask=None, rng=None):
        """The state after reading the ids (S, B); padding is passed over."""
        x, zeros = self.embed(given, "source.weight"), self.zeros(given.shape[1])
        outputs, state, ran = self.run("encoder.", x, zeros, mask=given_mask, rng=rng)
        return state, (given, outputs.shape, ran)

    def start_backward(self, dstate, cache):
        """Gradients of the encoder's parameters."""
        given, shape, ran = cache
        nothing = np.zeros(shape, self.dtype)
        dx, _, grads = self.run_backward(nothing, dstate, ran)
        return grads | self.embed_backward(dx, given, "source.weight")

    def after(self, given):
        """The language model of what follows one source (S,)."""
        return After(self, self.start(np.asarray(given)[:, None])[0])


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
        self.step = writer.step
        self.score = writer.score
        self.state = state

    def initial_state(self, batch_size):
        """The same first state for each of B texts."""
        return map_state(lambda h: np.repeat(h, batch_size, axis=1), self.state)


def init_words(config, rng):
    """Random parameters of a `Decoder`: embedding, stack, output layer."""
    vocab_size, embedding_size = config["vocab_size"], config["embedding_size"]
    params = {"embedding.weight": init_embedding(vocab_size, embedding_size, rng)}
    params |= init_stack("rnn.", config, embedding_size, rng)
    return params | init_linear("decoder", config["hidden_size"], vocab_size, rng)
