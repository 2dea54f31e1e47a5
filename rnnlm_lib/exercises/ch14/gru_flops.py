"""The arithmetic of one training step of a GRU language model."""

from rnnlm_lib.exercises import Exercise, Mistake, sizes


def _gru_flops(bug, vocab_size, embedding_size, hidden_size, num_layers, tokens):
    V, E, H, L = vocab_size, embedding_size, hidden_size, num_layers
    each = 6 * tokens
    if "forward_only" in bug:
        each = 2 * tokens
    if "two_products" in bug:
        each = 4 * tokens
    if "no_additions" in bug:
        each = 3 * tokens
    gates = 4 if "four_gates" in bug else 1 if "one_gate" in bug else 3
    read = E + (L - 1) * H
    if "embedding_everywhere" in bug:
        read = L * E
    if "hidden_everywhere" in bug:
        read = L * H
    layers = 1 if "state_of_one_layer" in bug else L
    scored = E if "output_reads_embedding" in bug else H
    if "output_of_every_layer" in bug:
        scored = L * H
    return {
        "inputs": each * gates * H * read,
        "states": each * gates * H * H * layers,
        "output": each * scored * V,
    }


def _sizes(rng):
    embedding, hidden, layers = sizes(rng, 3, 2, 6)
    return int(rng.integers(9, 30)), 4 * embedding, 4 * hidden, layers, 10


exercise = Exercise(
    name="gru_flops",
    chapter=14,
    ref=_gru_flops,
    make=_sizes,
    returns=("inputs", "states", "output"),
    bugs={
        "forward_only": Mistake(
            "only the forward pass is counted; backward each matrix is in two more "
            "products",
            "trial",
        ),
        "two_products": Mistake(
            "each matrix is in two products; one forward, one for the gradient of its "
            "input, one for its own gradient make three",
            "trial",
        ),
        "no_additions": Mistake(
            "the multiplications are counted and not the additions", "trial"
        ),
        "four_gates": Mistake(
            "there are four blocks of rows, as in an LSTM; a GRU has r, z and n",
            "E-28",
        ),
        "one_gate": Mistake("only one block of rows is counted", "E-28"),
        "embedding_everywhere": Mistake(
            "every layer reads vectors of the embedding's size; only the lowest does",
            "trial",
        ),
        "hidden_everywhere": Mistake(
            "every layer reads states; the lowest reads embeddings", "trial"
        ),
        "state_of_one_layer": Mistake(
            "only one layer's product with its old state is counted", "trial"
        ),
        "output_reads_embedding": Mistake(
            "the output layer reads vectors of the embedding's size; it reads the "
            "states of the top layer",
            "trial",
        ),
        "output_of_every_layer": Mistake(
            "every layer has an output layer; only the top one is scored", "trial"
        ),
    },
    done="You can say where the time of a model goes before it exists.",
    hints=(
        "how many rows has each matrix of a GRU, and how many columns? What is "
        "different in the lowest layer?",
        "each number of a matrix costs 2 FLOPs in each product, for each token. In how "
        "many products is it, forward and backward together?",
    ),
    heading="Count before you time",
)
