"""Mend the built pages: lighter, described for search engines, nothing from elsewhere.

The theme's version is pinned; `tests/book` asserts that each pattern still matches.
"""

import html
import re
from pathlib import Path

from docutils import nodes
from sphinx.util.osutil import relative_uri

# (what it is, pattern, replacement)
REPAIRS = [
    (
        "1.5 MB of script that redraws icons the theme's own font already draws",
        re.compile(r'\s*<script[^>]*src="[^"]*scripts/fontawesome\.js[^"]*"></script>'),
        "",
    ),
    (
        "a button whose label does not contain its text",
        re.compile(
            r'(<button class="btn search-button-field[^>]*?) (?:title="Search" )?'
            r'aria-label="Search"'
        ),
        r"\1",
    ),
    (
        "a summary whose label does not contain its text",
        re.compile(r'<summary aria-label="Toggle hidden content">'),
        "<summary>",
    ),
    (
        "a sidebar outside of every landmark",
        re.compile(r'<div id="pst-primary-sidebar" '),
        '<div id="pst-primary-sidebar" role="region" aria-label="Book" ',
    ),
]
SPHINX_OWN = {"search", "genindex"}
UNUSED = ("scripts/*.map", "scripts/fontawesome.js*", "styles/*.map")


def relative_links(app, doctree, docname):
    """Turn absolute links to the book's own site into links within the folder."""
    site = app.config.html_baseurl
    for link in doctree.findall(nodes.reference):
        address = link.get("refuri", "")
        if site and address.startswith(site):
            here = app.builder.get_target_uri(docname)
            page, _, mark = address.removeprefix(site).partition("#")
            uri = relative_uri(here, page or "index.html")
            link["refuri"] = uri + (f"#{mark}" if mark else "")
            link["internal"] = True


def describe(app, pagename, templatename, context, doctree):
    """Describe the page by its first sentences, and load the formulas' font early."""
    if doctree is None:
        return
    tags = context.get("metatags", "")
    paragraphs = (p.astext() for p in doctree.findall(nodes.paragraph))
    text = next((p for p in paragraphs if len(p) > 40), None)
    text = text or f"{context['title']}: {app.config.html_title}"
    text = " ".join(re.sub(r"\\[a-zA-Z]+|[{}$\\]", "", text).split())[:155]
    if 'name="description"' not in tags:
        tags += f'<meta name="description" content="{html.escape(text)}" />\n'
    context["metatags"] = tags


def polish(app, error):
    """Repair every page and remove what no page uses."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for page in out.glob("*.html"):
        if page.stem not in app.env.found_docs | SPHINX_OWN:
            page.unlink()  # of a chapter that was renamed or removed
    for page in out.rglob("*.html"):
        old = new = page.read_text("utf-8")
        for _, pattern, replacement in REPAIRS:
            new = pattern.sub(replacement, new)
        if new != old:
            page.write_text(new, "utf-8")
    for pattern in UNUSED:
        for path in (out / "_static").glob(pattern):
            path.unlink()


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-resolved", relative_links)
    app.connect("html-page-context", describe)
    app.connect("build-finished", polish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
