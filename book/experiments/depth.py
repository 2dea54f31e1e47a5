"""Wider or deeper? Writes results/depth.json.

GRU stacks of 1, 2 and 3 layers with equal core size do three tasks: they read
python-docs by character, continue melodies of a toy composer, and recognise
names one word late. Linear probes then ask every layer of the three-layer
reader what it knows.
"""

import hashlib
import json
import platform
import time
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import rnnlm_lib
from rnnlm_lib import corpora, languages
from rnnlm_lib.batching import batchify, bptt_windows
from rnnlm_lib.scratch.heads import Tagger
from rnnlm_lib.scratch.layer import layer_forward
from rnnlm_lib.scratch.model import RNNLM
from rnnlm_lib.scratch.optim import Adam, clip_grad_norm
from rnnlm_lib.text import Vocabulary, characters

CONFIG = {
    "cell": "gru",
    "seeds": [0, 1, 2],
    "depths": [1, 2, 3],
    "clip": 1.0,
    "characters": {
        "corpus": "python-docs",
        "min_count": 20,
        "embedding_size": 32,
        "hidden_sizes": [76, 47, 37],
        "batch_size": 20,
        "window": 35,
        "lr": 0.004,
        "stages": [250, 500, 1000, 2000],
        "test_columns": 200,
        "test_steps": 100,
    },
    "music": {
        "embedding_size": 8,
        "hidden_sizes": [54, 32, 25],
        "batch_size": 32,
        "lr": 0.005,
        "stages": [200, 400, 800, 1600],
        "noise": 0.05,
        "test_pieces": 500,
    },
    "names": {
        "embedding_size": 8,
        "hidden_sizes": [23, 14, 11],
        "batch_size": 16,
        "window": 20,
        "lr": 0.005,
        "stages": [25, 50, 100, 200],
        "test_words": 8000,
    },
    "probes": {
        "columns": 40,
        "warm_up": 50,
        "steps": 400,
        "ridge": 0.001,
    },
}
PROGRESSIONS = np.array(
    [
        [0, 4, 5, 3, 0, 4, 3, 0],
        [0, 5, 3, 4, 0, 5, 4, 0],
        [0, 3, 4, 0, 5, 3, 4, 0],
        [0, 3, 0, 4, 0, 3, 4, 0],
    ]
)  # the root of the chord of each bar, in steps of a scale of 7 notes
MOTIFS = np.array([(0, *rest) for rest in product(range(7), repeat=3)])


def compose(rng, size, noise):
    """Melodies (32, B) of 8 bars: a motif of 4 notes on each bar's root."""
    motif = MOTIFS[rng.integers(len(MOTIFS), size=size)]
    roots = PROGRESSIONS[rng.integers(len(PROGRESSIONS), size=size)]
    notes = (roots[:, :, None] + motif[:, None]) % 7
    notes = notes.reshape(size, 32).T
    wrong = rng.random(notes.shape) < noise
    return np.where(wrong, rng.integers(7, size=notes.shape), notes)


def best_listener(notes, noise):
    """Nats per note, from the second on, of one who knows the composer."""
    melodies = (PROGRESSIONS[:, None, :, None] + MOTIFS[None, :, None]) % 7
    melodies = melodies.reshape(-1, 32)  # every motif on every progression
    nats = 0.0
    for piece in notes.T:
        likely = np.full(len(melodies), 1 / len(melodies))
        for t, note in enumerate(piece):
            chance = np.where(melodies[:, t] == note, 1 - noise, 0) + noise / 7
            if t > 0:
                nats -= np.log(likely @ chance)
            likely = likely * chance
            likely /= likely.sum()
    return nats / (notes.size - notes.shape[1])


def late_tags(language, rng, length):
    """Words of a stream, and whether the word before each was in a name."""
    words, tags = [], []
    while len(words) < length:
        for sentence in language.sample(rng, 100):
            words.extend(language.vocabulary.encode([*sentence, "<eos>"]))
            tags += [0, *languages.name_tags(sentence)]
    return np.array(words[:length]), np.array(tags[:length])


def core_size(model):
    """Numbers in the recurrent layers alone."""
    return sum(v.size for k, v in model.params.items() if k.startswith("rnn."))


def read_characters(depth, size, seed, config, columns, test, vocab_size):
    """A trained reader, and its validation nats at each stage."""
    model = RNNLM(
        vocab_size,
        config["embedding_size"],
        size,
        cell=CONFIG["cell"],
        num_layers=depth,
        fused=True,
        rng=np.random.default_rng(seed),
    )
    optimizer, found, done = Adam(config["lr"]), [], 0
    while done < config["stages"][-1]:
        state = model.initial_state(config["batch_size"])
        for inputs, targets in bptt_windows(columns, config["window"]):
            _, grads, state = model.loss_and_grads(inputs, targets, state)
            clip_grad_norm(grads, CONFIG["clip"])
            optimizer.step(model.params, grads)
            done += 1
            if done in config["stages"]:
                found.append(valid_nats(model, test))
            if done == config["stages"][-1]:
                break
    return model, found


def valid_nats(model, columns):
    """Nats per character of a language model on columns (T, B)."""
    state, nats = model.initial_state(columns.shape[1]), 0.0
    for x, y in pairwise(columns):
        nll, state = model.score(x[None], y[None], state)
        nats += float(nll.sum())
    return nats / columns[1:].size


def play_music(depth, size, seed, config, test):
    """A trained musician, and its nats per note at each stage."""
    rng = np.random.default_rng(seed)
    model = tagger(7, 7, depth, size, config, rng)
    found = []
    for n, x, y in steps(
        config,
        lambda: compose(rng, config["batch_size"], config["noise"]),
    ):
        update(model, x, y)
        if n in config["stages"]:
            found.append(tagger_nats(model, test[:-1], test[1:])[0])
    return model, found


def steps(config, draw):
    """Number the training steps, each with notes and those that follow."""
    for n in range(1, config["stages"][-1] + 1):
        notes = draw()
        yield n, notes[:-1], notes[1:]


def tagger(vocab_size, tags, depth, size, config, rng):
    """An untrained tagger with its optimiser."""
    model = Tagger(
        vocab_size,
        config["embedding_size"],
        size,
        tags,
        cell=CONFIG["cell"],
        num_layers=depth,
        fused=True,
        rng=rng,
    )
    model.optimizer = Adam(config["lr"])
    return model


def update(model, x, y):
    """One step of training."""
    _, _, grads = model.loss_and_grads(x, y)
    clip_grad_norm(grads, CONFIG["clip"])
    model.optimizer.step(model.params, grads)


def tagger_nats(model, x, y):
    """Nats per position, and the share of positions that are right."""
    logits, _ = model.forward(x)
    nats, count, _ = model.loss(logits, y)
    return float(nats / count), float((logits.argmax(axis=2) == y).mean())


def find_names(depth, size, seed, config, language, test):
    """A trained recogniser of names, and its nats per word at each stage."""
    rng = np.random.default_rng(seed)
    model = tagger(len(language.vocabulary), 2, depth, size, config, rng)
    shape = config["window"], config["batch_size"]
    found, right = [], []
    for n in range(1, config["stages"][-1] + 1):
        x, y = late_tags(language, rng, shape[0] * shape[1])
        update(model, x.reshape(shape[::-1]).T, y.reshape(shape[::-1]).T)
        if n in config["stages"]:
            nats, share = tagger_nats(model, *test)
            found.append(nats)
            right.append(share)
    return model, found, right


def features(text, common):
    """What probes look for at each character, -1 where there is no answer."""
    kinds, place, inside, word, line = [], [], [], [], []
    run, depth, column = "", 0, 0
    for letter in text:
        ended = run if not letter.isalpha() else ""
        run = run + letter if letter.isalpha() else ""
        depth = {"(": 1, ")": 0}.get(letter, depth)
        column = 0 if letter == "\n" else column + 1
        kinds.append(kind(letter))
        place.append(min(len(run), 8))
        inside.append(depth)
        word.append(common.get(ended, -1))
        line.append(min(column // 20, 3))
    return {
        "kind of character": kinds,
        "place in word": place,
        "word just ended": word,
        "place in line": line,
        "in brackets": inside,
    }


def kind(letter):
    """The kind of a character: one of six."""
    tests = str.islower, str.isupper, str.isdigit, " ".__eq__, "\n".__eq__
    return next((n for n, test in enumerate(tests) if test(letter)), 5)


def layer_outputs(model, ids):
    """The states of every layer, (T, B, H) each."""
    x = model.params["embedding.weight"][ids]
    outputs = []
    for layer in range(model.config["num_layers"]):
        start = np.zeros((ids.shape[1], model.config["hidden_size"]))
        params = {
            k.removeprefix("rnn."): v
            for k, v in model.params.items()
            if k.startswith("rnn.") and k.endswith(f"_l{layer}")
        }
        x, _, _ = layer_forward(
            model.config["cell"],
            x,
            [start.astype(x.dtype)],
            params,
            [f"_l{layer}"],
            fused=True,
        )
        outputs.append(x)
    return outputs


def probe(states, labels, ridge):
    """Mean share of each class that a linear map finds on unseen text."""
    asked = labels >= 0
    states, labels = states[asked].astype(float), labels[asked]
    half, classes = len(labels) // 2, labels.max() + 1
    X = np.column_stack([states, np.ones(len(states))])
    # Every class weighs the same, however rare it is.
    share = (1 / np.bincount(labels[:half]))[labels[:half], None]
    wanted = np.eye(classes)[labels[:half]]
    square = X[:half].T @ (share * X[:half]) + ridge * np.eye(X.shape[1])
    weight = np.linalg.solve(square, X[:half].T @ (share * wanted))
    guess, true = (X[half:] @ weight).argmax(axis=1), labels[half:]
    return float(
        np.mean([(guess[true == k] == k).mean() for k in range(classes)])
    )


def probe_layers(model, letters, vocabulary):
    """What each probe finds at each layer."""
    config = CONFIG["probes"]
    length = config["columns"] * (config["warm_up"] + config["steps"])
    text = letters[:length]
    words = "".join(c if c.isalpha() else " " for c in letters).split()
    names, counts = np.unique(
        [w for w in words if len(w) > 1], return_counts=True
    )
    common = {str(names[k]): n for n, k in enumerate(np.argsort(-counts)[:20])}
    grid = (config["columns"], -1)
    ids = np.array(vocabulary.encode(text)).reshape(grid).T
    outputs = layer_outputs(model, ids)
    found = {}
    for name, labels in features(text, common).items():
        labels = np.array(labels).reshape(grid).T[config["warm_up"] :]
        flat = [h[config["warm_up"] :] for h in outputs]
        # Columns first: the halves are different parts of the text.
        rows = [h.transpose(1, 0, 2).reshape(labels.size, -1) for h in flat]
        found[name] = [
            probe(h, labels.T.ravel(), config["ridge"]) for h in rows
        ]
    return found


def main():
    """Train every stack on every task with every seed; write the results."""
    start, script = time.perf_counter(), Path(__file__).read_bytes()
    chars, music, names = (CONFIG[k] for k in ("characters", "music", "names"))
    corpus = corpora.load(chars["corpus"])
    letters = characters(corpus.train)
    vocabulary = Vocabulary.from_tokens(letters, min_count=chars["min_count"])
    columns = batchify(vocabulary.encode(letters), chars["batch_size"])
    valid = characters(corpus.valid)
    test = batchify(vocabulary.encode(valid), chars["test_columns"])
    test = test[: chars["test_steps"] + 1]
    pieces = compose(
        np.random.default_rng(99), music["test_pieces"], music["noise"]
    )
    language = languages.teddy()
    said = late_tags(language, np.random.default_rng(99), names["test_words"])
    said = [part.reshape(-1, names["window"]).T for part in said]
    tasks, probes, untrained = {}, [], []
    for row, depth in enumerate(CONFIG["depths"]):
        for task in ("characters", "music", "names"):
            size, runs, right = CONFIG[task]["hidden_sizes"][row], [], []
            for seed in CONFIG["seeds"]:
                if task == "characters":
                    model, found = read_characters(
                        depth,
                        size,
                        seed,
                        chars,
                        columns,
                        test,
                        len(vocabulary),
                    )
                    if depth == max(CONFIG["depths"]):
                        probes.append(probe_layers(model, valid, vocabulary))
                        rng = np.random.default_rng(seed)
                        fresh = RNNLM(**model.config, fused=True, rng=rng)
                        untrained.append(
                            probe_layers(fresh, valid, vocabulary)
                        )
                elif task == "music":
                    model, found = play_music(depth, size, seed, music, pieces)
                else:
                    model, found, share = find_names(
                        depth, size, seed, names, language, said
                    )
                    right.append(share)
                runs.append(found)
            tasks.setdefault(task, {})[str(depth)] = {
                "hidden_size": size,
                "core_parameters": core_size(model),
                "nats": runs,
            } | ({"accuracy": right} if right else {})
            seconds = time.perf_counter() - start
            print(
                f"{task} {depth}: {tasks[task][str(depth)]}, {seconds:.0f} s"
            )
    results = {
        "config": CONFIG,
        "versions": {
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "corpus_sha256": corpus.sha256,
        "vocab_size": len(vocabulary),
        "machine": platform.platform(),
        "seconds": round(time.perf_counter() - start, 1),
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "best_listener": best_listener(pieces, music["noise"]),
        "tasks": tasks,
        "probes": probes,
        "probes_untrained": untrained,
    }
    folder = Path(rnnlm_lib.__file__).parent / "results"
    text = json.dumps(results, indent=1) + "\n"
    (folder / "depth.json").write_text(text, "utf-8")
    print(probes, untrained, results["best_listener"], sep="\n")


if __name__ == "__main__":
    main()
