"""Style sheets in one file, without the rules that no page can need.

A selector stays if each of its classes and ids is on some page or in some script. What
a script puts together from parts is named in `COMPOSED`.
"""

import posixpath
import re
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRING = r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''
TOKEN = re.compile(rf"{STRING}|url\([^)'\"]*\)|[{{}};]")
SPACES = re.compile(rf"({STRING})|\s+")
AROUND = re.compile(rf"({STRING})|\s*([{{}};])\s*")
COMMA = re.compile(r",(?![^(\[]*[)\]])")
ASIDE = re.compile(r"\([^()]*\)|\[[^\]]*\]")  # what :not() and [href] speak of
NAME = re.compile(r"[.#](-?[A-Za-z_](?:[\w-]|\\.)*)")
URL = re.compile(r"url\(\s*(['\"]?)(?!data:|#)([^)'\"]+)\1\s*\)")
IMPORT = re.compile(r"@import\s+(?:url\()?\s*['\"]?([^'\")]+)['\"]?\s*\)?;?")
COMPOSED = ("bs-tooltip-", "bs-popover-")
NESTED = ("@media", "@supports", "@layer", "@container")


def rules(css: str):
    """Yield (selector or at-rule, body) of each rule; a bare one has no body."""
    depth = start = inside = 0
    for token in TOKEN.finditer(css):
        if token[0] == "{":
            if depth == 0:
                head, inside = css[start : token.start()], token.end()
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                yield head.strip(), css[inside : token.start()]
                start = token.end()
        elif token[0] == ";" and depth == 0:
            yield css[start : token.start()].strip(), None
            start = token.end()


def can_match(selector: str, words: set[str]) -> bool:
    """Whether each class and id of a selector may be on a page."""
    while selector != (selector := ASIDE.sub("", selector)):
        pass
    names = (name.replace("\\", "") for name in NAME.findall(selector))
    return all(name in words or name.startswith(COMPOSED) for name in names)


def cut(css: str, words: set[str]) -> str:
    """Return the rules that some page may need."""
    kept = []
    for head, body in rules(css):
        if body is None:
            kept.append(f"{head};" if not head.startswith("@charset") else "")
        elif head.startswith(NESTED):
            inner = cut(body, words)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            selectors = [s.strip() for s in COMMA.split(head)]
            left = [s for s in selectors if can_match(s, words)]
            kept.append(f"{','.join(left)}{{{body}}}" if left else "")
    return "".join(kept)


def squeeze(css: str) -> str:
    """Return a style sheet without comments and needless space."""
    css = SPACES.sub(lambda found: found[1] or " ", COMMENT.sub("", css))
    return AROUND.sub(lambda found: found[1] or found[2], css).strip()


def collect(path: Path, root: Path, target: str) -> str:
    """Return a style sheet with what it imports, its addresses seen from `target`."""
    here = path.parent.relative_to(root).as_posix()

    def rebase(found):
        place = posixpath.normpath(posixpath.join(here, found[2]))
        return f'url("{posixpath.relpath(place, posixpath.dirname(target))}")'

    text = COMMENT.sub("", path.read_text("utf-8"))
    imported = [path.parent / name for name in IMPORT.findall(text)]
    parts = [collect(other.resolve(), root, target) for other in imported]
    return "\n".join([*parts, URL.sub(rebase, IMPORT.sub("", text))])
