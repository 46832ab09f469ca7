"""A template's questions, and answers checked by their type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

TYPES = ("string", "text", "date", "number", "boolean", "enum", "array")
NAME = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")
LONGEST = {"string": 1_000, "text": 20_000}
MOST_ITEMS = 100
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CODED = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+\Z")
_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0", ""}


class BadSchema(ValueError):
    """The questions cannot be asked as they stand; the message says why."""


@dataclass(frozen=True)
class Condition:
    """A question is asked only where the answer to `field` is one of `among`; or, where nothing is among them, where
    it is answered (`is_set`) or left open (not `is_set`). An answer of no is open."""

    field: str
    among: tuple[str | bool, ...] = ()
    is_set: bool = True

    def holds(self, value: Any) -> bool:
        if self.among:
            return value in self.among
        return (value not in (None, "", [], False)) is self.is_set

    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, **({"in": list(self.among)} if self.among else {"is_set": self.is_set})}


@dataclass(frozen=True)
class Field:
    """One question. `default` is in the form of an answer; `items` are the questions of one entry of an array."""

    name: str
    type: str
    label: str
    help: str = ""
    section: str = ""
    required: bool = False
    default: Any = None
    options: tuple[str, ...] = ()
    items: tuple[Field, ...] = ()
    condition: Condition | None = None

    def as_json(self) -> dict[str, Any]:
        """Without a condition there is no such key."""
        plain = {name: value for name, value in asdict(self).items() if name != "condition"}
        plain |= {"options": list(self.options), "items": [item.as_json() for item in self.items]}
        return plain | ({"condition": self.condition.as_json()} if self.condition else {})


def field_of(row: Mapping[str, Any], *, depth: int = 0) -> Field:
    """A question from its JSON form. Raises BadSchema."""
    name, type_ = row.get("name"), row.get("type")
    if not isinstance(name, str) or not NAME.match(name):
        raise BadSchema(f"“{str(name)[:80]}” is no name for a field: small letters, digits and underscores only.")
    if type_ not in TYPES:
        raise BadSchema(f"The field {name} has the type “{str(type_)[:40]}”, which is none of {', '.join(TYPES)}.")
    field = Field(
        name=name,
        type=type_,
        label=_text(row.get("label") or name.replace("_", " ").capitalize(), 300),
        help=_text(row.get("help"), 2_000),
        section=_text(row.get("section"), 120),
        required=bool(row.get("required")),
        default=row.get("default"),
        options=_options(name, type_, row.get("options")),
        items=_items(name, type_, row.get("items"), depth),
        condition=condition_of(name, row.get("condition"), depth),
    )
    _check_default(field)
    return field


def fields_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Field, ...]:
    """All questions in their order; each name once. Raises BadSchema."""
    fields = tuple(field_of(row) for row in rows)
    names = [field.name for field in fields]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadSchema(f"These fields are there twice: {', '.join(twice)}.")
    _check_conditions(fields)
    return fields


def condition_of(name: str, given: Any, depth: int = 0) -> Condition | None:
    """The condition of what is called `name` from its JSON form. Raises BadSchema."""
    if given is None:
        return None
    unclear = BadSchema(f"The condition of the field {name} names a field and one of equals, in and is_set.")
    if depth or not isinstance(given, Mapping) or not isinstance(given.get("field"), str):
        raise unclear
    if given.keys() == {"field", "is_set"} and isinstance(given["is_set"], bool):
        return Condition(given["field"], is_set=given["is_set"])
    among = [given["equals"]] if given.keys() == {"field", "equals"} else given.get("in")
    if given.keys() - {"equals", "in"} != {"field"} or not isinstance(among, list | tuple) or not 0 < len(among) <= 100:
        raise unclear
    if not all(isinstance(answer, bool) or _is_plain(answer) for answer in among):
        raise unclear
    return Condition(given["field"], tuple(among))


def _is_plain(answer: Any) -> bool:
    return isinstance(answer, str) and not _CONTROLS.search(answer)


def _check_conditions(fields: Sequence[Field]) -> None:
    """Each condition asks for an answer that its field can have, and no field waits for itself."""
    by_name = {field.name: field for field in fields}
    for field in fields:
        if field.condition is not None:
            check_answers(f"the field {field.name}", field.condition, by_name)
    for field in fields:
        check_circle(field, by_name)


def check_circle(field: Field, by_name: Mapping[str, Field]) -> None:
    """Raises BadSchema where the field waits for itself; conditions on fields that are none end the way."""
    above, seen = field.condition, {field.name}
    while above is not None:
        if above.field in seen:
            raise BadSchema(f"The condition of the field {field.name} leads back to itself.")
        seen.add(above.field)
        above = by_name[above.field].condition if above.field in by_name else None


def check_answers(whose: str, condition: Condition, by_name: Mapping[str, Field]) -> None:
    """Raises BadSchema unless the condition is on a field, and on answers that it can have."""
    source = by_name.get(condition.field)
    if source is None:
        raise BadSchema(f"The condition of {whose} names {condition.field[:80]}, which is no field.")
    if condition.among and not all(_can_be(source, answer) for answer in condition.among):
        raise BadSchema(f"The condition of {whose} asks for an answer that the field {source.name} cannot have.")


def _can_be(source: Field, answer: str | bool) -> bool:
    if source.type == "boolean":
        return isinstance(answer, bool)
    return answer in source.options if source.type == "enum" else source.type == "string" and isinstance(answer, str)


def _text(value: Any, most: int) -> str:
    return _CONTROLS.sub("", str(value or "")).strip()[:most]


def _options(name: str, type_: str, given: Any) -> tuple[str, ...]:
    if type_ != "enum":
        return ()
    if not isinstance(given, list | tuple) or not 0 < len(given) <= 100:
        raise BadSchema(f"The field {name} offers a choice and names no options.")
    return tuple(_text(option, 300) for option in given)


def _items(name: str, type_: str, given: Any, depth: int) -> tuple[Field, ...]:
    if type_ != "array":
        return ()
    if depth or not isinstance(given, list | tuple) or not 0 < len(given) <= 20:
        raise BadSchema(f"The field {name} is a list and does not say what one entry has.")
    items = tuple(field_of(row, depth=depth + 1) for row in given if isinstance(row, Mapping))
    if len(items) != len(given):
        raise BadSchema(f"The field {name} is a list and does not say what one entry has.")
    return items


def _check_default(field: Field) -> None:
    if field.default is None:
        return
    try:
        read(field, field.default)
    except ValueError as wrong:
        raise BadSchema(f"The default of the field {field.name} does not fit its type: {wrong}") from wrong


def read(field: Field, given: Any) -> Any:
    """The answer as a plain value: text, date, Decimal, bool or a list of entries. None where nothing is given.

    Raises ValueError with what to say beside the field.
    """
    if field.type == "boolean":
        return _read_boolean(given)
    if field.type == "array":
        return _read_array(field, given)
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    return _READERS[field.type](field, given)


def _read_boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = "" if given is None else str(given).strip().lower()
    if word not in _YES | _NO:
        raise ValueError("Say yes or no.")
    return word in _YES


def _read_text(field: Field, given: Any) -> str:
    if not isinstance(given, str | int | float | Decimal) or isinstance(given, bool):
        raise ValueError("Enter a text.")
    text = str(given).replace("\r\n", "\n").strip()
    if _CONTROLS.search(text):
        raise ValueError("This text has characters that no document can show.")
    if field.type == "string" and "\n" in text:
        text = " ".join(text.split())
    if len(text) > LONGEST[field.type]:
        raise ValueError(f"Enter at most {LONGEST[field.type]} characters.")
    return text


def _read_date(_field: Field, given: Any) -> date:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given).strip())
    except ValueError as wrong:
        raise ValueError("Enter a date as year-month-day, such as 2026-03-31.") from wrong


def _read_number(_field: Field, given: Any) -> Decimal:
    try:
        number = Decimal(str(given).strip()) if not isinstance(given, bool) else Decimal("NaN")
    except InvalidOperation as wrong:
        raise ValueError("Enter a number, such as 12 or 12.5.") from wrong
    if not number.is_finite() or abs(number.adjusted()) > 18:
        raise ValueError("Enter a number, such as 12 or 12.5.")
    return number


def _read_choice(field: Field, given: Any) -> str:
    if str(given) not in field.options:
        raise ValueError(f"Choose one of: {', '.join(field.options)}.")
    return str(given)


def _read_array(field: Field, given: Any) -> list[dict[str, Any]]:
    entries = [] if given is None or given == "" else given
    if not isinstance(entries, list | tuple):
        raise ValueError("Enter a list.")
    if len(entries) > MOST_ITEMS:
        raise ValueError(f"Enter at most {MOST_ITEMS} entries.")
    return [_read_entry(field, number, entry) for number, entry in enumerate(entries, 1)]


def _read_entry(field: Field, number: int, entry: Any) -> dict[str, Any]:
    if isinstance(entry, str) and len(field.items) == 1:
        entry = {field.items[0].name: entry}
    if not isinstance(entry, Mapping):
        raise ValueError(f"Entry {number}: name its parts.")
    strange = sorted(str(name)[:80] for name in entry.keys() - {item.name for item in field.items})
    if strange:
        raise ValueError(f"Entry {number} has no such part: {', '.join(strange)}.")
    found = {}
    for item in field.items:
        try:
            found[item.name] = read(item, entry.get(item.name, item.default))
        except ValueError as wrong:
            raise ValueError(f"Entry {number}, {item.label}: {wrong}") from wrong
        if item.required and item.type != "boolean" and found[item.name] is None:
            raise ValueError(f"Entry {number}, {item.label}: This answer is needed.")
    return found


_READERS = {
    "string": _read_text,
    "text": _read_text,
    "date": _read_date,
    "number": _read_number,
    "enum": _read_choice,
}


def check(fields: Sequence[Field], answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Values by name, defaults where a name is absent, and what is wrong by name. An answer left empty on purpose stays
    empty. An answer to no question is wrong. What is not asked has no answer, whatever was given, and needs none."""
    values: dict[str, Any] = {}
    wrong = {name: ["The template does not ask this."] for name in sorted(answers.keys() - {f.name for f in fields})}
    for field in fields:
        try:
            values[field.name] = read(field, answers.get(field.name, field.default))
        except ValueError as fault:
            wrong[field.name] = [str(fault)]
            continue
        if field.required and field.type != "boolean" and values[field.name] in (None, []):
            wrong[field.name] = ["This answer is needed."]
    for name in unasked(fields, values):
        wrong.pop(name, None)
    return _with_nothing_for(fields, values), wrong


def unasked(fields: Sequence[Field], values: Mapping[str, Any]) -> set[str]:
    """Names of the questions whose condition does not hold, and of those that depend on them. `values` are checked
    ones; one that is missing counts as not answered."""
    by_name = {field.name: field for field in fields}

    def is_asked(field: Field) -> bool:
        if field.condition is None:
            return True
        above = by_name[field.condition.field]
        return is_asked(above) and field.condition.holds(values.get(above.name))

    return {field.name for field in fields if not is_asked(field)}


def _with_nothing_for(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with nothing in the place of each that is not asked."""
    silent = unasked(fields, values)
    nothing: dict[str, Any] = {"boolean": False, "array": []}
    kept = {name: value for name, value in values.items() if name not in silent}
    return kept | {field.name: nothing.get(field.type) for field in fields if field.name in silent}


def as_json(value: Any) -> Any:
    """A checked value in the form in which answers are kept: dates as ISO text, numbers as decimal text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [{name: as_json(part) for name, part in entry.items()} for entry in value]
    return value


def option_words(option: str) -> str:
    """A choice as people read it: greater_of is Greater of. One that is written for people stays."""
    return option.replace("_", " ").capitalize() if _CODED.match(option) else option


def as_words(value: Any) -> Any:
    """A checked value as the document says it: 21 November 2026, and nothing where there is no answer."""
    if isinstance(value, date):
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return [{name: as_words(part) for name, part in entry.items()} for entry in value]
    return "" if value is None else value


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
