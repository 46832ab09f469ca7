"""A composition from its JSON form, with everything that is wrong in it said where it is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.engine.composition import (
    DEEPEST,
    ENTRY,
    VARIABLE,
    ComposedClause,
    ComposedSection,
    Composition,
    Tie,
)
from contracts.engine.questionnaire import (
    BadSchema,
    Condition,
    Field,
    check_answers,
    check_circle,
    condition_of,
    field_of,
)

MOST = {"sections": 100, "clauses": 300, "questions": 200}
LONGEST_HEADING = 300
LONGEST_WORDS = 40_000
LONGEST = 1_000_000  # characters of all words together
SECTION_KEYS = {"heading", "numbered", "condition", "repeat", "clauses"}
CLAUSE_KEYS = {"heading", "level", "text", "condition", "repeat", "library"}
QUESTION_KEYS = {
    "name", "type", "label", "help", "section", "required", "default", "options", "items", "condition",
}  # fmt: skip
TIE_KEYS = {"version", "position", "clause", "number"}
Faults = dict[str, list[str]]


class BadComposition(ValueError):
    """`faults` are what is wrong, by place: `sections.0.clauses.2.text`."""

    def __init__(self, faults: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{place}: {' '.join(texts)}" for place, texts in faults.items()))
        self.faults = dict(faults)


def composition_of(given: Any, known: Mapping[str, list[str]] | None = None) -> Composition:
    """The composition. A clause of the library has its words beside its tie already. `known` are faults that were found
    before. Raises BadComposition."""
    reading = _Reading(known or {})
    found = reading.composition(given)
    if reading.faults:
        raise BadComposition(reading.faults)
    return found


class _Reading:
    """What is wrong is gathered; what cannot be read is left out."""

    def __init__(self, known: Mapping[str, list[str]]) -> None:
        self.faults: defaultdict[str, list[str]] = defaultdict(list)
        for place, texts in known.items():
            self.faults[place].extend(texts)
        self.fields: dict[str, Field] = {}
        self.clauses = self.letters = 0

    def say(self, place: str, message: str) -> None:
        if message not in self.faults[place]:
            self.faults[place].append(message)

    def composition(self, given: Any) -> Composition:
        if not isinstance(given, Mapping):
            self.say("sections", "A composition has a title, sections and questions.")
            return Composition("", (), ())
        self._keys(given, {"title", "sections", "questions"}, "sections")
        questions = self._questions(self._rows(given, "questions", ""))
        sections = tuple(
            self._section(row, f"sections.{place}") for place, row in enumerate(self._rows(given, "sections", ""))
        )
        if not self.clauses:
            self.say("sections", "A template has a clause at least.")
        if self.clauses > MOST["clauses"]:
            self.say("sections", f"A template has at most {MOST['clauses']} clauses.")
        title = self._words(given.get("title"), "title", LONGEST_HEADING, None)
        if self.letters > LONGEST:
            self.say("sections", f"A template has at most {LONGEST} characters.")
        return Composition(" ".join(title.split()), sections, questions)

    def _keys(self, row: Mapping[str, Any], allowed: set[str], place: str) -> None:
        strange = sorted(str(key)[:40] for key in row.keys() - allowed)
        if strange:
            self.say(place, f"This is not known here: {', '.join(strange)}.")

    def _rows(self, given: Mapping[str, Any], name: str, place: str) -> Sequence[Mapping[str, Any]]:
        rows, at = given.get(name) or [], f"{place}{name}"
        if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
            self.say(at, "This is a list.")
            return []
        if len(rows) > MOST[name]:
            self.say(at, f"There are at most {MOST[name]} {name}.")
            return []
        return rows

    def _questions(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Field, ...]:
        found: list[Field] = []
        for place, row in enumerate(rows):
            self._keys(row, QUESTION_KEYS, f"questions.{place}")
            items = row.get("items")
            for part in items if isinstance(items, list | tuple) else ():
                if isinstance(part, Mapping):
                    self._keys(part, QUESTION_KEYS, f"questions.{place}.items")
            try:
                field = field_of(row)
            except BadSchema as fault:
                self.say(f"questions.{place}", str(fault))
                continue
            if field.name in self.fields:
                self.say(f"questions.{place}", f"The name {field.name} is there twice.")
            self.fields[field.name] = field
            found.append(field)
        self._question_conditions(rows)
        return tuple(found)

    def _question_conditions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for place, row in enumerate(rows):
            field = self.fields.get(str(row.get("name")))
            if field is None or field.condition is None:
                continue
            try:
                check_answers(f"the field {field.name}", field.condition, self.fields)
                check_circle(field, self.fields)
            except BadSchema as fault:
                self.say(f"questions.{place}.condition", str(fault))

    def _section(self, row: Mapping[str, Any], place: str) -> ComposedSection:
        self._keys(row, SECTION_KEYS, place)
        repeat = self._repeat(row, place)
        is_numbered = row.get("numbered", True)
        if not isinstance(is_numbered, bool):
            self.say(f"{place}.numbered", "Say yes or no.")
        heading = self._heading(row, place, self.fields.get(repeat))
        if is_numbered and not heading and f"{place}.heading" not in self.faults:
            self.say(f"{place}.heading", "A numbered section has a heading.")
        return ComposedSection(
            heading=heading,
            is_numbered=bool(is_numbered),
            condition=self._condition(row, place, "the section"),
            repeat=repeat,
            clauses=self._clauses(row, place, self.fields.get(repeat), is_numbered=bool(is_numbered)),
        )

    def _clauses(
        self, section: Mapping[str, Any], place: str, around: Field | None, *, is_numbered: bool
    ) -> tuple[ComposedClause, ...]:
        """In a repeated clause its parts have its entry."""
        found: list[ComposedClause] = []
        open_lists: list[tuple[int, Field]] = []
        for number, row in enumerate(self._rows(section, "clauses", f"{place}.")):
            at = f"{place}.clauses.{number}"
            level = self._level(row, at, found[-1].level if found else 0)
            open_lists = [each for each in open_lists if each[0] < level]
            above = open_lists[-1][1] if open_lists else around
            clause = self._clause(row, at, level, above)
            if clause.repeat in self.fields:
                open_lists.append((level, self.fields[clause.repeat]))
            if clause.tie and not clause.heading and not is_numbered:
                self.say(f"{at}.heading", "A clause of the library has a heading where it has no number.")
            found.append(clause)
        self.clauses += len(found)
        return tuple(found)

    def _clause(self, row: Mapping[str, Any], place: str, level: int, above: Field | None) -> ComposedClause:
        self._keys(row, CLAUSE_KEYS, place)
        if isinstance(row.get("library"), Mapping):
            self._keys(row["library"], TIE_KEYS, f"{place}.library")
        repeat = self._repeat(row, place)
        if repeat and above is not None:
            self.say(f"{place}.repeat", "A repeated part within a repeated part is not taken.")
        entry = self.fields.get(repeat) or above
        text = self._words(row.get("text"), f"{place}.text", LONGEST_WORDS, entry)
        heading = self._heading(row, place, entry)
        if not text and not heading and f"{place}.library" not in self.faults:
            self.say(f"{place}.text", "A clause has words.")
        return ComposedClause(
            text=text,
            heading=heading,
            level=level,
            condition=self._condition(row, place, "the clause"),
            repeat=repeat,
            tie=_tie(row.get("library")),
        )

    def _level(self, row: Mapping[str, Any], place: str, before: int) -> int:
        level = row.get("level", 1)
        if not isinstance(level, int) or isinstance(level, bool) or not 0 < level <= DEEPEST:
            self.say(f"{place}.level", f"A level is a number from 1 to {DEEPEST}.")
            return max(before, 1)
        if level > before + 1:
            self.say(f"{place}.level", "A clause is at most one level below the one before it.")
        return level

    def _heading(self, row: Mapping[str, Any], place: str, entry: Field | None) -> str:
        return " ".join(self._words(row.get("heading"), f"{place}.heading", LONGEST_HEADING, entry).split())

    def _repeat(self, row: Mapping[str, Any], place: str) -> str:
        repeat = row.get("repeat") or ""
        if not repeat:
            return ""
        field = self.fields.get(repeat) if isinstance(repeat, str) else None
        if field is None or field.type != "array":
            self.say(f"{place}.repeat", f"{str(repeat)[:80]} is no list among the questions.")
            return ""
        return field.name

    def _condition(self, row: Mapping[str, Any], place: str, whose: str) -> Condition | None:
        try:
            condition = condition_of(whose, row.get("condition"))
            if condition is not None:
                check_answers(whose, condition, self.fields)
        except BadSchema as fault:
            self.say(f"{place}.condition", str(fault))
            return None
        return condition

    def _words(self, given: Any, place: str, most: int, entry: Field | None) -> str:
        if given is not None and not isinstance(given, str):
            self.say(place, "This is a text.")
            return ""
        text = (given or "").replace("\r\n", "\n").strip()
        self.letters += len(text)
        if len(text) > most:
            self.say(place, f"Enter at most {most} characters.")
        if any(
            letter != "\n" and letter != "\t" and not letter.isprintable() and letter != "\u00a0" for letter in text
        ):
            self.say(place, "This text has characters that no document can show.")
        for match in VARIABLE.finditer(text):
            self._variable(match["entry"], match["part"] or match["name"], place, entry)
        if any(sign in VARIABLE.sub("", text) for sign in "{}"):
            self.say(place, "Braces stand only around the name of a question, as in {party_name}.")
        return text

    def _variable(self, entry: str | None, name: str, place: str, around: Field | None) -> None:
        if entry is None:
            self._answer(name, place)
        elif around is None or entry != ENTRY:
            self.say(place, f"{{${entry}.{name}}} stands in a repeated part, as {{${ENTRY}.{name}}}.")
        else:
            item = next((item for item in around.items if item.name == name), None)
            if item is None:
                self.say(place, f"An entry of {around.name} has no part {name}.")
            elif item.type == "boolean":
                self.say(place, f"{name} is answered by yes or no: it is a condition, not words.")

    def _answer(self, name: str, place: str) -> None:
        field = self.fields.get(name)
        if field is None:
            self.say(place, f"No question has the name {name}.")
        elif field.type in ("boolean", "array"):
            kind = "a list: repeat the part for its entries" if field.type == "array" else "a condition"
            self.say(place, f"{name} is no text but {kind}.")


def _tie(given: Any) -> Tie | None:
    if not isinstance(given, Mapping):
        return None
    number = given.get("number")
    return Tie(
        version=str(given.get("version", "")),
        position=str(given.get("position", "")),
        clause=str(given.get("clause", "")),
        number=number if isinstance(number, int) else 0,
    )
