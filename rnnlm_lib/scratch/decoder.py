"""What reads words and scores the next: in a language model, and after an encoder."""

import numpy as np

from rnnlm_lib.scratch.functional import (
    check_ids,
    linear,
    linear_backward,
    log_softmax,
)
from rnnlm_lib.scratch.network import Network
from rnnlm_lib.scratch.sequence import rows


class Decoder(Network):
    """Embedding, stack "rnn." and output layer: what reads words and scores the next.

    `RNNLM` starts it from a state of zeros, the heads from a state they have made.
    """

    def read(self, inputs, state, *, rng=None):
        """Outputs (T, B, H) and state after reading ids (T, B); cache to go back."""
        x = self.embed(inputs)
        outputs, state, ran = self.run("rnn.", x, state, rng=rng)
        return outputs, state, (inputs, ran)

    def read_backward(self, doutputs, cache):
        """Gradients of the first state and of the parameters that `read` uses."""
        inputs, ran = cache
        nothing = self.zeros(doutputs.shape[1])  # from later windows: they are cut off
        dx, dstate, grads = self.run_backward(doutputs, nothing, ran)
        return dstate, self.embed_backward(dx, inputs) | grads

    def decode(self, inputs, state, *, rng=None):
        """Score every word after each input.

        Parameters
        ----------
        inputs : (T, B), ids
        state : before the first step
        rng : np.random.Generator, to train with dropout

        Returns
        -------
        logits : (T, B, V)
        state : after the last step
        cache : for `decode_backward`
        """
        outputs, state, cache = self.read(inputs, state, rng=rng)
        logits, scored = linear(rows(outputs), *self.output_layer)
        return logits.reshape(*inputs.shape, -1), state, (scored, cache)

    def decode_backward(self, dlogits, cache):
        """Gradients of the first state and of the parameters, given dlogits."""
        scored, cache = cache
        doutputs, *output_grads = linear_backward(rows(dlogits), scored)
        doutputs = doutputs.reshape(*dlogits.shape[:2], -1)
        dstate, grads = self.read_backward(doutputs, cache)
        return dstate, self.joined(grads, *output_grads)

    def joined(self, grads, dweight, dbias):
        """All gradients; a matrix that is embedding and output layer gets the sum."""
        if self.tied:
            grads["embedding.weight"] += dweight
        else:
            grads["decoder.weight"] = dweight
        return grads | {"decoder.bias": dbias}

    def step(self, tokens, state):
        """Read tokens (B,); log-probabilities (B, V) of the next in nats, the state."""
        logits, state, _ = self.decode(np.asarray(tokens)[None], state)
        return log_softmax(logits[0]), state

    def score(self, inputs, targets, state):
        """Read inputs (T, B); -log P of targets (T, B) in nats, the state."""
        inputs, targets = np.asarray(inputs), np.asarray(targets)
        check_ids(targets, self.vocab_size)
        logits, state, _ = self.decode(inputs, state)
        log_probs = log_softmax(logits)
        return -np.take_along_axis(log_probs, targets[..., None], 2)[..., 0], state

    @property
    def vocab_size(self):
        """V, the number of words that are scored."""
        return self.config["vocab_size"]

    @property
    def tied(self):
        """Whether one matrix is embedding and output layer."""
        return self.config.get("tie_weights", False)

    @property
    def output_layer(self):
        """Weight (V, H) and bias (V,) that score words."""
        weight = "embedding.weight" if self.tied else "decoder.weight"
        return self.params[weight], self.params["decoder.bias"]
