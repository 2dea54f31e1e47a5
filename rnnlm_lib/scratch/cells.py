"""Every cell under its name: the one table that depth, direction and models use."""

from collections.abc import Callable
from typing import NamedTuple

from rnnlm_lib.scratch import gru, lstm, rnn


class Cell(NamedTuple):
    """A cell's functions, and the letters of its blocks and of its state.

    `step` and `step_backward` are pure functions; `init(input_size, hidden_size, rng)`
    draws parameters; `blocks` names the blocks of H rows in order, such as "ifgo";
    `state` is "h", or "hc" for a pair.
    """

    step: Callable
    step_backward: Callable
    init: Callable
    blocks: str
    state: str


CELLS = {
    name: Cell(
        getattr(module, f"{name}_step"),
        getattr(module, f"{name}_step_backward"),
        init,
        blocks,
        "hc" if module is lstm else "h",
    )
    for name, module, init, blocks in [
        ("rnn", rnn, rnn.init_rnn, "h"),
        ("relu_rnn", rnn, rnn.init_rnn, "h"),
        ("simplified_gru", gru, gru.init_simplified_gru, "zn"),
        ("gru", gru, gru.init_gru, "rzn"),
        ("gru_reset_before", gru, gru.init_gru, "rzn"),
        ("lstm", lstm, lstm.init_lstm, "ifgo"),
        ("peephole_lstm", lstm, lstm.init_peephole_lstm, "ifgo"),
        ("lstm_without_output_tanh", lstm, lstm.init_lstm, "ifgo"),
    ]
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
