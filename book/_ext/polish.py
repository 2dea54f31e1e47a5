"""Mend the built pages: lighter, described for search engines, nothing from elsewhere.

The theme's version is pinned; `tests/book` asserts that each pattern still matches.
"""

import html
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

log = logging.getLogger(__name__)
HERE = Path(__file__).parent

LOOK = """dataset.theme = {light: "light", dark: "dark"}[
      document.documentElement.dataset.mode
    ] || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");"""
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
        "paragraphs in a summary, where only words may stand",
        re.compile(r'<p class="((?:collapsed|expanded) admonition-title)">(.*?)</p>'),
        r'<span class="\1">\2</span>',
    ),
    (
        "a list of returned values inside a paragraph",
        re.compile(r'<p>(<ul class="simple">(?:(?!</?ul).)*</ul>)\s*</p>', re.DOTALL),
        r"\1",
    ),
    (
        "a notebook to take along that opens as a wall of text instead",
        re.compile(r'(<a href="[^"]*_sources/[^"]+\.ipynb") target="_blank"'),
        r"\1 download",
    ),
    (
        "an address with a bare ampersand",
        re.compile(r"(issues/new\?title=[^\"&]*)&(?=body=)"),
        r"\1&amp;",
    ),
    (
        "an arrow that opens a list of pages and does not say so",
        re.compile(r'<summary>(?=<span class="toctree-toggle")'),
        '<summary aria-label="Pages below this one">',
    ),
    (
        "an empty cell that is called a heading",
        re.compile(r'<th class="head">(<p>\s*</p>)?</th>'),
        "<td></td>",
    ),
    (
        "a sidebar outside of every landmark",
        re.compile(r'<div id="pst-primary-sidebar" (?!role)'),
        '<div id="pst-primary-sidebar" role="region" aria-label="Book" ',
    ),
    (
        "the state of widgets, which need a kernel",
        re.compile(
            r'\s*<script type="application/vnd\.jupyter\.widget-state\+json">.*?'
            r"</script>",
            re.DOTALL,
        ),
        "",
    ),
    (
        "a second word on the width of the screen",
        re.compile(r'(?<=initial-scale=1\.0" />)\s*<meta name="viewport"[^>]*>'),
        "",
    ),
    (
        "a third word on the width of the screen",
        re.compile(r'\s*<meta name="viewport" content="[^"]*initial-scale=1"/>'),
        "",
    ),
    (
        "a look that is known only when the last script has run, after a white flash",
        re.compile(r'dataset\.theme = localStorage\.getItem\("theme"\) \|\| "auto";'),
        LOOK,
    ),
]
PRELOAD = 'as="font" type="font/woff2" crossorigin="anonymous"'
# A button opens the notebook of the commit that was built, where the build names it.
COLAB = re.compile(r"(colab\.research\.google\.com/github/[^/]+/[^/]+/blob/)[^/]+/")
SPHINX_OWN = {"search", "genindex", "404"}
UNUSED = ("scripts/*.map", "scripts/fontawesome.js*", "styles/*.map")


def relative_links(app, doctree, docname):
    """Turn absolute links to the book's own site into links within the folder.

    A page that is planned (`planned_pages` in `_config.yml`), or that `_toc.yml` leaves
    out, is named without a link.
    """
    site, here = app.config.html_baseurl, app.builder.get_target_uri(docname)
    for link in list(doctree.findall(nodes.reference)):
        address = link.get("refuri", "")
        if not site or not address.startswith(site):
            continue
        page, _, mark = address.removeprefix(site).partition("#")
        name = (page or "index.html").removesuffix(".html")
        left_out = name not in app.env.found_docs and is_written(app.srcdir, name)
        if name in app.config.planned_pages or left_out:
            link.replace_self(nodes.inline("", "", *link.children, classes=["planned"]))
        elif name in app.env.found_docs:
            link["refuri"] = relative_uri(here, f"{name}.html") + (mark and f"#{mark}")
            link["internal"] = True
        else:
            log.warning("there is no page %s", name, location=link, type="polish")


def is_written(folder, name):
    """Whether there is a source of this page."""
    return any((Path(folder) / f"{name}{end}").is_file() for end in (".md", ".ipynb"))


def describe(app, pagename, templatename, context, doctree):
    """Describe the page by its first sentences, and load the formulas' font early."""
    doctree = nodes.container() if doctree is None else doctree
    tags = context.get("metatags", "")
    paragraphs = (p.astext() for p in doctree.findall(nodes.paragraph))
    text = next((p for p in paragraphs if len(p) > 40), None)
    text = text or f"{context.get('title', pagename)}: {app.config.html_title}"
    text = " ".join(re.sub(r"\\[a-zA-Z]+|[{}$\\]", "", text).split())[:155]
    if 'name="description"' not in tags:
        tags += f'<meta name="description" content="{html.escape(text)}" />\n'
    if any(doctree.findall(nodes.math)) or any(doctree.findall(nodes.math_block)):
        font = context["pathto"]("_static/maths.woff2", resource=True)
        tags += f'<link rel="preload" href="{font}" {PRELOAD} />\n'
    context["metatags"] = tags


def polish(app, error):
    """Repair every page and remove what no page uses."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for page in [*out.glob("*.html"), *out.glob("solutions/*.html")]:
        name = page.relative_to(out).with_suffix("").as_posix()
        if name not in app.env.found_docs | SPHINX_OWN:
            page.unlink()  # of a chapter that was renamed or removed
    commit = os.environ.get("BOOK_COMMIT", "main")
    for page in out.rglob("*.html"):
        old = page.read_text("utf-8")
        new = COLAB.sub(rf"\g<1>{commit}/", old)
        for _, pattern, replacement in REPAIRS:
            new = pattern.sub(replacement, new)
        if new != old:
            page.write_text(new, "utf-8")
    site = urlsplit(app.config.html_baseurl).path or "/"
    not_found = (HERE / "not_found.html").read_text("utf-8")
    (out / "404.html").write_text(not_found.replace("{site}", site), "utf-8")
    for pattern in UNUSED:
        for path in (out / "_static").glob(pattern):
            path.unlink()


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("planned_pages", [], "html")
    app.connect("doctree-resolved", relative_links)
    app.connect("html-page-context", describe)
    app.connect("build-finished", polish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
