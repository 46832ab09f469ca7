"""What a DOCX's paragraph and character styles say: name, list, heading depth, hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clm.documents.extraction.numbering import W, integer, value_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

HEADING_NAME = re.compile(r"(?i)heading\s*(\d)$")
OFF = ("0", "false", "off")
MAX_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Style:
    """`depth` is the heading depth from 1, None for body text; `list_depth` counts from 0."""

    name: str = ""
    num_id: str | None = None
    list_depth: int | None = None
    depth: int | None = None
    hidden: bool = False
    heading: bool = False
    # Of a character style: bold, italic, underline.
    marks: frozenset[str] = frozenset()
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Styles:
    """A template has hundreds of styles and a document uses a few of them: one is resolved when it is asked for."""

    elements: dict[str, Element]
    default: str
    # numbering style id -> the list it names
    lists: dict[str, str]
    _resolved: dict[str, Style] = field(default_factory=dict)

    def of(self, style_id: str | None) -> Style:
        key = style_id or self.default
        if key not in self._resolved:
            self._resolved[key] = resolve(key, self.elements) if key in self.elements else Style(name=style_id or "")
        return self._resolved[key]


def is_on(parent: Element | None, path: str) -> bool | None:
    """A toggle property: None where it is not stated."""
    found = parent.find(path) if parent is not None else None
    return None if found is None else str(found.get(W + "val", "1")) not in OFF


def read_styles(root: Element | None) -> Styles:
    if root is None:
        return Styles({}, "", {})
    elements = {str(item.get(W + "styleId")): item for item in root.iter(W + "style")}
    default = next((key for key, item in elements.items() if is_default_paragraph(item)), "")
    lists = {
        key: value_of(item, f"{W}pPr/{W}numPr/{W}numId")
        for key, item in elements.items()
        if item.get(W + "type") == "numbering"
    }
    return Styles(elements, default, lists)


def is_default_paragraph(item: Element) -> bool:
    return item.get(W + "type") == "paragraph" and item.get(W + "default") in ("1", "true", "on")


def chain(key: str, elements: dict[str, Element]) -> list[Element]:
    """The style and those it is based on, nearest first; a circle ends where it closes."""
    found: list[Element] = []
    seen: set[str] = set()
    while key in elements and key not in seen and len(found) < MAX_CHAIN:
        seen.add(key)
        found.append(elements[key])
        key = value_of(elements[key], W + "basedOn")
    return found


def resolve(key: str, elements: dict[str, Element]) -> Style:
    links = chain(key, elements)
    name = value_of(links[0], W + "name", key)
    num_id = first_value(links, f"{W}pPr/{W}numPr/{W}numId")
    list_depth = first_value(links, f"{W}pPr/{W}numPr/{W}ilvl")
    outline = first_value(links, f"{W}pPr/{W}outlineLvl")
    hidden = is_first_on(links, "vanish")
    struck = is_first_on(links, "strike") or is_first_on(links, "dstrike")
    depth = heading_depth([value_of(link, W + "name") for link in links], outline)
    words = name.lower()
    named = "heading" in words or words in ("title", "subtitle") or words.endswith(" title")
    heading = depth is not None or named
    marks = marks_in(links) if links[0].get(W + "type") == "character" else frozenset()
    return Style(name, num_id, integer(list_depth) if list_depth else None, depth, hidden, heading, marks, struck)


def is_first_on(links: list[Element], name: str) -> bool:
    """What the nearest style that says so has."""
    return next((flag for link in links if (flag := is_on(link, f"{W}rPr/{W}{name}")) is not None), False)


def marks_in(links: list[Element]) -> frozenset[str]:
    """What the nearest style that says so has on."""
    found = set()
    for mark, name in (("bold", "b"), ("italic", "i")):
        if is_first_on(links, name):
            found.add(mark)
    if first_value(links, f"{W}rPr/{W}u") not in (None, "none"):
        found.add("underline")
    return frozenset(found)


def first_value(links: list[Element], path: str) -> str | None:
    return next((value for link in links if (value := value_of(link, path))), None)


def heading_depth(names: list[str], outline: str | None) -> int | None:
    """Depth from the outline level (9 is body text) or from a built-in heading's name."""
    if outline is not None:
        level = integer(outline, 9)
        return level + 1 if 0 <= level < 9 else None
    found = next((match for name in names if (match := HEADING_NAME.match(name))), None)
    return int(found.group(1)) if found else None
