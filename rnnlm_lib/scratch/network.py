"""What the language model and the heads share: parameters, input and stack."""

import numpy as np

from rnnlm_lib.scratch.functional import (
    check_ids,
    dropout,
    dropout_backward,
)
from rnnlm_lib.scratch.recurrent import (
    init_recurrent,
    recurrent_backward,
    recurrent_forward,
    zero_state,
)
from rnnlm_lib.scratch.sequence import sum_by_id


class Network:
    """A model as one flat dict of parameters and the configuration that built it.

    Parameters
    ----------
    config : dict of what the constructor was given; JSON can hold it
    params : dict of arrays under PyTorch's names
    fused : run the fast twin of the cell where there is one
    dtype : of parameters and activations
    """

    def __init__(self, config, params, *, fused, dtype):
        self.config = config
        self.params = {name: value.astype(dtype) for name, value in params.items()}
        self.fused = fused
        self.dtype = np.dtype(dtype)

    def load_params(self, params):
        """Copy parameters into the model, such as those of a checkpoint.

        Raises
        ------
        ValueError : a name or a shape is not this model's.
        """
        if params.keys() != self.params.keys():
            odd = sorted(params.keys() ^ self.params.keys())[0]
            raise ValueError(
                f"{len(params)} parameters given, {len(self.params)} in the model, and "
                f"{odd} is on one side only: build the model with the same settings"
            )
        for name, value in self.params.items():
            if params[name].shape != value.shape:
                raise ValueError(
                    f"{name} has shape {params[name].shape} here and {value.shape} in "
                    "the model: build the model with the same sizes"
                )
            value[...] = params[name]

    def zeros(self, batch_size):
        """The state of the stack before anything was read."""
        config = self.config
        return zero_state(
            config["cell"],
            batch_size,
            config["hidden_size"],
            num_layers=config["num_layers"],
            bidirectional=config.get("bidirectional", False),
            dtype=self.dtype,
        )

    def embed(self, ids, table="embedding.weight"):
        """The vectors (T, B, E) that stand for ids (T, B): learned, or one-hot.

        Without a vocabulary the input is vectors already.
        """
        vocab_size = self.config["vocab_size"]
        if table in self.params:
            check_ids(ids, len(self.params[table]))
            return self.params[table][ids]
        if vocab_size is None:
            return np.asarray(ids, self.dtype)
        check_ids(ids, vocab_size)
        one_hot = np.arange(vocab_size) == np.asarray(ids)[..., None]
        return one_hot.astype(self.dtype)

    def embed_backward(self, dx, ids, table="embedding.weight"):
        """Gradient of the table, as a dict; empty where nothing is learned."""
        if table not in self.params:
            return {}
        return {table: sum_by_id(ids, dx, len(self.params[table]))}

    def run(self, name, x, state, *, mask=None, rng=None):
        """Run the stack whose parameters begin with `name`.

        Parameters
        ----------
        name : such as "rnn."
        x : (T, B, D)
        state : before the first step
        mask : (T, B) bool, optional; at a False position nothing changes
        rng : np.random.Generator, to train with dropout

        Returns
        -------
        outputs : (T, B, H*D)
        state : after the last step
        cache : for `run_backward`
        """
        x, zeros_in = self.drop(x, rng)
        outputs, state, cache = recurrent_forward(
            self.config["cell"],
            x,
            state,
            without_prefix(self.params, name),
            num_layers=self.config["num_layers"],
            bidirectional=self.config.get("bidirectional", False),
            mask=mask,
            dropout_rate=self.config["dropout"] if rng else 0.0,
            rng=rng,
            fused=self.fused,
        )
        outputs, zeros_out = self.drop(outputs, rng)
        return outputs, state, (name, zeros_in, cache, zeros_out)

    def run_backward(self, doutputs, dstate, cache):
        """Gradients of `run`: of x, of the first state, and of the parameters."""
        name, zeros_in, cache, zeros_out = cache
        doutputs = undrop(doutputs, zeros_out)
        dx, dstate, grads = recurrent_backward(
            self.config["cell"], doutputs, dstate, cache
        )
        grads = {name + key: grad for key, grad in grads.items()}
        return undrop(dx, zeros_in), dstate, grads

    def drop(self, x, rng):
        """Dropout while training, when rng is given; else x as it is."""
        if rng is None or self.config["dropout"] == 0:
            return x, None
        return dropout(x, self.config["dropout"], rng)


def undrop(dy, zeros):
    """Gradient of what `Network.drop` was given."""
    return dy if zeros is None else dropout_backward(dy, zeros)


def without_prefix(params, prefix):
    """The parameters whose names begin with a prefix, named without it."""
    return {
        k.removeprefix(prefix): v for k, v in params.items() if k.startswith(prefix)
    }


def init_stack(name, config, input_size, rng):
    """Random parameters of the stack of that name."""
    stack = init_recurrent(
        config["cell"],
        input_size,
        config["hidden_size"],
        num_layers=config["num_layers"],
        bidirectional=config.get("bidirectional", False),
        rng=rng,
    )
    return {name + key: value for key, value in stack.items()}


def init_embedding(vocab_size, embedding_size, rng):
    """A table (V, E) of small numbers, uniform in ±0.1.

    Source: Zaremba, Sutskever & Vinyals 2014, section 4.1 (small model).
    """
    return rng.uniform(-0.1, 0.1, (vocab_size, embedding_size))


def init_linear(name, input_size, output_size, rng):
    """Weight (out, in), uniform in ±0.1, and bias 0 of a linear layer of that name."""
    return {
        f"{name}.weight": rng.uniform(-0.1, 0.1, (output_size, input_size)),
        f"{name}.bias": np.zeros(output_size),
    }
