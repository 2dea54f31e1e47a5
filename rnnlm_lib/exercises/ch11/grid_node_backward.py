"""Backward through one box of the grid: gradients from above and from the right."""

import numpy as np

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _grid_node_backward(
    bug, da_above, da_right, h, h_left, below, weight_above, weight
):
    size = h.shape[1]
    if "above_left_columns" in bug:
        from_above = da_above @ weight_above[:, :size]
    else:
        from_above = da_above @ weight_above[:, -size:]
    if "right_below_columns" in bug:
        from_right = da_right @ weight[:, -size:]
    else:
        from_right = da_right @ weight[:, :size]
    if "right_as_state" in bug:
        from_right = da_right
    dh = from_above + from_right
    if "only_above" in bug:
        dh = from_above
    if "only_right" in bug:
        dh = from_right
    if "mean" in bug:
        dh = dh / 2
    slope = 1 - h**2
    if "slope_of_left" in bug:
        slope = 1 - h_left**2
    if "no_slope" in bug:
        slope = np.ones_like(h)
    da = dh * slope
    if "slope_above_only" in bug:
        da = from_above * slope + from_right
    if "right_as_sums" in bug:
        da = from_above * slope + da_right
    read = [below, h_left] if "below_first" in bug else [h_left, below]
    if "new_state" in bug:
        read = [h, below]
    inputs = weight.shape[1] - size
    columns = weight[:, :inputs] if "down_left_columns" in bug else weight[:, size:]
    return da, da.T @ np.concatenate(read, axis=1), da @ columns


def _node(rng):
    batch, above, hidden, inputs = sizes(rng, 4, 3, 8)
    inputs = max(inputs, hidden + 1)  # enough columns to take the wrong ones
    inputs += inputs in (batch, above)
    weight = rng.normal(size=(hidden, hidden + inputs)) / np.sqrt(hidden)
    h_left = rng.uniform(-0.9, 0.9, (batch, hidden))
    below = rng.normal(size=(batch, inputs))
    h = np.tanh(0.5 * np.concatenate([h_left, below], axis=1) @ weight.T)
    return (
        rng.normal(size=(batch, above)),
        rng.normal(size=(batch, hidden)),
        h,
        h_left,
        below,
        rng.normal(size=(above, above + hidden)) / np.sqrt(above),
        weight,
    )


exercise = Exercise(
    name="grid_node_backward",
    chapter=11,
    ref=_grid_node_backward,
    make=_node,
    returns=("da", "dweight", "dbelow"),
    bugs={
        "only_above": Mistake(
            "only the gradient from the layer above arrives; the same layer's next "
            "step used the state too",
            "S-203",
        ),
        "only_right": Mistake(
            "only the gradient from the next step arrives; the layer above used the "
            "state too",
            "S-203",
        ),
        "mean": Mistake(
            "the two gradients that arrive are averaged; they are added", "generic"
        ),
        "above_left_columns": Mistake(
            "the gradient comes down through the columns that read the upper layer's "
            "own state; it comes through those that read from below",
            "E-39",
        ),
        "right_below_columns": Mistake(
            "the gradient comes back through the columns that read from below; it "
            "comes through those that read the state",
            "E-39",
        ),
        "right_as_state": Mistake(
            "da_right is added as if it were the state's gradient; it is that of the "
            "next step's sums, and comes back through the columns that read the state",
            "trial",
        ),
        "right_as_sums": Mistake(
            "da_right is added to the gradient of this box's own sums; it is that of "
            "the next step's sums",
            "trial",
        ),
        "no_slope": Mistake("the slope of the tanh is missing", "S-285"),
        "slope_of_left": Mistake(
            "the slope is taken at the state on the left; it belongs to the box's own",
            "trial",
        ),
        "slope_above_only": Mistake(
            "only what comes from above passes the slope; the whole sum does", "trial"
        ),
        "below_first": Mistake(
            "the columns of the weight's gradient are in the order below, state; the "
            "state comes first",
            "S-120",
        ),
        "new_state": Mistake(
            "the weight's gradient has the box's own state in place of the one on its "
            "left",
            "trial",
        ),
        "down_left_columns": Mistake(
            "the first columns send the gradient down; those read the state, the "
            "others read from below",
            "trial",
        ),
    },
    done="You can send a gradient from any box to its two neighbours.",
    hints=(
        "how many arrows leave this box? That many gradients come back, and each comes "
        "through the columns that read it.",
        "add first, then one slope for the sum. After that it is the backward of one "
        "product.",
    ),
    heading="Down and to the left",
    switch_off={
        "what comes from above (set to 0)": lambda up, r, h, p, x, v, w: (
            0 * up,
            r,
            h,
            p,
            x,
            v,
            w,
        ),
        "what comes from the right (set to 0)": lambda up, r, h, p, x, v, w: (
            up,
            0 * r,
            h,
            p,
            x,
            v,
            w,
        ),
        "the slope (state set to 0)": lambda up, r, h, p, x, v, w: (
            up,
            r,
            0 * h,
            p,
            x,
            v,
            w,
        ),
    },
)
