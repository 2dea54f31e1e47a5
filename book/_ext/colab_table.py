"""The table of what each page costs on a machine like Colab's.

In an `.md` page, a block `{colab}` is replaced by the numbers in book/colab.json, which
`make colab` measures.
"""

import json

from api_links import BOOK
from claims import title

BLOCK = "```{colab}\n```"
HEAD = "| page | seconds | peak memory |\n|---|--:|--:|\n"


def table(measured):
    """Return the table as Markdown."""
    lines = []
    for name, row in measured["pages"].items():
        page = BOOK / f"{name}.ipynb"
        memory = f"{row['peak_mb']:,} MB"
        link = f"[{title(page)}]({page.name})"
        lines.append(f"| {link} | {row['seconds']:.0f} | {memory} |")
    rows = measured["pages"].values()
    installed = {f"`{name}`" for row in rows for name in row["installed"]}
    pythons = ", ".join(sorted({row["python"] for row in rows}))
    foot = f"Installed by them: {', '.join(sorted(installed))}. "
    foot += f"Measured on {measured['date']} with {pythons}."
    return HEAD + "\n".join(lines) + f"\n\n{foot}"


def write_table(app, docname, source):
    """Replace the block by the table."""
    if BLOCK in source[0]:
        file = BOOK / "colab.json"
        app.env.note_dependency(str(file))
        measured = json.loads(file.read_text("utf-8"))
        source[0] = source[0].replace(BLOCK, table(measured))


def setup(app):
    """Register with Sphinx."""
    app.connect("source-read", write_table)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
