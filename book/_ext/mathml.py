"""TeX to MathML that looks right in browsers, while the book is built.

KaTeX (the JavaScript inside the sphinxcontrib-katex wheel, run by mini-racer) reads
the TeX. Browsers draw MathML Core, which leaves out what KaTeX relies on: columns that
align, letters by `mathvariant`, bars that stretch, operators made of several parts, and
the thin space around "log x". It is put back here.
"""

import functools
from importlib.resources import files
from xml.etree import ElementTree

MATHML = "http://www.w3.org/1998/Math/MathML"
OPTIONS = {"throwOnError": True, "strict": "error", "output": "mathml"}
FUNCTION_APPLICATION = "\u2061"
OPENING, CLOSING = "([{|⟨⌊⌈‖", ")]}|⟩⌋⌉‖"
SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
ROW_GAP = 0.4  # em, added to KaTeX's: MathML rows have no strut

# KaTeX writes TeX's spaces as text; as text they stretch with the font.
SPACES = {
    "\u2009": 3 / 18,
    "\u2005": 4 / 18,
    "\u2005\u200a": 5 / 18,
    "\u200a": 1 / 18,
    "\u00a0": 1 / 4,
    "\u2009\u2063": -3 / 18,
    "\u2005\u2063": -4 / 18,
    "\u2005\u200a\u2063": -5 / 18,
}
BARS = {"∣": "|", "∥": "‖"}  # "divides" and "parallel", which do not stretch

# First letters of the runs of mathematical letters in Unicode: upper case, lower case,
# digits, Greek capitals, Greek small letters (0: this variant has none).
RUNS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736),
    "script": (0x1D49C, 0x1D4B6, 0, 0, 0),
    "fraktur": (0x1D504, 0x1D51E, 0, 0, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8, 0, 0),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6, 0, 0),
}
RUN_STARTS = (("A", "Z"), ("a", "z"), ("0", "9"), ("Α", "Ω"), ("α", "ω"))
# Letters that Unicode had before the runs, and left out of them.
OLDER = {
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}


class MathError(ValueError):
    """A formula that KaTeX does not read, or that MathML Core cannot draw."""


@functools.cache
def engine():
    """Start the JavaScript engine and load KaTeX, once."""
    from py_mini_racer import MiniRacer

    context = MiniRacer()
    context.eval(files("sphinxcontrib").joinpath("katex.min.js").read_text("utf-8"))
    return context


@functools.cache
def mathml(tex: str, *, display: bool) -> str:
    """Return the `<math>` element of a formula."""
    try:
        options = {**OPTIONS, "displayMode": display}
        markup = engine().call("katex.renderToString", tex, options)
    except Exception as error:  # the engine wraps KaTeX's own errors
        raise MathError(str(error).strip().splitlines()[0]) from error
    math = ElementTree.fromstring(markup)[0]
    for element in math.iter():
        refuse_unknown(element)
        spell_letters(element)
        spell_spaces(element)
        stretch_bars(element)
        open_operator(element)
        align_columns(element)
        tighten_scripts(element)
    for row in list(math.iter()):
        space_functions(row)
    ElementTree.register_namespace("", MATHML)
    return ElementTree.tostring(math, "unicode", short_empty_elements=False)


def name(element) -> str:
    """Return the tag of an element without its namespace."""
    return element.tag.removeprefix(f"{{{MATHML}}}")


def rename(element, tag: str) -> None:
    """Give an element another tag."""
    element.tag = f"{{{MATHML}}}{tag}"


def space(em: float):
    """Return a space of this width."""
    return ElementTree.Element(f"{{{MATHML}}}mspace", width=f"{em:.4g}em")


def refuse_unknown(element) -> None:
    """Raise for what KaTeX writes and no browser draws."""
    lines = element.get("columnlines", "") + element.get("rowlines", "")
    if name(element) == "menclose" or "solid" in lines or "dashed" in lines:
        raise MathError("boxes and ruled tables cannot be drawn in MathML")


def letter(character: str, variant: str) -> str:
    """Return one letter or digit in a mathematical alphabet."""
    if character in OLDER.get(variant, {}):
        return OLDER[variant][character]
    for start, (first, last) in zip(RUNS[variant], RUN_STARTS, strict=True):
        if start and first <= character <= last:
            return chr(start + ord(character) - ord(first))
    return character


def spell_letters(element) -> None:
    """Replace `mathvariant` by letters of that alphabet."""
    variant = element.get("mathvariant")
    if variant in RUNS:
        del element.attrib["mathvariant"]
        element.text = "".join(letter(c, variant) for c in element.text or "")


def spell_spaces(element) -> None:
    """Replace a text that is one of TeX's spaces by a space of its width."""
    if name(element) == "mtext" and element.text in SPACES:
        rename(element, "mspace")
        element.set("width", f"{SPACES[element.text]:.4g}em")
        element.text = None


def stretch_bars(element) -> None:
    """Make the bars of |V| and of norms delimiters; the bar of P(a | b) stays."""
    bare = name(element) == "mo" and not element.attrib
    if element.text in BARS and not bare:
        rename(element, "mo")
        stretchy = "true" if element.get("fence") == "true" else "false"
        element.text = BARS[element.text]
        element.attrib.clear()
        element.attrib.update(stretchy=stretchy, lspace="0em", rspace="0em")


def open_operator(element) -> None:
    """Make an operator that has parts, such as an equals sign under a mark, a row."""
    if name(element) == "mo" and len(element):
        rename(element, "mrow")
        element.attrib.clear()


def align_columns(table) -> None:
    """Write the alignment and spacing of a table's columns as CSS of its cells."""
    if name(table) != "mtable":
        return
    aligns = table.attrib.pop("columnalign", "center").split()
    gaps = [em(gap) for gap in table.attrib.pop("columnspacing", "1em").split()]
    above = (em(table.attrib.pop("rowspacing", "0em").split()[0]) + ROW_GAP) / 2
    for row in table:
        for j, cell in enumerate(row):
            left = gaps[min(j, len(gaps)) - 1] / 2 if gaps and j else 0
            last = not gaps or j + 1 == len(row)
            right = 0 if last else gaps[min(j, len(gaps) - 1)] / 2
            padding = " ".join(f"{size:.3g}em" for size in (above, right, above, left))
            align = aligns[min(j, len(aligns) - 1)]
            cell.set("style", f"text-align:{align};padding:{padding}")


def tighten_scripts(element) -> None:
    """Set no space around the operators of a subscript such as "t = 1"."""
    if name(element) in SCRIPTS and element.get("accent") is None:
        for script in element[1:]:
            for operator in script.iter(f"{{{MATHML}}}mo"):
                operator.attrib.update(lspace="0em", rspace="0em")


def em(size: str) -> float:
    """Return the number in a size such as "1em"."""
    return float(size.removesuffix("em"))


def space_functions(row) -> None:
    """Put a thin space around a named function, as TeX does."""
    if name(row) in SCRIPTS:
        return
    for element in [e for e in row if is_function(e)]:
        after = list(row).index(element) + 1
        if after < len(row) and not is_operator(row[after], OPENING):
            row.insert(after, space(3 / 18))
        before = after - (3 if name(element) == "mo" else 2)
        if before >= 0 and is_operand(row[before]):
            row.insert(before + 1, space(3 / 18))


def is_function(element) -> bool:
    """Whether this is the mark after a function's name, or a name with scripts."""
    while name(element) in SCRIPTS:
        element = element[0]
        if name(element) == "mrow" and len(element):
            element = element[-1]
    return name(element) == "mo" and element.text == FUNCTION_APPLICATION


def is_operand(element) -> bool:
    """Whether a function's name after this element needs a space."""
    if name(element) in ("mo", "mspace"):
        return is_operator(element, CLOSING)
    return bool(len(element) or (element.text or "").strip())


def is_operator(element, characters: str) -> bool:
    """Whether an element is, or begins with, one of these operators."""
    while name(element) in ("mrow", "mstyle") and len(element):
        element = element[0]
    return name(element) == "mo" and bool(element.text) and element.text in characters
