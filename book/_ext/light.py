"""Make the built pages light: one small style sheet, small icon fonts, no waiting.

A page shows its text after two answers, itself and one style sheet. Scripts run after
the text is there; those of the search are on the search page alone.
"""

import hashlib
import re
from pathlib import Path

import imagesize
from fontTools import subset
from fontTools.ttLib import TTFont

from css import collect, cut, squeeze

STYLES = "_static/styles/all.css"
SETTINGS = "_static/documentation_options.js"
ICONS = "_static/vendor/fontawesome/webfonts"
SHEET = re.compile(r'\s*<link [^>]*?href="([./]*)(_static/[^"?]+\.css)[^>]*>')
LOADED = re.compile(r'<script (?:defer )?src="([./]*)([^"?]+)([^"]*)"></script>')
PRELOADED = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')
OF_THE_SEARCH = ("_static/searchtools.js", "_static/language_data.js", "searchindex.js")
PICTURE = re.compile(r'<img (?![^>]*loading=)([^>]*?src="([^":]+)"[^>]*?)\s*/?>')
NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
INLINE = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
WORD = re.compile(r"[\w-]+")
ICON = re.compile(r'"\\([ef][0-9a-f]{3})\s?"')
OLD_FONT = re.compile(r",\s*url\([^)]*\.ttf\S*\)\s*format\([^)]*\)")
UNUSED = ("_static/**/*.ttf", "_static/*macros.html")


def digest(content: bytes) -> str:
    """Return a short name for some bytes."""
    return hashlib.sha256(content).hexdigest()[:12]


def words(out: Path, pages: dict[Path, str]) -> set[str]:
    """Return every word that may be a class or an id on a page."""
    texts = [path.read_text("utf-8") for path in out.glob("_static/**/*.js")]
    for page in pages.values():
        texts += [*NAMES.findall(page), *INLINE.findall(page)]
    return set(WORD.findall("\n".join(texts)))


def write_styles(out: Path, pages: dict[Path, str]) -> str:
    """Write the one style sheet; return a name for its present state."""
    named = {name: None for page in pages.values() for _, name in SHEET.findall(page)}
    named.pop(STYLES, None)
    if not named:  # no page is new, so no style is
        return digest((out / STYLES).read_bytes())
    whole = "\n".join(collect(out / name, out, STYLES) for name in named)
    css = OLD_FONT.sub("", cut(squeeze(whole), words(out, pages)))
    (out / STYLES).write_text(css, "utf-8")
    return digest(css.encode())


def cut_icons(out: Path, cache: Path):
    """Cut the icon fonts down to the icons that the style sheet still names."""
    css = (out / STYLES).read_text("utf-8")
    used = sorted({int(code, 16) for code in ICON.findall(css)})
    for path in (out / ICONS).glob("*.woff2"):
        recipe = path.read_bytes() + repr(used).encode()
        kept = cache / f"{path.stem}-{digest(recipe)}.woff2"
        if not kept.exists():
            font = TTFont(path)
            subsetter = subset.Subsetter(subset.Options(layout_features=[]))
            subsetter.populate(unicodes=used)
            subsetter.subset(font)
            font.flavor = "woff2"
            font.save(kept)
        path.write_bytes(kept.read_bytes())


def one_sheet(page: str, version: str) -> str:
    """Return a page that loads the one style sheet in place of the theme's."""
    first = SHEET.search(page)
    if first is None:
        return page
    link = f'<link rel="stylesheet" href="{first[1]}{STYLES}?v={version}" />'
    rest = SHEET.sub("", page[first.start() :])
    return f"{page[: first.start()]}\n  {link}{rest}"


def scripts_later(page: str, out: Path, *, searches: bool) -> str:
    """Return a page whose scripts wait until its text is there."""
    settings = (out / SETTINGS).read_text("utf-8").strip()

    def later(found):
        up, name, version = found.groups()
        if name == SETTINGS:  # the next lines need it, and it is short
            return f"<script>{settings}</script>"
        if name in OF_THE_SEARCH and not searches:
            return ""
        return f'<script defer src="{up}{name}{version}"></script>'

    return LOADED.sub(later, PRELOADED.sub("", page))


def pictures_later(page: str, folder: Path) -> str:
    """Return a page whose pictures have their size, and load when they come near."""

    def later(found):
        width, height = imagesize.get(folder / found[2])
        size = "" if "width=" in found[1] else f' width="{width}" height="{height}"'
        return f'<img loading="lazy"{size} {found[1]} />'

    return PICTURE.sub(later, page)


def lighten(app, error):
    """Rewrite every page, its style sheet and its icons."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for pattern in UNUSED:
        for path in out.glob(pattern):
            path.unlink()
    pages = {path: path.read_text("utf-8") for path in out.rglob("*.html")}
    version = write_styles(out, pages)
    cut_icons(out, Path(app.doctreedir))
    for path, old in pages.items():
        new = scripts_later(old, out, searches=path.name == "search.html")
        new = pictures_later(one_sheet(new, version), path.parent)
        if new != old:
            path.write_text(new, "utf-8")


def restyled(app, env, added, changed, removed):
    """Have one page written again if a style sheet or script of the book changed."""
    built = Path(app.outdir) / STYLES
    time = built.stat().st_mtime if built.exists() else 0
    files = (Path(app.srcdir) / "_static").iterdir()
    return [app.config.root_doc] if any(f.stat().st_mtime > time for f in files) else []


def setup(app):
    """Register with Sphinx."""
    app.connect("env-get-outdated", restyled)
    app.connect("build-finished", lighten, priority=900)  # the theme writes styles too
    return {"parallel_read_safe": True, "parallel_write_safe": True}
