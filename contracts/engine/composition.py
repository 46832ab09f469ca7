"""A template that is written here: sections of clauses, each always in it, under a condition or for each entry of a
list, and the questions whose answers its words hold.

`{name}` in the words is an answer; in a repeated part `{$entry.part}` is a part of the entry. A clause has own words,
or those of a position of the library. The parts of a clause (the deeper ones that follow it) come and go with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.engine.questionnaire import Condition, Field, as_words, unasked

VARIABLE = re.compile(r"\{(?:\$(?P<entry>[A-Za-z]\w*)\.(?P<part>[a-z]\w*)|(?P<name>[a-z]\w*))\}")
ENTRY = "entry"
# No question can be called so: names of questions have no capitals.
CONDITION = "theCondition"
DEEPEST = 3


@dataclass(frozen=True)
class Tie:
    """The position of the library whose words a clause has: the ids of its version and clause, the version's number."""

    version: str
    position: str
    clause: str = ""
    number: int = 0

    def as_json(self) -> dict[str, Any]:
        return {"version": self.version, "position": self.position, "clause": self.clause, "number": self.number}


@dataclass(frozen=True)
class ComposedClause:
    """`level` counts from 1 within its section; `repeat` is the name of a list."""

    text: str
    heading: str = ""
    level: int = 1
    condition: Condition | None = None
    repeat: str = ""
    tie: Tie | None = None

    def as_json(self) -> dict[str, Any]:
        found = {"heading": self.heading, "level": self.level, "text": self.text}
        return found | _circumstances(self) | ({"library": self.tie.as_json()} if self.tie else {})


@dataclass(frozen=True)
class ComposedSection:
    """Where it is not numbered its clauses are not either: a preamble, the signatures."""

    heading: str = ""
    is_numbered: bool = True
    condition: Condition | None = None
    repeat: str = ""
    clauses: tuple[ComposedClause, ...] = ()

    def as_json(self) -> dict[str, Any]:
        found = {"heading": self.heading, "numbered": self.is_numbered, **_circumstances(self)}
        return found | {"clauses": [clause.as_json() for clause in self.clauses]}


@dataclass(frozen=True)
class Composition:
    """`title` stands above the first section, with words for answers as everywhere."""

    title: str
    sections: tuple[ComposedSection, ...]
    questions: tuple[Field, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "sections": [section.as_json() for section in self.sections],
            "questions": [question.as_json() for question in self.questions],
        }


def _circumstances(part: ComposedClause | ComposedSection) -> dict[str, Any]:
    found: dict[str, Any] = {"condition": part.condition.as_json()} if part.condition else {}
    return found | ({"repeat": part.repeat} if part.repeat else {})


@dataclass(frozen=True)
class Branch:
    """A clause with its parts. `place` is its index in the section."""

    clause: ComposedClause
    place: int
    parts: tuple[Branch, ...]


def branches(clauses: Sequence[ComposedClause]) -> tuple[Branch, ...]:
    """The clauses as a tree, in their order."""
    return _grown(list(enumerate(clauses)))


def _grown(rows: Sequence[tuple[int, ComposedClause]]) -> tuple[Branch, ...]:
    found, at = [], 0
    while at < len(rows):
        place, clause = rows[at]
        end = at + 1
        while end < len(rows) and rows[end][1].level > clause.level:
            end += 1
        found.append(Branch(clause, place, _grown(rows[at + 1 : end])))
        at = end
    return tuple(found)


def conditions_of(composition: Composition) -> dict[str, Condition]:
    """Each condition of sections and clauses once, by the name that the document has for it."""
    found: list[Condition] = []
    for section in composition.sections:
        for condition in (section.condition, *(clause.condition for clause in section.clauses)):
            if condition is not None and condition not in found:
                found.append(condition)
    return {f"{CONDITION}{number}": condition for number, condition in enumerate(found, 1)}


def held(composition: Composition, values: Mapping[str, Any]) -> dict[str, bool]:
    """Which of them hold: where a question under that condition would be asked. `values` are checked answers."""
    conditions = conditions_of(composition)
    asked = [Field(name, "boolean", name, condition=condition) for name, condition in conditions.items()]
    silent = unasked((*composition.questions, *asked), values)
    return {name: name not in silent for name in conditions}


def variables_in(text: str) -> list[str]:
    """The names of the questions whose answers the words hold, without those of entries."""
    return [match["name"] for match in VARIABLE.finditer(text) if match["name"]]


@dataclass(frozen=True)
class Produced:
    """A clause as the answers make it. `section` and `place` say where it stands in the composition."""

    section: int
    place: int
    heading: str
    text: str
    tie: Tie | None


def produced(composition: Composition, values: Mapping[str, Any]) -> list[Produced]:
    """The clauses that are in the document, in its order; a repeated one once for each entry."""
    return list(_Making(composition, values).clauses())


class _Making:
    def __init__(self, composition: Composition, values: Mapping[str, Any]) -> None:
        self.composition, self.values = composition, values
        names = conditions_of(composition)
        holds = held(composition, values)
        self.holding = {condition: holds[name] for name, condition in names.items()}

    def clauses(self) -> Iterator[Produced]:
        for number, section in enumerate(self.composition.sections):
            for entry in self._rounds(section, None):
                for branch in branches(section.clauses):
                    yield from self._branch(number, branch, entry)

    def _branch(self, section: int, branch: Branch, entry: Mapping[str, Any] | None) -> Iterator[Produced]:
        for own in self._rounds(branch.clause, entry):
            clause = branch.clause
            yield Produced(
                section, branch.place, self._said(clause.heading, own), self._said(clause.text, own), clause.tie
            )
            for part in branch.parts:
                yield from self._branch(section, part, own)

    def _rounds(
        self, part: ComposedSection | ComposedClause, entry: Mapping[str, Any] | None
    ) -> list[Mapping[str, Any] | None]:
        """The entries for which the part stands: none where its condition does not hold."""
        if part.condition is not None and not self.holding[part.condition]:
            return []
        return list(self.values.get(part.repeat) or ()) if part.repeat else [entry]

    def _said(self, text: str, entry: Mapping[str, Any] | None) -> str:
        def word(match: re.Match[str]) -> str:
            source = (entry or {}) if match["entry"] else self.values
            return str(as_words(source.get(match["part"] or match["name"])))

        return VARIABLE.sub(word, text)


def ties_among(made: Sequence[Produced], clauses: Sequence[tuple[str, str]]) -> dict[int, Tie]:
    """Which of a document's clauses, as (heading, text) in reading order, have which words of the library, by place."""
    found: dict[int, Tie] = {}
    at = 0
    for clause in made:
        if clause.tie is None:
            continue
        places = range(at, len(clauses))
        place = next((each for each in places if _begins(clauses[each], clause)), None)
        if place is not None:
            found[place], at = clause.tie, place + 1
    return found


def _begins(clause: tuple[str, str], made: Produced) -> bool:
    heading, text = clause
    lines = [line for line in (_plain(each) for each in made.text.split("\n")) if line]
    wanted, is_headed = _plain(made.heading), bool(made.heading.strip())
    if is_headed and _plain(heading) != wanted:
        return False
    body = _plain(text)
    return lines[0] in body if lines and not is_headed else is_headed and (not lines or _fits(lines[0], body, wanted))


def _fits(line: str, body: str, heading: str) -> bool:
    """The words stand under their heading, or are clauses of their own that follow it."""
    return line in body or body.endswith(heading)


def _plain(text: str) -> str:
    """An answer that was left empty is an empty line in the document."""
    return " ".join(re.sub(r"_{4,}", "", text).split())
