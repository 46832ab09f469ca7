"""How far a clause departs from the library's ladder of positions, and which library clauses a contract has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from contracts.engine.blanks import filled
from contracts.engine.compare import SAME_CLAUSE, SAME_HEADED
from contracts.engine.decisive import Turn, turns
from contracts.engine.words import TOKEN, Segment, diff_words

PositionKind = Literal["preferred", "fallback", "unacceptable"]
Standing = Literal["present", "deviating", "decisive", "unacceptable", "unlike"]

SPACE = re.compile(r"\s+")
# Word processors put typographic marks where the library may have plain ones, and the other way round; what nobody sees
# (soft hyphens, joiners) parts no word.
PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u2010": "-", "\u2011": "-"}
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
)
UNLIKE_FROM = Decimal(50)  # percent of changed words beyond which a text is no version of a position
SHINGLE = 3  # words in a row by which texts are looked up
# Standings by which a mandatory clause is there: up to UNLIKE_FROM away from a position that is wanted or acceptable,
# as negotiated words are, as long as none of them is one that decides (`contracts/engine/decisive_words.py`) and no
# sentence is gone: "is not liable" is hardly a departure by its words. A tie says what a clause is meant to be, not
# what it says.
MET: frozenset[Standing] = frozenset({"present", "deviating"})
CANDIDATES = 8  # how many positions of the library a clause is held against closely
HEADED = 0.3  # what a common heading adds to the likeness of two texts, as between versions of a contract


@dataclass(frozen=True, slots=True)
class Position:
    """A wording of a clause: wanted, acceptable, or not, with the reason (`why`)."""

    kind: PositionKind
    text: str
    why: str = ""


@dataclass(frozen=True)
class Ladder:
    """A library clause: its positions in order, the preferred first, and whether this contract must have it."""

    key: str
    title: str
    positions: tuple[Position, ...]
    is_mandatory: bool = False


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause of a contract without its number and heading. `parent` is the key of the clause it is a part of;
    `adopted` the key of the ladder that a person tied it to."""

    key: str
    heading: str
    text: str
    parent: str = ""
    adopted: str = ""


@dataclass(frozen=True)
class Departure:
    """`position` is the nearest one's place on the ladder, None where the text is unlike any. Equal and delete segments
    are the position's words, equal and insert the clause's. `share` is the percentage of changed words: deleted and
    inserted ones among all words of both texts. `filled` is what the clause has in the position's blanks ("{days}"):
    these words are equal. `turns` is what of the difference turns what the position says."""

    position: int | None
    nearest: int
    changed: int
    words: int
    segments: tuple[Segment, ...]
    filled: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def share(self) -> Decimal:
        return Decimal(100 * self.changed) / Decimal(self.words) if self.words else Decimal(0)


@dataclass(frozen=True)
class Match:
    """A clause of the contract, alone or with its parts, as a version of a library clause."""

    clause: str
    ladder: str
    parts: tuple[str, ...]
    departure: Departure
    standing: Standing


@dataclass(frozen=True)
class Survey:
    """A whole contract against the library: matches in reading order, clauses that no library clause is like, and
    library clauses that are not there, the mandatory ones apart: these are there only where a clause meets them."""

    matches: tuple[Match, ...]
    others: tuple[str, ...]
    missing: tuple[str, ...]
    missing_mandatory: tuple[str, ...]


def plain(text: str) -> str:
    """The text as compared: one space between words, plain quotation marks."""
    return SPACE.sub(" ", text.translate(PLAIN)).strip()


def word_count(text: str) -> int:
    """Words and signs; white space is neither."""
    return sum(1 for token in TOKEN.findall(text) if not token.isspace())


def differences(old: str, new: str) -> tuple[Segment, ...]:
    """The difference in words, the same from either side: only deleted and inserted change places."""
    if old <= new:
        return diff_words(old, new)
    return tuple(_turned(diff_words(new, old)))


def _turned(segments: Sequence[Segment]) -> Iterator[Segment]:
    """The same difference read from the other side, deletions before insertions again."""
    at = 0
    while at < len(segments):
        segment = segments[at]
        if segment.op == "delete" and at + 1 < len(segments) and segments[at + 1].op == "insert":
            yield Segment("delete", segments[at + 1].text)
            yield Segment("insert", segment.text)
            at += 2
            continue
        yield segment if segment.op == "equal" else Segment(_OTHER_SIDE[segment.op], segment.text)
        at += 1


_OTHER_SIDE: Mapping[str, Literal["insert", "delete"]] = {"delete": "insert", "insert": "delete"}


def departure(
    text: str, positions: Sequence[Position], *, answers: Collection[str] = (), heading: str = ""
) -> Departure:
    """From the nearest position; of equally near ones the first on the ladder. A ladder has one position at least.
    `answers` may stand in its blanks whatever they say; `heading` is the clause's, where it is not the library's."""
    wanted = plain(text)
    found = min(
        (_from(wanted, place, position) for place, position in enumerate(positions)),
        key=lambda each: (each.share, each.nearest),
    )
    if found.position is None:
        return found
    given = "".join(segment.text for segment in found.segments if segment.op != "insert")
    return replace(found, turns=turns(given, wanted, blanks=found.filled, answers=answers, heading=plain(heading)))


def _from(wanted: str, place: int, position: Position) -> Departure:
    given, blanks = filled(plain(position.text), wanted)
    segments = differences(given, wanted)
    changed = sum(word_count(segment.text) for segment in segments if segment.op != "equal")
    words = word_count(given) + word_count(wanted)
    found = Departure(place, place, changed, words, segments, blanks)
    return found if found.share <= UNLIKE_FROM else replace(found, position=None)


def standing_of(found: Departure, positions: Sequence[Position]) -> Standing:
    """Present is a wanted or acceptable position to the word, decisive one that a word or a figure of it turns."""
    if found.position is None:
        return "unlike"
    if positions[found.position].kind == "unacceptable":
        return "unacceptable"
    if found.turns:
        return "decisive"
    return "deviating" if found.changed else "present"


@dataclass(frozen=True)
class _Text:
    """A text with what it is looked up by."""

    body: str

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(token.strip().lower() for token in TOKEN.findall(self.body) if not token.isspace())

    @cached_property
    def size(self) -> int:
        return self.words.total()

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        words = [token.strip().lower() for token in TOKEN.findall(self.body) if token[0].isalnum()]
        return frozenset(zip(*(words[offset:] for offset in range(SHINGLE)), strict=False))


@dataclass(frozen=True)
class _Unit:
    """A clause alone or with its parts: `covers` are the keys of the clauses whose text it is."""

    clause: ClauseText
    covers: tuple[str, ...]
    text: _Text


@dataclass(frozen=True)
class _Library:
    """The ladders with their positions' texts, and where each shingle stands."""

    ladders: tuple[Ladder, ...]
    texts: tuple[tuple[int, _Text], ...]
    postings: Mapping[tuple[str, ...], list[int]]
    titled: Mapping[str, list[int]]


def survey(clauses: Sequence[ClauseText], ladders: Sequence[Ladder], *, answers: Collection[str] = ()) -> Survey:
    """Each library clause is found once at most, each clause is a version of one at most; ties that a person made come
    first, and there may be several to one library clause. Time grows with the clauses, not with clauses times library:
    only what shares words in a row is compared. `answers` are what the contract's questionnaire was answered."""
    units = _units(clauses)
    library = _library(ladders)
    alike = [(unit, _likenesses(unit, library)) for unit in units]
    chosen = _assigned(alike, library)
    order = {clause.key: place for place, clause in enumerate(clauses)}
    matches = sorted((_match(unit, ladder, answers) for unit, ladder in chosen), key=lambda match: order[match.clause])
    covered = {key for match in matches for key in match.parts}
    found = {match.ladder for match in matches}
    met = {match.ladder for match in matches if match.standing in MET}
    free = [(unit, scores) for unit, scores in alike if not covered.intersection(unit.covers)]
    met |= _met_by(free, ladders, met, answers)
    return Survey(
        matches=tuple(matches),
        others=tuple(clause.key for clause in clauses if clause.key not in covered),
        missing=tuple(each.key for each in ladders if each.key not in found and not each.is_mandatory),
        missing_mandatory=tuple(each.key for each in ladders if each.key not in met and each.is_mandatory),
    )


def _met_by(
    alike: Sequence[tuple[_Unit, Mapping[int, float]]],
    ladders: Sequence[Ladder],
    met: Collection[str],
    answers: Collection[str],
) -> set[str]:
    """Mandatory ladders that a clause meets which was not chosen for them, because another one is tied to them."""
    wanted = {place for place, each in enumerate(ladders) if each.is_mandatory and each.key not in met}
    found = set()
    for unit, scores in alike:
        for place in wanted.intersection(scores):
            if _match(unit, ladders[place], answers).standing in MET:
                found.add(ladders[place].key)
    return found


def _match(unit: _Unit, ladder: Ladder, answers: Collection[str]) -> Match:
    is_headed = unit.clause.heading.casefold() == ladder.title.casefold()
    heading = "" if is_headed else unit.clause.heading
    found = departure(unit.text.body, ladder.positions, answers=answers, heading=heading)
    return Match(unit.clause.key, ladder.key, unit.covers, found, standing_of(found, ladder.positions))


def _units(clauses: Sequence[ClauseText]) -> list[_Unit]:
    """Each clause alone, and each with parts together with them, as far as there are words."""
    children: defaultdict[str, list[ClauseText]] = defaultdict(list)
    for clause in clauses:
        if clause.parent:
            children[clause.parent].append(clause)
    units = []
    for clause in clauses:
        units.append(_Unit(clause, (clause.key,), _Text(plain(clause.text))))
        if children[clause.key]:
            whole = list(_with_parts(clause, children))
            text = plain(
                " ".join(" ".join((part.heading, part.text)) if part is not clause else part.text for part in whole)
            )
            units.append(_Unit(clause, tuple(part.key for part in whole), _Text(text)))
    return [unit for unit in units if unit.text.body]


def _with_parts(clause: ClauseText, children: Mapping[str, list[ClauseText]]) -> Iterator[ClauseText]:
    yield clause
    for child in children.get(clause.key, ()):
        yield from _with_parts(child, children)


def _library(ladders: Sequence[Ladder]) -> _Library:
    texts = [
        (place, _Text(plain(position.text))) for place, ladder in enumerate(ladders) for position in ladder.positions
    ]
    postings: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, (_, text) in enumerate(texts):
        for shingle in text.shingles:
            postings[shingle].append(index)
    titled: defaultdict[str, list[int]] = defaultdict(list)
    for index, (place, _) in enumerate(texts):
        titled[ladders[place].title.casefold()].append(index)
    return _Library(tuple(ladders), tuple(texts), postings, titled)


def _assigned(alike: Sequence[tuple[_Unit, Mapping[int, float]]], library: _Library) -> list[tuple[_Unit, Ladder]]:
    """The likest pair first; a clause that is taken takes its parts, and what it is a part of, with it."""
    scored = [
        (-score, order, ladder, unit) for order, (unit, scores) in enumerate(alike) for ladder, score in scores.items()
    ]
    taken: set[str] = set()
    used: set[int] = set()
    chosen = []
    for _, _, ladder, unit in sorted(scored, key=lambda item: item[:3]):
        is_free = ladder not in used or bool(unit.clause.adopted)
        if is_free and not taken.intersection(unit.covers):
            used.add(ladder)
            taken.update(unit.covers)
            chosen.append((unit, library.ladders[ladder]))
    return chosen


def _likenesses(unit: _Unit, library: _Library) -> dict[int, float]:
    """Place of a ladder -> how like the unit is to its likest position; what is unlike is left out."""
    if unit.clause.adopted:
        return _tied(unit, library)
    found: dict[int, float] = {}
    for index in _candidates(unit, library):
        place, text = library.texts[index]
        is_headed = unit.clause.heading.casefold() == library.ladders[place].title.casefold()
        score = likeness(unit.text, text, is_headed=is_headed)
        if score > found.get(place, 0.0):
            found[place] = score
    return found


def _tied(unit: _Unit, library: _Library) -> dict[int, float]:
    """What a person tied goes before everything that is only alike, however like the texts are. Whether a mandatory
    clause is met by it is another question: see MET."""
    return {
        place: 2.0 + max(_share(unit.text, text) for at, text in library.texts if at == place)
        for place, ladder in enumerate(library.ladders)
        if ladder.key == unit.clause.adopted
    }


def _candidates(unit: _Unit, library: _Library) -> Iterable[int]:
    """The positions that share most words in a row with the unit, and those under its heading."""
    shared: Counter[int] = Counter()
    for shingle in unit.text.shingles:
        shared.update(library.postings.get(shingle, ()))
    likest = sorted(shared, key=lambda index: (-shared[index] / (1 + len(library.texts[index][1].shingles)), index))
    return {*likest[:CANDIDATES], *library.titled.get(unit.clause.heading.casefold(), ())}


def likeness(one: _Text, other: _Text, *, is_headed: bool) -> float:
    """0 for different clauses; else the share of words in common, raised by a common heading."""
    share = _share(one, other)
    if share >= SAME_CLAUSE or (is_headed and share >= SAME_HEADED):
        return share + HEADED * is_headed
    return 0.0


def _share(one: _Text, other: _Text) -> float:
    size = one.size + other.size
    return 2 * (one.words & other.words).total() / size if size else 1.0
