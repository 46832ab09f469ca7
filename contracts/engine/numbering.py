"""The number of each clause of a draft, from its level and its place, in the scheme that its base version used.

A clause that stayed where it was, with nothing before it in its list added, removed or moved, keeps its label to the
letter: also one that begins at 5, skips a number, starts again after a heading, or counts on through several articles.
A clause that is new or was moved takes the scheme of the list it now stands in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.engine.marks import decimal_path, letter_value, roman_text, roman_value

_LABEL = re.compile(
    r"(?P<before>(?:[^\W\d_]+\.?\s+|§\s?)?\(?)(?P<value>\d{1,3}(?:\.\d{1,3})*|[A-Za-z]{1,7})(?P<after>[.):]{0,2})"
)
_PATHS = ("", "article", "section", "clause", "part", "chapter", "§")
_NAMES = ("exhibit", "schedule", "annex", "appendix", "attachment", "addendum")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause of a draft in reading order. `label`, `origin` (position) and `origin_level` are those of the clause of
    the base that it came from; a clause that was added has none, or a name that it keeps ("Exhibit B"). `is_plain`: it
    was added without a number on purpose."""

    key: str
    level: int
    label: str = ""
    origin: int | None = None
    origin_level: int | None = None
    is_removed: bool = False
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How a list writes its numbers. `depth` is how many parts of a decimal number come from the clauses above it;
    `literal` are those parts where no clause above has them."""

    kind: str
    before: str = ""
    after: str = ""
    depth: int = 0
    literal: tuple[int, ...] = ()

    @property
    def word(self) -> str:
        return self.before.strip(" (.").casefold()

    @property
    def is_path(self) -> bool:
        """Whether numbers below it may begin with this one: 4 and Article IV do, (a) and Exhibit A do not."""
        return self.kind in ("decimal", "ROMAN") and self.word in _PATHS and "(" not in self.before


@dataclass(frozen=True, slots=True)
class Reading:
    """A label as a style and a value in it."""

    style: Style
    value: int


@dataclass(slots=True)
class List:
    """Numbers of one style below one clause, counted in a row. `start` is the first; `continues` says that it counted
    on from the same kind of list below an earlier clause."""

    parent: str
    style: Style
    order: int
    start: int
    last: int
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a clause of the base stood in its list: `gap` is how far its number is from the one before it."""

    list: List
    value: int
    before: str
    gap: int


@dataclass(slots=True)
class Step:
    """A clause on the way down to the one at hand, with its number's parts and the counts of the lists below it."""

    key: str
    level: int
    path: tuple[int, ...] = ()
    counts: dict[Style, tuple[List, int, str]] = field(default_factory=dict)


def numbers(clauses: Sequence[Placed]) -> dict[str, str]:
    """The label of each clause that is not removed, "" where it has none; `clauses` hold the whole base."""
    base = sorted((each for each in clauses if each.origin is not None), key=lambda each: each.origin or 0)
    origins = read_base(base)
    kept = [each for each in clauses if not each.is_removed]
    return Numberer(origins, stationary(kept)).run(kept)


def read_base(base: Sequence[Placed]) -> dict[str, Origin]:
    """Each numbered clause of the base in its list."""
    found: dict[str, Origin] = {}
    stack: list[Step] = [Step("", 0)]
    ends: dict[tuple[Style, int], int] = {}
    for clause in base:
        level = clause.origin_level or clause.level
        _climb(stack, level)
        reading = _likeliest(clause.label, stack)
        path: tuple[int, ...] = ()
        if reading is not None:
            origin = _listed(clause.key, reading, stack[-1], ends.get((reading.style, level)))
            found[clause.key], ends[(reading.style, level)] = origin, reading.value
            path = _path(reading.style, reading.value, stack)
        stack.append(Step(clause.key, level, path))
    return found


def _climb(stack: list[Step], level: int) -> None:
    while stack[-1].level >= level:
        stack.pop()


def _listed(key: str, reading: Reading, parent: Step, end: int | None) -> Origin:
    """The clause as the next of an open list, or as the first of a new one."""
    style, value = reading.style, reading.value
    known = parent.counts.get(style)
    if known is not None and value > known[1]:
        found, last, before = known
        found.last = value
        origin = Origin(found, value, before, value - last)
    else:
        continues = known is None and value > 1 and end == value - 1
        order = known[0].order + 1 if known else 0
        origin = Origin(List(parent.key, style, order, value, value, continues), value, "", 1)
    parent.counts[style] = (origin.list, value, key)
    return origin


def _likeliest(label: str, stack: Sequence[Step]) -> Reading | None:
    """The reading that continues a list below the same clause, else one that begins a list, else the first."""
    found = list(readings(label, stack))
    counts = stack[-1].counts
    for each in found:
        if each.style in counts and counts[each.style][1] + 1 == each.value:
            return each
    for each in found:
        if each.value == 1:
            return each
    return found[0] if found else None


def readings(label: str, stack: Sequence[Step] = ()) -> Iterator[Reading]:
    """Every way to read a label as a number: "(i)" is roman or a letter. Nothing of a label that is no number."""
    found = _LABEL.fullmatch(label.strip())
    if found is None:
        return
    before, value, after = found["before"], found["value"], found["after"]
    if value[0].isdigit():
        path = decimal_path(value)
        if "." in value and len(path) == value.count("."):
            after = f".0{after}"
        depth, literal = _inherited(path[:-1], stack)
        yield Reading(Style("decimal", before, after, depth, literal), path[-1])
        return
    upper = value.isupper()
    if (count := letter_value(value)) is not None:
        yield Reading(Style("LETTER" if upper else "letter", before, after), count)
    if (count := roman_value(value)) is not None and value in (value.lower(), value.upper()):
        yield Reading(Style("ROMAN" if upper else "roman", before, after), count)


def is_number(label: str) -> bool:
    """Whether the label counts: "Exhibit B-1" does not, and stays as it is."""
    return next(readings(label), None) is not None


def name_of(label: str) -> str:
    """What a label says beside a count, in small letters: "exhibit" of "Exhibit B", all of a label that does not count;
    "" for a number alone."""
    if not is_number(label):
        return label.strip().casefold()
    word = label.split()[0].casefold()
    return word if word in _NAMES else ""


def _inherited(above: tuple[int, ...], stack: Sequence[Step]) -> tuple[int, tuple[int, ...]]:
    """How much of a decimal number is that of the clauses above it, else what it writes by itself."""
    if above and any(step.path == above for step in stack):
        return len(above), ()
    return 0, above


def _path(style: Style, value: int, stack: Sequence[Step]) -> tuple[int, ...]:
    if not style.is_path:
        return ()
    return (*_above(style, stack), value)


def _above(style: Style, stack: Sequence[Step]) -> tuple[int, ...]:
    """The parts before the last one: those of the nearest clause above that has as many."""
    if not style.depth:
        return style.literal
    exact = (step.path for step in reversed(stack) if len(step.path) == style.depth)
    longest = max((step.path for step in stack), key=len, default=())
    return next(exact, longest)


def stationary(kept: Sequence[Placed]) -> frozenset[str]:
    """The clauses that did not move: a longest run of the base's clauses that stand in the base's order and level."""
    candidates = [each for each in kept if each.origin is not None and each.origin_level in (None, each.level)]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for index, clause in enumerate(candidates):
        origin = clause.origin or 0
        at = bisect_left(tails, origin)
        before.append(ends[at - 1] if at else None)
        tails[at : at + 1], ends[at : at + 1] = [origin], [index]
    found: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(candidates[last].key)
        last = before[last]
    return frozenset(found)


@dataclass(slots=True)
class Numberer:
    """Walks the draft once and counts."""

    origins: Mapping[str, Origin]
    stayed: frozenset[str]
    stack: list[Step] = field(default_factory=lambda: [Step("", 0)])
    ends: dict[tuple[Style, int], int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def run(self, kept: Sequence[Placed]) -> dict[str, str]:
        siblings = _families(kept)
        homes = self._homes(kept, siblings)
        for clause in kept:
            _climb(self.stack, clause.level)
            home = homes.get(clause.key)
            path = self._count(clause, home) if home is not None else ()
            is_counted = home is not None or (clause.origin is not None and is_number(clause.label))
            self.labels.setdefault(clause.key, "" if is_counted else clause.label)
            self.stack.append(Step(clause.key, clause.level, path))
        return self.labels

    def _homes(self, kept: Sequence[Placed], siblings: Mapping[str, Sequence[Placed]]) -> dict[str, List]:
        """The list in which each clause counts; none for a clause without a number."""
        found = {each.key: self.origins[each.key].list for each in kept if self._is_numbered_there(each)}
        parents = {each.key: parent for parent, family in siblings.items() for each in family}
        made: dict[str, List] = {}
        for clause in kept:
            has_own = bool(clause.label) if clause.origin is None else not is_number(clause.label)
            if clause.key in found or clause.key in self.stayed or clause.is_plain or has_own:
                continue
            near = self._near(clause, siblings[parents[clause.key]], found)
            if near is None and not self._has_plain(siblings[parents[clause.key]]):
                parent = parents[clause.key]
                near = made.get(parent) or self._alike(clause, parent, kept, parents, found | made)
                if near is not None:
                    made[parent] = near
            if near is not None:
                found[clause.key] = near
        return found

    def _is_numbered_there(self, clause: Placed) -> bool:
        return clause.key in self.stayed and clause.key in self.origins

    def _has_plain(self, family: Sequence[Placed]) -> bool:
        """Whether the clauses beside it have no numbers on purpose."""
        return any(each.key in self.stayed and not each.label for each in family)

    def _near(self, clause: Placed, family: Sequence[Placed], found: Mapping[str, List]) -> List | None:
        """The list of the nearest numbered clause beside it, before it or else after it."""
        at = next(index for index, each in enumerate(family) if each.key == clause.key)
        beside = [*reversed(family[:at]), *family[at + 1 :]]
        return next((found[each.key] for each in beside if each.key in found), None)

    def _alike(
        self,
        clause: Placed,
        parent: str,
        kept: Sequence[Placed],
        parents: Mapping[str, str],
        found: Mapping[str, List],
    ) -> List | None:
        """A new list, written like those of its level elsewhere in the draft, else as is usual below its parent."""
        above = found.get(parent)
        kind = above.style if above else None
        for each in kept:
            same = found.get(each.key)
            if same is None or each.level != clause.level or parents[each.key] == parent:
                continue
            over = found.get(parents[each.key])
            if (over.style if over else None) == kind:
                return List(parent, same.style, 0, 1, 0, same.continues)
        style = _usual(kind) if self.origins else None
        return List(parent, style, 0, 1, 0) if style else None

    def _count(self, clause: Placed, home: List) -> tuple[int, ...]:
        parent, style = self.stack[-1], home.style
        value = self._value(clause, home, parent.counts.get(style))
        parent.counts[style] = (home, value, clause.key)
        self.ends[(style, clause.level)] = value
        above = _above(style, self.stack)
        self.labels[clause.key] = self._label(clause, style, above, value)
        return (*above, value) if style.is_path else ()

    def _value(self, clause: Placed, home: List, known: tuple[List, int, str] | None) -> int:
        if known is None:
            end = self.ends.get((home.style, clause.level))
            return end + 1 if home.continues and end is not None else home.start
        counted, last, before = known
        if counted.parent == home.parent and home.order > counted.order:
            return home.start
        origin = self.origins.get(clause.key)
        kept_gap = origin is not None and clause.key in self.stayed and origin.before == before
        return last + (origin.gap if origin is not None and kept_gap else 1)

    def _label(self, clause: Placed, style: Style, above: tuple[int, ...], value: int) -> str:
        """The base's own label where the number is the same."""
        origin = self.origins.get(clause.key)
        shown = written(style, above, value)
        if origin is not None and origin.list.style == style and origin.value == value:
            same = next(readings(clause.label), None)
            if (same is not None and (*same.style.literal, same.value) == (*above, value)) or style.kind != "decimal":
                return clause.label
        return shown


def _families(kept: Sequence[Placed]) -> dict[str, list[Placed]]:
    """The clauses by the one above them."""
    found: dict[str, list[Placed]] = {}
    stack: list[Step] = [Step("", 0)]
    for clause in kept:
        _climb(stack, clause.level)
        found.setdefault(stack[-1].key, []).append(clause)
        stack.append(Step(clause.key, clause.level))
    return found


def _usual(above: Style | None) -> Style | None:
    """1, then 1.1, then (a), then (i), then (A): the order in which agreements nest their lists."""
    if above is None:
        return Style("decimal")
    if above.is_path:
        deep = above.depth + len(above.literal) + 1
        return Style("decimal", depth=deep) if deep < 2 else Style("letter", "(", ")")
    after = {"letter": "roman", "roman": "LETTER"}.get(above.kind)
    return Style(after, "(", ")") if after else Style("letter", "(", ")")


def written(style: Style, above: tuple[int, ...], value: int) -> str:
    """The number as text."""
    return f"{style.before}{_digits(style.kind, above, value)}{style.after}"


def _digits(kind: str, above: tuple[int, ...], value: int) -> str:
    if kind == "decimal":
        return ".".join(str(part) for part in (*above, value))
    text = roman_text(value) if kind.casefold() == "roman" else _letters(value)
    return text.upper() if kind.isupper() else text


def _letters(value: int) -> str:
    """a to z, then aa to zz as agreements write them."""
    return _LETTERS[(value - 1) % 26] * ((value - 1) // 26 + 1)
