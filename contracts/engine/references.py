"""References from one clause to another: found in the words, tied to the clauses, and shown with today's numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from contracts.engine.enumerations import Members, enumerations_in, is_of_agreement, kind_of, own_name
from contracts.engine.marks import DECIMAL

NODE = "reference"
_PARTS = re.compile(r"\d+|[A-Za-z]+")
_ARTICLE = re.compile(r"article\s+", re.IGNORECASE)
_NAMED = re.compile(r"(?:section|clause|paragraph|part|chapter)\s+|§\s?", re.IGNORECASE)
_PART_LABEL = re.compile(r"(?:exhibit|schedule|annex|appendix|attachment|addendum)\b", re.IGNORECASE)

Address = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A clause with its number, in reading order. `level` counts from 1."""

    key: str
    level: int
    label: str


@dataclass(frozen=True, slots=True)
class Reference:
    """`text[start:end] == shown` is the number of a clause, without the word before it. `key` is the clause; "" where
    no clause, or more than one, has this number."""

    start: int
    end: int
    shown: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A reference in the clause `key` to a clause that is not there any more; `shown` is the number it had."""

    key: str
    shown: str
    target: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clause stands: its address in the agreement ("4", "b") and the exhibit it belongs to."""

    address: Address
    part: str
    shown: str


@dataclass(slots=True)
class Numbering:
    """The clauses of one draft by their addresses."""

    places: Mapping[str, Place]
    by_address: dict[tuple[str, Address], list[str]] = field(default_factory=dict)
    own: str = ""
    exhibits: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, clauses: Sequence[Numbered], texts: Iterable[str] = ()) -> Numbering:
        """`texts` are the clauses' words: they say what the agreement calls itself."""
        made = cls(dict(_places(clauses)), own=own_name(texts))
        made.exhibits |= {each.key for each in clauses if _PART_LABEL.match(each.label)}
        for key, place in made.places.items():
            if place.address:
                made.by_address.setdefault((place.part, place.address), []).append(key)
        return made

    def find(self, address: Address, here: Place | None, *, relative: bool) -> str:
        """The one clause with the address: in the part that `here` stands in, else in the whole agreement."""
        bases = _bases(here) if relative and here is not None else ((),)
        near = here.part if here is not None else ""
        for base in bases:
            keys = self.by_address.get((near, (*base, *address)), [])
            if len(keys) == 1:
                return keys[0]
        if relative:
            return ""
        found = [key for (_part, each), keys in self.by_address.items() if each == address for key in keys]
        return found[0] if len(found) == 1 else ""

    def seen_from(self, here: Place | None, text: str, listed: Members) -> Numbering:
        """The numbering that the enumeration is read by: in an exhibit "of this Agreement" means no clause of it."""
        if here is None or here.part not in self.exhibits or not is_of_agreement(text, listed):
            return self
        outside = {at: keys for at, keys in self.by_address.items() if at[0] not in self.exhibits}
        return replace(self, by_address=outside)


def addresses(clauses: Sequence[Numbered]) -> dict[str, str]:
    """How a reference names each clause: "3.2", "4(b)", "3.2(a)(i)"; "" for a clause without a number."""
    return {key: place.shown for key, place in _places(clauses)}


def _places(clauses: Sequence[Numbered]) -> Iterator[tuple[str, Place]]:
    """A part begins at an exhibit, and where the clauses at the top count from the beginning again."""
    stack: list[tuple[int, Place]] = [(0, Place((), "", ""))]
    part, top = "", 0
    for clause in clauses:
        while stack[-1][0] >= clause.level:
            stack.pop()
        above = stack[-1][1]
        if not above.address and (count := _top_count(clause.label)):
            part, top = (clause.key if count <= top else part), count
        if _PART_LABEL.match(clause.label):
            part, top = clause.key, 0
            place = Place((), part, clause.label)
        else:
            place = _placed(clause.label, above, part)
        yield clause.key, place
        stack.append((clause.level, place if place.address else Place(above.address, part, above.shown)))


def _top_count(label: str) -> int:
    """The number of a clause at the top: 4 of "4", "4.0", "Article 4"; 0 for any other."""
    address = _address(_NAMED.sub("", _ARTICLE.sub("", label)))
    return int(address[0]) if len(address) == 1 and address[0].isdigit() and "(" not in label else 0


def _placed(label: str, above: Place, part: str) -> Place:
    if not label:
        return Place((), part, "")
    bare = _NAMED.sub("", _ARTICLE.sub("", label)).strip()
    own = _address(bare)
    if _is_path(bare):
        return Place(own, part, bare.rstrip(".:"))
    joined = above.shown if above.address else ""
    item = bare if bare.startswith("(") else f"({bare.strip('.):')})"
    return Place((*above.address, *own), part, f"{joined}{item}" if joined else bare)


def _is_path(bare: str) -> bool:
    """4.2 and IV name a clause alone; (a) and 2) need the clause above them."""
    return bool(re.fullmatch(rf"(?:{DECIMAL}|[IVXLC]{{1,7}}|[A-Z])[.:]?", bare))


def _address(shown: str) -> Address:
    """ "3.2(a)(i)" as ("3", "2", "a", "i"); "2.0" is the clause 2 itself."""
    parts = _PARTS.findall(shown)
    if len(parts) > 1 and re.fullmatch(r"\d+\.0+[.:]?", shown.strip()):
        parts = parts[:-1]
    return tuple(part.upper() if re.fullmatch(r"[IVXLC]+", part) else part for part in parts)


def _bases(here: Place) -> tuple[Address, ...]:
    """ "paragraph (b)" is below this clause, or beside it, or beside the one above it."""
    return tuple(here.address[:length] for length in range(len(here.address), -1, -1))


def references_in(text: str, numbering: Numbering, here: str = "") -> tuple[Reference, ...]:
    """The references to clauses of the same agreement, in order. Those to an act or another paper are left out."""
    place = numbering.places.get(here)
    return tuple(_each(text, numbering, place))


def _each(
    text: str, numbering: Numbering, here: Place | None, beside: Collection[int] | None = None
) -> Iterator[Reference]:
    """`beside`: only members of enumerations of which one begins there."""
    for listed in enumerations_in(text, numbering.own):
        if beside is None or any(one.start("target") in beside for one in listed):
            yield from _members(listed, numbering.seen_from(here, text, listed), here)


def _members(listed: Members, numbering: Numbering, here: Place | None) -> Iterator[Reference]:
    """In "Sections 3.2(a) and (b)" the second is 3.2(b)."""
    above: Address = ()
    for one in listed:
        shown = one["target"].strip()
        if kind_of(shown) != "item":
            above = _address(shown)[:-1] if shown.endswith(")") else ()
            yield _tie(one.start("target"), shown, numbering, here, relative=False)
        elif above:
            key = numbering.find((*above, *_address(shown)), here, relative=False)
            yield Reference(one.start("target"), one.start("target") + len(shown), shown, key)
        else:
            yield _tie(one.start("target"), shown, numbering, here, relative=True)


def _tie(start: int, shown: str, numbering: Numbering, here: Place | None, *, relative: bool) -> Reference:
    """The clause of the whole number, else of as much of it as is a clause: (c) may stand inside 6.3."""
    rest = shown
    while rest:
        if key := numbering.find(_address(rest), here, relative=relative):
            return Reference(start, start + len(rest), rest, key)
        rest = rest[: rest.rfind("(")].rstrip() if rest.endswith(")") else ""
    return Reference(start, start + len(shown), shown)


def followed(text: str, references: Sequence[Reference], labels: Mapping[str, str]) -> str:
    """The text with each tied reference showing its clause's present address; a broken one stays as it stood."""
    shown, at = "", 0
    for each in references:
        shown += text[at : each.start] + (labels.get(each.key) or each.shown)
        at = each.end
    return shown + text[at:]


def tied(body: Mapping[str, Any], numbering: Numbering, here: str = "", *, only_beside: bool = False) -> dict[str, Any]:
    """The ProseMirror document with its written references as nodes; those that fit no clause stay words. With
    `only_beside` only members of an enumeration of which one is a node already."""
    if "content" not in body:
        return dict(body)
    children = list(body["content"])
    if any(child.get("type") == "text" for child in children):
        return {**body, "content": list(_tied_line(children, numbering, here, only_beside))}
    return {**body, "content": [tied(child, numbering, here, only_beside=only_beside) for child in children]}


def _tied_line(
    nodes: Sequence[Mapping[str, Any]], numbering: Numbering, here: str, only_beside: bool
) -> Iterator[dict[str, Any]]:
    """A line is read as a whole, whatever words of it are bold; a reference that is half bold stays words."""
    words, place = [_words(node) for node in nodes], numbering.places.get(here)
    starts = list(accumulate(map(len, words), initial=0))[:-1]
    live = {start for start, node in zip(starts, nodes, strict=True) if node.get("type") == NODE}
    written = _each("".join(words), numbering, place, beside=live if only_beside else None)
    found = [each for each in written if each.key]
    begins = [each.start for each in found]
    for node, start, own in zip(nodes, starts, words, strict=True):
        near = found[bisect_left(begins, start) : bisect_left(begins, start + len(own))]
        inside = [each for each in near if each.end <= start + len(own)]
        yield from _split(node, start, inside) if node.get("type") == "text" else (dict(node),)


def _words(node: Mapping[str, Any]) -> str:
    if node.get("type") == NODE:
        return str(node["attrs"]["label"])
    return str(node["text"]) if node.get("type") == "text" else "\n"


def _split(node: Mapping[str, Any], offset: int, references: Sequence[Reference]) -> Iterator[dict[str, Any]]:
    """A text node cut at its references; its marks stay on the words. `offset` is where it begins in its line."""
    text, at = str(node["text"]), 0
    for each in references:
        if text[at : each.start - offset]:
            yield {**node, "text": text[at : each.start - offset]}
        yield {"type": NODE, "attrs": {"clause": each.key, "label": each.shown}}
        at = each.end - offset
    if text[at:]:
        yield {**node, "text": text[at:]}


def retied(body: Mapping[str, Any], keys: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, Any]:
    """The document tied to other clauses, under their labels; a reference to a clause without one is words again."""
    if body.get("type") == NODE:
        shown = str(body["attrs"]["label"])
        key = keys.get(str(body["attrs"]["clause"]))
        if key is None:
            return {"type": "text", "text": shown}
        return {"type": NODE, "attrs": {"clause": key, "label": labels.get(key) or shown}}
    if "content" not in body:
        return dict(body)
    return {**body, "content": [retied(child, keys, labels) for child in body["content"]]}


def nodes_in(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The clause and the written label of each reference in a ProseMirror document."""
    if body.get("type") == NODE:
        attrs = body.get("attrs", {})
        yield str(attrs.get("clause", "")), str(attrs.get("label", ""))
    for child in body.get("content", ()):
        yield from nodes_in(child)


def broken(bodies: Sequence[tuple[str, Mapping[str, Any]]], labels: Mapping[str, str]) -> tuple[Broken, ...]:
    """The references in the given clauses' bodies whose clause has no number in `labels`, in reading order."""
    return tuple(
        Broken(key, shown, target) for key, body in bodies for target, shown in nodes_in(body) if target not in labels
    )
