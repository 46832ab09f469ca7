"""Signs of a DOCX that are words to a reader and no text to Word: symbols by font and place, and equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clm.documents.extraction.numbering import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
EQUATIONS = frozenset({M + "oMath", M + "oMathPara"})
SYMBOL = W + "sym"
GONE = (W + "del", W + "moveFrom")

# What stands at the places of the fonts that hold signs, as far as contracts use them: boxes, ticks, arrows, bullets.
WINGDINGS = {
    **{0x6C: "●", 0x6E: "■", 0x6F: "□", 0x70: "❐", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x9F: "•", 0xA7: "▪", 0xA8: "☐"},
    **{0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xF3: "⇔", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
}
WINGDINGS_2 = {
    **{0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0xA2: "■", 0xA3: "☐"},
}
SYMBOLS = {
    **{0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•"},
    **{0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xE2: "®", 0xE3: "©", 0xE4: "™"},
}
FONTS = {"wingdings": WINGDINGS, "wingdings 2": WINGDINGS_2, "symbol": SYMBOLS}


def symbol_text(symbol: Element) -> str:
    """The sign itself where it is known, else its font and place: another sign never reads the same."""
    font, place = str(symbol.get(W + "font", "")), str(symbol.get(W + "char", ""))
    try:
        code = int(place, 16)
    except ValueError:
        return ""
    # The fonts' signs stand in the private area, and may be named without it.
    code = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    signs = FONTS.get(font.strip().casefold())
    if signs is None and 0x20 <= code < 0xD800 and not place.upper().startswith("F0"):
        return chr(code)
    known = signs.get(code) if signs else None
    return known or f"‹{font.strip()} {code:02X}›"


def equation_text(parent: Element) -> str:
    """An equation on one line: a fraction as (a)/(b), what stands above as ^(n), below as _(n)."""
    return "".join(_written(child) for child in parent)


def _written(element: Element) -> str:
    tag = str(element.tag)
    if tag in GONE or tag.endswith(("Pr", "PrChange")):
        return ""
    if tag in (M + "t", W + "t"):
        return element.text or ""
    if tag == SYMBOL:
        return symbol_text(element)
    form = FORMS.get(tag)
    return form(element) if form is not None else equation_text(element)


def _part(element: Element, name: str) -> str:
    found = element.find(M + name)
    return equation_text(found) if found is not None else ""


def _sign(element: Element, properties: str, name: str, default: str) -> str:
    found = element.find(f"{M}{properties}/{M}{name}")
    return default if found is None else str(found.get(M + "val", ""))


def _fraction(element: Element) -> str:
    return f"({_part(element, 'num')})/({_part(element, 'den')})"


def _raised(element: Element) -> str:
    below, above = _part(element, "sub"), _part(element, "sup")
    said = (f"_({below})" if below else "") + (f"^({above})" if above else "")
    if element.tag == M + "nary":
        return _sign(element, "naryPr", "chr", "∫") + said + _part(element, "e")
    return said + _part(element, "e") if element.tag == M + "sPre" else _part(element, "e") + said


def _root(element: Element) -> str:
    return f"{_part(element, 'deg')}√({_part(element, 'e')})"


def _delimited(element: Element) -> str:
    between = _sign(element, "dPr", "sepChr", "|").join(equation_text(each) for each in element.findall(M + "e"))
    return _sign(element, "dPr", "begChr", "(") + between + _sign(element, "dPr", "endChr", ")")


FORMS: dict[str, Callable[[Element], str]] = {
    M + "f": _fraction,
    M + "rad": _root,
    M + "d": _delimited,
    **{M + name: _raised for name in ("sSup", "sSub", "sSubSup", "sPre", "nary")},
}
