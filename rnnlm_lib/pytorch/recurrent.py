"""Depth and direction: PyTorch's own layers where they exist, elsewhere a loop.

Both carry the parameters of the scratch half, weight_ih_l0, weight_ih_l0_reverse, ...,
and a state that holds one (B, H) for each layer and direction.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlm_lib.pytorch import gru, lstm, rnn
from rnnlm_lib.pytorch.rnn import Cell, cell_shapes, init_uniform


class Kind(NamedTuple):
    """What a cell is: its step, its number of blocks, and PyTorch's layer if any."""

    step: Callable
    blocks: int
    pair: bool = False
    peepholes: bool = False
    layer: Callable | None = None


def tanh_layer(*sizes, **options):
    """PyTorch's layer for "rnn"."""
    return nn.RNN(*sizes, nonlinearity="tanh", **options)


def relu_layer(*sizes, **options):
    """PyTorch's layer for "relu_rnn"."""
    return nn.RNN(*sizes, nonlinearity="relu", **options)


CELLS = {
    "rnn": Kind(rnn.rnn_step, 1, layer=tanh_layer),
    "relu_rnn": Kind(rnn.relu_rnn_step, 1, layer=relu_layer),
    "simplified_gru": Kind(gru.simplified_gru_step, 2),
    "gru": Kind(gru.gru_step, 3, layer=nn.GRU),
    "gru_reset_before": Kind(gru.gru_reset_before_step, 3),
    "lstm": Kind(lstm.lstm_step, 4, pair=True, layer=nn.LSTM),
    "peephole_lstm": Kind(lstm.peephole_lstm_step, 4, pair=True, peepholes=True),
    "lstm_without_output_tanh": Kind(lstm.lstm_without_output_tanh_step, 4, pair=True),
}


def find_cell(name):
    """The cell of that name.

    Raises
    ------
    ValueError : there is none; the message lists those there are.
    """
    if name not in CELLS:
        raise ValueError(
            f"no cell is called {name!r}: choose one of {', '.join(CELLS)}"
        )
    return CELLS[name]


def readable_cell(name, input_size, hidden_size, *, generator=None):
    """One step of a cell as a module: `state = cell(x, state)`.

    Parameters
    ----------
    name : a name in `CELLS`
    input_size, hidden_size : D, H
    generator : torch.Generator, optional

    Built in chapter 3.
    """
    kind = find_cell(name)
    return Cell(
        kind.step,
        kind.blocks,
        input_size,
        hidden_size,
        peepholes=kind.peepholes,
        generator=generator,
    )


def recurrent(
    cell,
    input_size,
    hidden_size,
    *,
    num_layers=1,
    bidirectional=False,
    dropout=0.0,
    generator=None,
):
    """A stack of recurrent layers: PyTorch's own where it has the cell, else a `Loop`.

    Parameters
    ----------
    cell : a name in `CELLS`
    input_size, hidden_size, num_layers : D, H, L
    dropout : chance of a zero between layers, while training
    generator : torch.Generator, optional

    Returns
    -------
    module : `outputs (T, B, H*D), state = module(x, state)`

    Built in chapter 11.
    """
    kind = find_cell(cell)
    # PyTorch warns of dropout it will not apply: there is nothing after the last layer.
    options = {
        "num_layers": num_layers,
        "bidirectional": bidirectional,
        "dropout": dropout if num_layers > 1 else 0.0,
    }
    if kind.layer is None:
        return Loop(kind, input_size, hidden_size, generator=generator, **options)
    stack = kind.layer(input_size, hidden_size, **options)
    init_uniform(stack.parameters(), hidden_size, generator)
    return stack


class Loop(nn.Module):
    """The readable stack, for cells that PyTorch does not have: same call, same names.

    Parameters
    ----------
    kind : a value in `CELLS`
    input_size, hidden_size, num_layers : D, H, L
    """

    def __init__(
        self,
        kind,
        input_size,
        hidden_size,
        *,
        num_layers=1,
        bidirectional=False,
        dropout=0.0,
        generator=None,
    ):
        super().__init__()
        self.kind, self.hidden_size, self.dropout = kind, hidden_size, dropout
        directions = ("", "_reverse") if bidirectional else ("",)
        self.layers = [[f"_l{k}{d}" for d in directions] for k in range(num_layers)]
        for suffixes in self.layers:
            for suffix in suffixes:
                shapes = cell_shapes(
                    kind.blocks, input_size, hidden_size, peepholes=kind.peepholes
                )
                for name, shape in shapes.items():
                    setattr(self, name + suffix, nn.Parameter(torch.empty(shape)))
            input_size = hidden_size * len(directions)
        init_uniform(self.parameters(), hidden_size, generator)

    def forward(self, x, state=None, mask=None):
        """Outputs (T, B, H*D) and the last state, given x (T, B, D)."""
        if state is None:
            state = self.zero_state(x)
        starts = iter(zip(*state, strict=True) if self.kind.pair else state)
        ends = []
        for layer, suffixes in enumerate(self.layers):
            if layer:
                x = nn.functional.dropout(x, self.dropout, self.training)
            runs = [self.direction(x, next(starts), mask, s) for s in suffixes]
            x = torch.cat([outputs for outputs, _ in runs], dim=2)
            ends += [end for _, end in runs]
        if self.kind.pair:
            return x, tuple(torch.stack(part) for part in zip(*ends, strict=True))
        return x, torch.stack(ends)

    def direction(self, x, state, mask, suffix):
        """One direction of one layer, step by step."""
        params = {
            name.removesuffix(suffix): value
            for name, value in self.named_parameters()
            if name.endswith(suffix)
        }
        steps, outputs = range(len(x)), [None] * len(x)
        for t in reversed(steps) if suffix.endswith("_reverse") else steps:
            new = self.kind.step(x[t], state, params)
            state = new if mask is None else keep_at_padding(mask[t], new, state)
            output = state[0] if self.kind.pair else state
            outputs[t] = output if mask is None else output * mask[t, :, None]
        return torch.stack(outputs), state

    def zero_state(self, x):
        """The empty state for inputs x (T, B, D)."""
        count = sum(len(suffixes) for suffixes in self.layers)
        zero = x.new_zeros(count, x.shape[1], self.hidden_size)
        return (zero, zero) if self.kind.pair else zero


def keep_at_padding(real, new, old):
    """The new state where a position is real (B,), the old one at padding."""
    if isinstance(new, tuple):
        return tuple(keep_at_padding(real, n, o) for n, o in zip(new, old, strict=True))
    return torch.where(real[:, None], new, old)


def run_ragged(stack, x, mask, state=None):
    """Run a stack over sequences of unequal length: padding changes nothing.

    Parameters
    ----------
    stack : of `recurrent`
    x : (T, B, D), padded at the end
    mask : (T, B) bool, False at padding

    Returns
    -------
    outputs : (T, B, H*D), zero at padding
    state : of each sequence after its own last step

    Built in chapter 4.
    """
    if isinstance(stack, Loop):
        return stack(x, state, mask)
    lengths = mask.sum(dim=0).cpu()
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    outputs, state = stack(packed, state)
    return pad_packed_sequence(outputs, total_length=len(x))[0], state
