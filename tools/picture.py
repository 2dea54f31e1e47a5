"""Draw the README's picture: the best n-grams, and the floor beneath them."""

import sys
from pathlib import Path

from rnnlm_lib import plot
from rnnlm_lib.languages import agreement

PICTURE = Path(__file__).resolve().parents[1] / "book" / "_static" / "wall.svg"
ORDERS = range(2, 13)
INK, PAPER = "#22262a", "#fffdfa"


def draw() -> str:
    """Return the picture as SVG on paper of its own, for pages in light and dark."""
    plot.use_book_style()
    language = agreement()
    figure, axes = plot.figure(width=7.2, height=3.2)
    plot.lines(
        {"the best n-gram there can be": [language.best_ngram(n) for n in ORDERS]},
        x=list(ORDERS),
        xlabel="order of the n-gram: words it sees, and the one it predicts",
        ylabel="nats per word",
        baseline={"the language itself": language.entropy_rate()},
        ax=axes,
    )
    axes.set_ylim(0.4, 0.7)
    svg = plot.to_svg(figure).replace("currentColor", INK)
    head, _, rest = svg.partition(">")
    paper = f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>'
    return f'{head} font-family="sans-serif">{paper}{rest}\n'


if __name__ == "__main__":
    PICTURE.write_text(draw(), "utf-8")
    sys.exit(print(f"drawn: {PICTURE}"))
