"""The recurrent language model: embedding, recurrent layers, one score per word."""

import numpy as np

from rnnlm_lib.scratch.decoder import Decoder
from rnnlm_lib.scratch.functional import check_ids
from rnnlm_lib.scratch.network import init_embedding, init_linear, init_stack
from rnnlm_lib.scratch.sequence import output_layer_loss, rows


class RNNLM(Decoder):
    """A recurrent language model, in NumPy, with its backward pass by hand.

    It is a LanguageModel: `initial_state`, `step` and `score` are all that evaluation
    and sampling use.

    Parameters
    ----------
    vocab_size, embedding_size, hidden_size : V, E, H
    cell : a name in `CELLS`
    num_layers : L
    tie_weights : the embedding is the output matrix too; needs E == H
    one_hot : read one-hot vectors instead of an embedding; needs E == V
    dropout : share of zeros after the embedding, between layers, before the output
    bidirectional : refused, because such a network sees the future
    fused : run the fast twin of the cell where there is one; the numbers are the same
    dtype : np.float32 to train, np.float64 to check gradients
    rng : np.random.Generator, draws the first parameters

    Attributes
    ----------
    params : dict of arrays under PyTorch's names: embedding.weight (V, E),
        rnn.weight_ih_l0, ..., decoder.weight (V, H), decoder.bias (V,)
    config : dict that builds the same model again: ``RNNLM(**config, rng=rng)``

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
        bidirectional=False,
        fused=False,
        dtype=np.float32,
        rng,
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
        check_config(config, bidirectional)
        super().__init__(config, init_params(config, rng), fused=fused, dtype=dtype)

    def forward(self, ids, state, *, rng=None):
        """Score every word after each position.

        Parameters
        ----------
        ids : (T, B)
        state : of `initial_state`, or of the window before
        rng : np.random.Generator, to train with dropout

        Returns
        -------
        logits : (T, B, V); their softmax is the next-word distribution
        state : after the last step
        cache : for `backward`

        Built in chapter 5.
        """
        return self.decode(ids, state, rng=rng)

    def backward(self, dlogits, cache):
        """Gradients of the parameters, given dlogits (T, B, V).

        No gradient comes from later windows: the state is carried, its gradient cut.

        Built in chapter 6.
        """
        return self.decode_backward(dlogits, cache)[1]

    def loss_and_grads(self, inputs, targets, state, *, rng=None):
        """Loss of one window, and the gradients of its mean.

        Parameters
        ----------
        inputs, targets : (T, B), ids
        state : of `initial_state`, or of the window before
        rng : np.random.Generator, to train with dropout

        Returns
        -------
        nats : summed over the T*B targets
        grads : dict like params, of the mean loss nats / (T*B)
        state : after the last step

        Built in chapter 5.
        """
        check_ids(targets, self.vocab_size)
        outputs, state, cache = self.read(inputs, state, rng=rng)
        nll, doutputs, *output_grads = output_layer_loss(
            rows(outputs), *self.output_layer, targets.ravel(), scale=1 / targets.size
        )
        _, grads = self.read_backward(doutputs.reshape(outputs.shape), cache)
        grads = self.joined(grads, *output_grads)
        return float(nll.sum(dtype=np.float64)), grads, state

    def initial_state(self, batch_size):
        """The state before anything was read: zeros (L, B, H), for LSTMs a pair."""
        return self.zeros(batch_size)


def check_config(config, bidirectional):
    """Raise ValueError unless these settings make a language model."""
    vocab_size, embedding_size, hidden_size = list(config.values())[:3]
    if bidirectional:
        raise ValueError(
            "a bidirectional network sees the future, so it is not a language model: "
            "use a Tagger or a Classifier"
        )
    if config["tie_weights"] and embedding_size != hidden_size:
        raise ValueError(
            "tied weights need embedding_size == hidden_size, got "
            f"{embedding_size} and {hidden_size}: choose one size for both"
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


def init_params(config, rng):
    """Random parameters of an RNNLM, so small that the first loss is close to log V."""
    vocab_size, embedding_size, hidden_size = list(config.values())[:3]
    params = {}
    if not config["one_hot"]:
        params["embedding.weight"] = init_embedding(vocab_size, embedding_size, rng)
    params |= init_stack("rnn.", config, embedding_size, rng)
    params |= init_linear("decoder", hidden_size, vocab_size, rng)
    if config["tie_weights"]:
        del params["decoder.weight"]
    return params
