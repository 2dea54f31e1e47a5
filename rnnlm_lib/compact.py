"""Matplotlib's SVG made small, and made to follow the page."""

import re
from itertools import groupby, pairwise
from xml.etree import ElementTree

from rnnlm_lib.picture import document, short


def compact(source):
    """Rewrite Matplotlib's SVG as a small inline one whose black is the page's ink.

    Parameters
    ----------
    source : str
        SVG document in points, its text kept as text.

    Returns
    -------
    str
        SVG of the same picture: no metadata, fonts, styles or unused ids;
        coordinates with two decimals; 96 pixels to the inch.
    """
    root = ElementTree.fromstring(source)
    width, height = (float(n) for n in root.get("viewBox").split()[2:])
    used = sorted(set(re.findall(r'(?:url\(|href=")#([^")]+)', source)))
    names = {name: str(n) for n, name in enumerate(used)}
    children = [new for child in root for new in _shrink(child, names)]
    content = "".join(ElementTree.tostring(c, encoding="unicode") for c in children)
    return document(content.replace(" />", "/>"), width, height, scale=96 / 72)


def _shrink(element, names):
    """Elements that take the place of one: itself, its children, or none."""
    tag = element.tag.rpartition("}")[2]
    if tag in ("metadata", "style"):
        return []
    if tag == "text" and len(element):
        _flow(element)
    attributes = _attributes(element, names)
    if (
        tag == "path"
        and attributes.get("fill") == "none"
        and "stroke" not in attributes
    ):
        return []
    children = [new for child in element for new in _shrink(child, names)]
    if tag == "g" and not attributes:
        return children
    new = ElementTree.Element(tag, attributes)
    new.extend(children)
    new.text = element.text if tag in ("text", "tspan") else None
    return [new] if children or tag not in ("g", "defs") else []


def _attributes(element, names):
    """Attributes and style of an element as one dict of short attributes."""
    found = {k.rpartition("}")[2]: v for k, v in element.attrib.items()}
    style = re.findall(r"([\w-]+):\s*([^;]+)", found.pop("style", ""))
    found.update((key, value.strip()) for key, value in style)
    found.update(_font(found.pop("font", "")))
    if "Mono" in found.pop("font-family", ""):
        found["font-family"] = "monospace"
    if found.get("transform", "").startswith("rotate(-0 "):
        del found["transform"]
    if "id" in found:
        found["id"] = names.get(found["id"])
    digits = 4 if "matrix" in found.get("transform", "") else 2
    found = {k: _value(v, names, digits) for k, v in found.items() if v}
    return found | {"d": _steps(found["d"])} if "d" in found else found


def _font(shorthand):
    """Parts of the `font` that Matplotlib before 3.11 writes in one."""
    names = "font-style", "font-weight", "font-size", "font-family"
    found = re.match(r"(italic|oblique)?\D*(\d{3} )?([\d.]+)px (.*)", shorthand)
    return dict(zip(names, found.groups(default=""), strict=True)) if found else {}


def _value(value, names, digits):
    """Shorten what an attribute says: colours, references, numbers, white space."""
    if value.startswith("data:"):
        return re.sub(r"\s", "", value)
    if value == "#000000":
        return "currentColor"
    value = re.sub(r"#([\w.-]+)", lambda m: "#" + names.get(m[1], m[1]), value)
    value = re.sub(r"-?\d+\.\d+", lambda m: short(m[0], digits), value)
    value = re.sub(r"\s*\b([A-Za-z])\b\s*", r"\1", value)
    return re.sub(r"(?<=\d)px$", "", value).strip()


def _steps(path):
    """Write a line of points as steps from one to the next: they are shorter."""
    if not re.fullmatch(r"M[^A-Za-z]+(L[^A-Za-z]+)+z?", path):
        return path
    points = [complex(*map(float, p.split())) for p in re.findall(r"[^MLz]+", path)]
    steps = [b - a for a, b in pairwise([0, *points])]
    ends = "z" * path.endswith("z")
    return "m" + " ".join(f"{short(s.real)} {short(s.imag)}" for s in steps) + ends


def _flow(text):
    """Let a formula's letters flow in the page's font, not at places measured in ours.

    A fraction or an accent stays as it is: there the places carry the meaning.
    """
    letters = sorted(letter for span in text for letter in _letters(span))
    if any(b[0] - a[0] < 1 for a, b in pairwise(letters)):
        return
    text[:], text.text, level = [], None, 0.0
    for (y, style), run in groupby(letters, key=lambda letter: letter[1:3]):
        rise = {"dy": str(y - level)} if y != level else {}
        span = ElementTree.SubElement(text, "tspan", style=style, **rise)
        span.text = "".join(letter for *_, letter in run)
        level = y


def _letters(span):
    """Place, style and letter of each letter of a formula's part."""
    xs, ys = ([float(n) for n in span.get(axis).split()] for axis in "xy")
    ys = ys * len(xs) if len(ys) == 1 else ys
    for x, y, letter in zip(xs, ys, span.text, strict=True):
        yield x, y, span.get("style"), letter
