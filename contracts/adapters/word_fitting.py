"""Which answer may stand where: a wrong number in a contract is worse than a blank.

A blank that says nothing of its question (`[ # ]`), and a question that stands in many places, take the answer only
where it fits; everywhere else stands an empty line, which is told. What fits is judged by names alone: those of the
questions, of the units in them, and of the words and the table row around the place.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.adapters.word_bodies import bodies_of
from contracts.adapters.word_paragraphs import qn, remove_paragraph, replace_span, row_of, text_of
from contracts.engine.open_blanks import LINE, SIGNS, TO_UNIT, UNITS

TOLD, LEAD = 130, 100  # letters of a line that is told, and of those at most before its blank
# Letters of nobody's that stand for an empty line until the document is made: of a blank that no question fills, and
# of a question that was left empty.
UNASKED, UNANSWERED = "\ue000", "\ue001"
MARGIN = re.compile(r"word/(?:header|footer)\d*\.xml\Z")
MOST_MARGIN = 1024 * 1024
TICKED, EMPTY = "☒ ", "☐ "
# What a question that was found in the document itself fills: a blank, what a note asks for, a box to tick.
BLANK, NOTED, BOX = "blank", "note", "box"
NAMED = re.compile(r"\{([a-z]\w*)\}")
# A text to be replaced that does not say whose place it is.
BARE = re.compile(r"\[[\s#_xX$]*\]\Z")
NOTE = re.compile(r"\[+\s*drafting note\b[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]+", re.IGNORECASE)
PARTY = re.compile(r"\s*([A-Z][A-Za-z]*(?: \d)?):\s*\{([a-z]\w*)\}\s*\Z")
CURRENCY = re.compile(r"[$€£]|[A-Z]{3}\b|(?:US|C|A)\$")
_UNIT_OF = {"pct": "percent", "percentage": "percent"}
# Names that end so are figures; the words say nothing of what is counted.
AMOUNTS = {"dollar", "dollars", "usd", "eur", "amount", "price", "number", "count"}
_EMPTY_WORDS = {"free", "text", "name", "detail", "details", "custom", "other", "value", "terms", "with", "from"}
# How a question is called that holds the name of a party, best first.
PARTY_NAMES = ("{}", "{}_name", "{}_legal_name", "{}_company", "{}_company_name", "{}_signatory_company")


@dataclass(frozen=True)
class Place:
    """Where a question stands: in the paragraph, between these words."""

    paragraph: Any
    name: str
    before: str
    after: str
    start: int
    end: int

    @property
    def length(self) -> int:
        return len(self.before) + self.end - self.start + len(self.after)


def put_bare(root: Any, old: str, new: str) -> None:
    """A bare text becomes the question where it fits: the only place that there is, or where words of the question's
    name stand beside it. Everywhere else it stays a blank."""
    asked = NAMED.fullmatch(new)
    name = asked[1] if asked else ""
    places = [
        _place(paragraph, name, found)
        for paragraph in root.iter(qn("p"))
        for found in re.finditer(re.escape(old), text_of(paragraph))
    ]
    for place in reversed(places):
        is_clear = len(places) == 1 or _is_beside(place)
        if not name or (is_clear and not _has_other_unit(place)):
            replace_span(place.paragraph, place.start, place.end, new)


def fitting(root: Any, values: Mapping[str, Any], blanks: Sequence[Mapping[str, Any]] = ()) -> list[tuple[Place, str]]:
    """What is to stand in which places instead: parties have the names of their own questions, an answer that does not
    fit a place of its question is a blank there, and `blanks` (see word_asking) have the answers to questions of their
    own. Ask before options are removed: they say what is in doubt."""
    places = list(_places(root))
    own = _parties(places, values) | {place: UNASKED for place in _misfits(places, set(values))}
    found = {(place.paragraph, place.start): (place, own.get(place, f"{{{place.name}}}")) for place in places}
    if blanks:
        paragraphs = list(root.iter(qn("p")))
        found |= {(place.paragraph, place.start): (place, words) for place, words in _asked(paragraphs, blanks, values)}
        order = {paragraph: number for number, paragraph in enumerate(paragraphs)}
        found = dict(sorted(found.items(), key=lambda item: (order[item[0][0]], item[0][1])))
    return [(_without_sign(place, values), words) for place, words in found.values()]


def _asked(
    paragraphs: Sequence[Any], blanks: Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> Iterator[tuple[Place, str]]:
    """The places of the blanks, where the document says there what it said when they were found."""
    for blank in blanks:
        place = _blank_place(paragraphs, blank)
        if place is not None:
            yield place, _words_of(blank, values)


def _blank_place(paragraphs: Sequence[Any], blank: Mapping[str, Any]) -> Place | None:
    if blank["paragraph"] >= len(paragraphs):
        return None
    paragraph = paragraphs[blank["paragraph"]]
    text, start = text_of(paragraph), blank["start"]
    end = start + len(blank["said"])
    if text[start:end] != blank["said"]:
        return None
    return Place(paragraph, blank["name"], text[:start], text[end:], start, end)


def _words_of(blank: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    if blank["kind"] == BOX:
        return TICKED if values.get(blank["name"]) == blank["equals"] else EMPTY
    return f"{{{blank['name']}}}{blank['said'] if blank['kind'] == NOTED else ''}"


def not_chosen(root: Any, blanks: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> list[Any]:
    """The lines that are options, of which others were chosen, with what belongs to them."""
    boxes = [blank for blank in blanks if blank["kind"] == BOX and blank["is_line"]]
    paragraphs = list(root.iter(qn("p"))) if boxes else []
    found = [(blank, place) for blank in boxes if (place := _blank_place(paragraphs, blank)) is not None]
    groups: dict[str, list[Any]] = {}
    for blank, place in found:
        groups.setdefault(blank["name"], []).append(place.paragraph)
    bodies: dict[Any, list[Any]] = {}
    for group in groups.values():
        bodies |= bodies_of(group, is_one=True)
    gone = [place.paragraph for blank, place in found if values.get(blank["name"]) not in (None, blank["equals"])]
    return [each for line in gone for each in (line, *bodies.get(line, []))]


def _without_sign(place: Place, values: Mapping[str, Any]) -> Place:
    """An answer that names its currency stands without the template's sign."""
    if not place.before.endswith("$") or not CURRENCY.match(str(values.get(place.name) or "")):
        return place
    return replace(place, before=place.before[:-1], start=place.start - 1)


def put(found: Sequence[tuple[Place, str]]) -> None:
    """A box may have been ticked in front since: the places moved by that."""
    moved = {place.paragraph: len(text_of(place.paragraph)) - place.length for place, _words in found}
    for place, words in reversed(found):
        by = moved[place.paragraph]
        replace_span(place.paragraph, place.start + by, place.end + by, words)


def remove_unsaid(root: Any, blanks: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> None:
    """A paragraph goes that was nothing but a note that asks for words, where none were given."""
    unsaid = {f"{{{blank['name']}}}" for blank in blanks if blank["kind"] == NOTED and not values.get(blank["name"])}
    for paragraph in list(root.iter(qn("p"))) if unsaid else ():
        if text_of(paragraph).strip() in unsaid:
            remove_paragraph(paragraph)


def _places(root: Any) -> Iterator[Place]:
    for paragraph in root.iter(qn("p")):
        for match in NAMED.finditer(text_of(paragraph)):
            yield _place(paragraph, match[1], match)


def _place(paragraph: Any, name: str, found: re.Match[str]) -> Place:
    text = text_of(paragraph)
    return Place(paragraph, name, text[: found.start()], text[found.end() :], found.start(), found.end())


def _parties(places: Collection[Place], values: Mapping[str, Any]) -> dict[Place, str]:
    """Where one question stands for several parties: what stands there instead."""
    found = {place: label for place in places if (label := _party_of(place))}
    labels: dict[str, set[str]] = {}
    for place, label in found.items():
        labels.setdefault(place.name, set()).add(label)
    return {
        place: _name_of(label, values)
        for place, label in found.items()
        if len(labels[place.name]) > 1 and not f"{place.name}_".startswith(f"{label}_")
    }


def _party_of(place: Place) -> str:
    match = PARTY.match(text_of(place.paragraph))
    return match[1].lower().replace(" ", "_") if match else ""


def _name_of(label: str, values: Mapping[str, Any]) -> str:
    asked = [name for each in PARTY_NAMES if (name := each.format(label)) in values]
    answered = [name for name in asked if values[name]]
    return f"{{{(answered or asked)[0]}}}" if asked else UNASKED


def _misfits(places: Collection[Place], names: Collection[str]) -> list[Place]:
    by_name: dict[str, list[Place]] = {}
    for place in places:
        by_name.setdefault(place.name, []).append(place)
    found = []
    for name, own in by_name.items():
        others = {other for other in {*names, *by_name} if other != name}
        is_at_home = any(is_title(name, _title(place)) for place in own)
        several = len({place.paragraph for place in own}) > 1
        for place in own:
            is_others = is_at_home and _is_titled_by(others, name, place)
            is_unclear = several and _is_figure(name) and not (_has_unit(place) or _is_beside(place))
            if _has_other_unit(place) or is_others or is_unclear:
                found.append(place)
    return found


def _is_figure(name: str) -> bool:
    return bool(unit_of(name)) or name.rsplit("_", 1)[-1] in AMOUNTS


def unit_of(name: str) -> str:
    """What an answer counts, by the last word of its question's name."""
    last = name.rsplit("_", 1)[-1]
    last = _UNIT_OF.get(last, last)
    return last if last in UNITS else last.removesuffix("s") if last.removesuffix("s") in UNITS else ""


def _has_unit(place: Place) -> bool:
    unit = unit_of(place.name)
    return bool(unit) and re.match(TO_UNIT + f"(?:{UNITS[unit]})", place.after, re.IGNORECASE) is not None


def _has_other_unit(place: Place) -> bool:
    """Another unit is written beside the place, or is asked for by a question of its own."""
    if not unit_of(place.name) or _has_unit(place):
        return False
    if place.before.rstrip().endswith(SIGNS):
        return True
    if any(re.match(TO_UNIT + f"(?:{unit})", place.after, re.IGNORECASE) for unit in UNITS.values()):
        return True
    asked = re.match(r"\s*\{([a-z]\w*)_unit\}", place.after)
    return asked is not None and not place.name.startswith(asked[1])


def _is_beside(place: Place) -> bool:
    """Words of the question's name stand in the paragraph or in the table row, or in the names of other questions that
    are asked there."""
    row = row_of(place.paragraph)
    said = f"{text_of(place.paragraph)} {_said(row) if row is not None else ''}".replace(f"{{{place.name}}}", " ")
    words = re.findall(r"[a-z]{4,}", NOTE.sub(" ", said).lower())
    return any(word.startswith(stem) for stem in _stems(place.name) for word in words)


def _stems(name: str) -> list[str]:
    """Beginnings of the words of a name that say what it is about."""
    words = [word for word in name.split("_") if len(word) > 3 and word not in _EMPTY_WORDS | AMOUNTS]
    return [word[: max(4, len(word) - 2)] for word in words if not unit_of(word)]


def _is_titled_by(others: Collection[str], name: str, place: Place) -> bool:
    """The row is about another question, by its first cell, and not about this one."""
    title = _title(place)
    return bool(title) and not is_title(name, title) and any(is_title(other, title) for other in others)


def is_title(name: str, title: str) -> bool:
    said = set(re.findall(r"[a-z0-9]+", title.lower()))
    return bool(title) and set(name.split("_")) <= said


def _title(place: Place) -> str:
    """The first cell of the row that the place stands in; empty where it stands in that cell, or in no row."""
    row = row_of(place.paragraph)
    cells = [] if row is None else row.findall(qn("tc"))
    if not cells or place.paragraph in set(cells[0].iter(qn("p"))):
        return ""
    return " ".join(text_of(paragraph) for paragraph in cells[0].iter(qn("p")))


def _said(part: Any) -> str:
    return " ".join(text_of(paragraph) for paragraph in part.iter(qn("p")))


def asking(root: Any) -> list[Any]:
    """The paragraphs that ask for something, or speak to whoever drafts."""
    return [each for each in root.iter(qn("p")) if re.search(r"\{[A-Za-z$]|\[|\(\s*x?\s*\)|☐", text_of(each))]


def darken(paragraphs: Collection[Any]) -> None:
    """They are marked in no colour any more."""
    for paragraph in paragraphs:
        for light in list(paragraph.iter(qn("highlight"))):
            light.getparent().remove(light)


def margins_of(docx: bytes) -> str:
    """The words of headers and footers, which no reader of documents takes for text."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = [each for each in package.infolist() if MARGIN.match(each.filename) and each.file_size <= MOST_MARGIN]
        found = [package.read(each).decode("utf-8", "replace") for each in parts]
    return "\n".join(html.unescape(re.sub(r"<[^>]*>", "", part.replace("</w:p>", "\n"))) for part in found)


def draw_lines(root: Any) -> list[str]:
    """Each open place is an empty line. Answers how the lines read that no question fills."""
    told: dict[str, None] = {}
    for paragraph in root.iter(qn("p")):
        if UNASKED in text_of(paragraph):
            told[_told(paragraph)] = None
        for match in reversed(list(re.finditer(f"[{UNASKED}{UNANSWERED}]", text_of(paragraph)))):
            replace_span(paragraph, match.start(), match.end(), LINE)
    return list(told)


def _told(paragraph: Any) -> str:
    """The words around the first empty line; of a paragraph without words those of the table row."""
    text = text_of(paragraph)
    row = row_of(paragraph)
    if row is not None and not re.search(r"[^\W\d_]{3,}", text):
        cells = [" ".join(text_of(each) for each in cell.iter(qn("p"))) for cell in row.findall(qn("tc"))]
        text = " | ".join(cells)
    text = " ".join(text.split())
    begin = max(text.find(UNASKED) - LEAD, 0)
    begin = text.find(" ", begin) + 1 if begin else 0
    shown = re.sub(f"[{UNASKED}{UNANSWERED}]", LINE, text[begin : begin + TOLD])
    return f"{'…' if begin else ''}{shown}{'…' if len(text) > begin + TOLD else ''}"
