"""The sheet that every page is written on: style, tables, sentences."""

import re
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #22262a; --quiet: #5c6166; --page: #fffdfa;
  --card: #f8f4ec; --line: #ddd7cb; --yes: #17693f; --no: #b3261e; --link: #0d6a5f; }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe3e4; --quiet: #a2abb0;
  --page: #14181b; --card: #1e2428; --line: #39434a; --yes: #6fd79b; --no: #ff9185;
  --link: #63cdbd; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1.2rem 3rem; color: var(--ink);
  background: var(--page); font: 1.06rem/1.55 Charter, "Iowan Old Style", Cambria,
  "Noto Serif", Georgia, serif; overflow-wrap: anywhere; }
h1, h2, h3, th, .points, .mark { font-family: system-ui, "Segoe UI", "Noto Sans",
  sans-serif; line-height: 1.2; }
h1 { font-size: 2rem; margin: 0; } h2 { font-size: 1.25rem; margin: 2.4rem 0 .8rem; }
h3 { font-size: 1rem; margin: 0; display: flex; gap: .6rem; align-items: baseline; }
code { font: .88em ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
a { color: var(--link); } p { margin: .5rem 0 0; }
.quiet { color: var(--quiet); font-size: .94rem; } .big { font-size: 1.3rem; }
.exercise { border: 1px solid var(--line); border-left: 4px solid var(--line);
  border-radius: 6px; background: var(--card); padding: .8rem 1rem; margin: .8rem 0; }
.exercise.yes { border-left-color: var(--yes); }
.exercise.no { border-left-color: var(--no); }
.yes .mark { color: var(--yes); } .no .mark { color: var(--no); }
.points { margin-left: auto; font-weight: 400; white-space: nowrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-size: .85rem; color: var(--quiet); font-weight: 600; }
th, td { padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td .quiet { font-size: .9rem; }
td.number, th.number { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.bar { display: block; height: .4rem; margin: .45rem 0 .2rem; max-width: 24rem;
  border-radius: 3px;
  background: linear-gradient(var(--yes), var(--yes)) 0 0 / var(--share) 100% no-repeat
  var(--line); }
@media print { body { max-width: none; } .exercise { break-inside: avoid; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(title: str, parts: list[str]) -> str:
    """Return a page that loads nothing and may run nothing."""
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a table; a head that ends in # stands over numbers."""
    if not rows:
        return "<p>None.</p>"
    styles = [' class="number"' if head.endswith("#") else "" for head in heads]

    def line(tag: str, cells: list[str]) -> str:
        pairs = zip(styles, cells, strict=True)
        return "<tr>" + "".join(f"<{tag}{s}>{c}</{tag}>" for s, c in pairs) + "</tr>"

    top = line("th", [head.rstrip("#") for head in heads])
    body = "".join(line("td", row) for row in rows)
    return f'<div class="scroll"><table>{top}{body}</table></div>'


def sentence(text: str) -> str:
    """Escape a text, and begin it with a capital letter."""
    return marked_up(text[:1].upper() + text[1:])


def marked_up(text: str) -> str:
    """Escape a text; what stands in backticks becomes code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
