"""Word's automatic numbers, as Word prints them (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PLACE = re.compile(r"%([1-9])")
LEVELS = 9
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
MAX_ROMAN = 3999
ORDINALS = "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth"
ORDINAL_WORDS = ORDINALS.split()
CARDINALS = "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve"
CARDINAL_WORDS = CARDINALS.split()


@dataclass(frozen=True, slots=True)
class Level:
    start: int = 1
    format: str = "decimal"
    pattern: str = "%1."
    legal: bool = False
    style: str = ""
    restart: int | None = None


@dataclass(slots=True)
class Numbering:
    """The document's lists and how far each has counted; asking for a number counts one further."""

    # numId -> (key under which lists share one count, their levels)
    lists: dict[str, tuple[str, dict[int, Level]]] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, list[int | None]] = field(default_factory=dict)

    def next_number(self, num_id: str, depth: int) -> str | None:
        """The printed number of the next item at `depth` (from 0); "" for a bullet, None for no list."""
        if num_id not in self.lists:
            return None
        key, levels = self.lists[num_id]
        depth = min(max(depth, 0), LEVELS - 1)
        counts = self.counts.setdefault(key, [None] * LEVELS)
        self.apply_restarts(num_id, counts)
        self.advance(counts, levels, depth)
        level = levels.get(depth, Level(pattern=f"%{depth + 1}."))
        if level.format in ("bullet", "none"):
            return "" if level.format == "bullet" else PLACE.sub("", level.pattern).strip()
        return printed(level, levels, counts)

    def apply_restarts(self, num_id: str, counts: list[int | None]) -> None:
        """A list's own start values hold from its first item."""
        for depth, start in self.restarts.pop(num_id, {}).items():
            counts[depth] = start - 1

    def advance(self, counts: list[int | None], levels: dict[int, Level], depth: int) -> None:
        for above in range(depth):
            if counts[above] is None:
                counts[above] = levels.get(above, Level()).start
        current = counts[depth]
        counts[depth] = levels.get(depth, Level()).start if current is None else current + 1
        for below in range(depth + 1, LEVELS):
            restart = levels.get(below, Level()).restart
            if restart is None or (restart > 0 and depth < restart):
                counts[below] = None

    def depth_of_style(self, num_id: str, style: str) -> int | None:
        """The level that a paragraph style is tied to in the list, if any."""
        levels = self.lists.get(num_id, ("", {}))[1]
        return next((depth for depth, level in levels.items() if level.style == style), None)


def printed(level: Level, levels: dict[int, Level], counts: list[int | None]) -> str:
    def replace(place: re.Match[str]) -> str:
        index = int(place.group(1)) - 1
        source = levels.get(index, Level())
        form = "decimal" if level.legal and source.format != "decimalZero" else source.format
        value = counts[index]
        if source.format == "bullet":
            return ""
        return format_count(source.start if value is None else value, form)

    return PLACE.sub(replace, level.pattern).strip()


def format_count(value: int, form: str) -> str:
    """The count in one of Word's number formats; formats of other scripts fall back to digits."""
    if form in ("upperLetter", "lowerLetter"):
        return letters(value, upper=form == "upperLetter")
    if form in ("upperRoman", "lowerRoman"):
        return roman(value, upper=form == "upperRoman")
    if form == "decimalZero":
        return f"{value:02d}"
    if form == "ordinal":
        return ordinal(value)
    words = {"ordinalText": ORDINAL_WORDS, "cardinalText": CARDINAL_WORDS}.get(form)
    return words[value - 1] if words and 0 < value <= len(words) else str(value)


def letters(value: int, *, upper: bool) -> str:
    """a..z, then aa, bb: Word repeats the letter instead of counting on."""
    if not 0 < value <= 780:
        return str(value)
    text = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
    return text.upper() if upper else text


def roman(value: int, *, upper: bool) -> str:
    if not 0 < value <= MAX_ROMAN:
        return str(value)
    text = ""
    for size, sign in ROMAN:
        text += sign * (value // size)
        value %= size
    return text.upper() if upper else text


def ordinal(value: int) -> str:
    tens = value % 100
    suffix = "th" if 10 < tens < 14 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def value_of(element: Element | None, path: str, default: str = "") -> str:
    found = element.find(path) if element is not None else None
    return default if found is None else str(found.get(W + "val") or default)


def integer(text: str, default: int = 0) -> int:
    try:
        return max(-1, min(int(text), 32767))
    except ValueError:
        return default


def read_numbering(root: Element | None, style_lists: dict[str, str]) -> Numbering:
    """The lists of numbering.xml; `style_lists` maps a numbering style to the list it names."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract = {str(item.get(W + "abstractNumId")): item for item in root.iter(W + "abstractNum")}
    numbers = list(root.iter(W + "num"))
    links = {str(num.get(W + "numId")): value_of(num, W + "abstractNumId") for num in numbers}
    for num in numbers:
        num_id = str(num.get(W + "numId"))
        key = resolve_link(links[num_id], abstract, links, style_lists)
        levels = dict(read_levels(abstract[key])) if key in abstract else {}
        starts = read_overrides(num, levels)
        if starts:
            numbering.restarts[num_id] = starts
        numbering.lists[num_id] = (key, levels)
    return numbering


def resolve_link(key: str, abstract: dict[str, Element], links: dict[str, str], style_lists: dict[str, str]) -> str:
    """Follows a list that only names a numbering style to the list that defines it, one step."""
    style = value_of(abstract.get(key), W + "numStyleLink")
    return links.get(style_lists.get(style, ""), key) if style else key


def read_levels(item: Element) -> Iterator[tuple[int, Level]]:
    for level in item.iter(W + "lvl"):
        yield integer(str(level.get(W + "ilvl", "0"))), read_level(level)


def read_level(level: Element) -> Level:
    legal = level.find(W + "isLgl")
    restart = value_of(level, W + "lvlRestart")
    return Level(
        start=integer(value_of(level, W + "start", "1"), 1),
        format=value_of(level, W + "numFmt", "decimal"),
        pattern=value_of(level, W + "lvlText"),
        legal=legal is not None and legal.get(W + "val", "1") not in ("0", "false", "off"),
        style=value_of(level, W + "pStyle"),
        restart=integer(restart) if restart else None,
    )


def read_overrides(num: Element, levels: dict[int, Level]) -> dict[int, int]:
    """Start values of this list alone, by level; a level written anew replaces the shared one."""
    starts: dict[int, int] = {}
    for override in num.iter(W + "lvlOverride"):
        depth = integer(str(override.get(W + "ilvl", "0")))
        own = override.find(W + "lvl")
        if own is not None:
            levels[depth] = read_level(own)
        start = value_of(override, W + "startOverride")
        if start and 0 <= depth < LEVELS:
            starts[depth] = integer(start, 1)
    return starts
