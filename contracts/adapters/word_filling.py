"""Templates are checked and filled in a process with bounds, as every upload is opened: see word_template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.lib.errors import DomainError, Invalid
from clm.lib.outside import outside_transactions
from contracts.adapters.word_writing import run_task
from contracts.engine.questionnaire import Field, condition_of, field_of

TEMPLATE = "template.docx"
NOT_FILLED = "template_not_filled"


def check_file(
    content: bytes, fields: Sequence[Field], rules: Mapping[str, Any]
) -> tuple[tuple[Field, ...], list[dict[str, Any]], dict[str, Any]]:
    """All questions of the template, the places of those that it asks besides `fields` (see `word_asking.asked_of`),
    and where the answers stand, as JSON (see `word_standing.standing_in`). Each of its placeholders has its field, and
    a document is made of it without any answer. `rules` are those of `word_template.fill`. Call outside of a
    transaction.

    Raises what `check_template` and `fill` raise, and Invalid `too_slow`, `too_much_memory` or `corrupt`.
    """
    rows = [field.as_json() for field in fields]
    _made, answer = _filled(content, {"fields": rows, "values": {}, "rules": dict(rules)})
    questions, places, conditions = answer["asked"]
    own = [replace(field, condition=condition_of(field.name, conditions.get(field.name))) for field in fields]
    asked = [each if each.condition else field for each, field in zip(own, fields, strict=True)]
    return (*asked, *(field_of(row) for row in questions)), places, answer["standing"]


def filled_file(content: bytes, values: Mapping[str, Any], rules: Mapping[str, Any]) -> tuple[bytes, list[str]]:
    """As `word_template.fill`, and bounded as `check_file` is."""
    made, answer = _filled(content, {"fields": None, "values": _sent(values), "rules": dict(rules)})
    return made, answer["blanks"]


def _filled(content: bytes, task: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    outside_transactions("a template is filled")
    try:
        answer, made = run_task({"do": "fill", **task}, {TEMPLATE: content})
    except Refused as refused:
        raise Invalid(refused.code, refused.message, fields={"file": [refused.message]}) from refused
    if answer["refused"]:
        code, message = answer["refused"]
        raise DomainError(code, message) if code == NOT_FILLED else Invalid(code, message, fields={"file": [message]})
    return made, answer


def fill_in_process(content: bytes, task: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """In the worker: the document, and the answer that goes with it."""
    from contracts.adapters.word_asking import asked_of
    from contracts.adapters.word_standing import standing_in
    from contracts.adapters.word_template import check_template, fill

    rules = task["rules"]
    asked: list[Any] = [[], [], {}]
    standing: dict[str, Any] = {}
    try:
        if task["fields"] is not None:
            fields = [_field(row) for row in task["fields"]]
            check_template(content, fields, rules.get("replacements", {}))
            if not rules.get("as_written"):
                asked = list(asked_of(content, fields, rules))
                all_asked = [*fields, *(field_of(row) for row in asked[0])]
                standing = standing_in(content, all_asked, rules, asked[1]).as_json()
                rules = rules | {"blanks": asked[1]}
        made, blanks = fill(content, _received(task["values"]), rules)
    except DomainError as refusal:
        return b"", {"refused": [refusal.code, refusal.message], "blanks": [], "asked": [[], [], {}]}
    return made, {"refused": None, "blanks": blanks, "asked": asked, "standing": standing}


def _field(row: Mapping[str, Any]) -> Field:
    """What the document needs to know of a question, as it was checked before."""
    items = tuple(_field(item) for item in row["items"])
    condition = condition_of(row["name"], row.get("condition"))
    return Field(
        row["name"], row["type"], row["label"], "", "", row["required"], None, tuple(row["options"]), items, condition
    )


def _sent(values: Mapping[str, Any]) -> dict[str, Any]:
    """Checked values as JSON with their kinds."""
    return {name: _value_sent(value) for name, value in values.items()}


def _value_sent(value: Any) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    return [_sent(entry) for entry in value] if isinstance(value, list) else value


def _received(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value_received(value) for name, value in values.items()}


def _value_received(value: Any) -> Any:
    if isinstance(value, dict):
        return date.fromisoformat(value["date"]) if "date" in value else Decimal(value["number"])
    return [_received(entry) for entry in value] if isinstance(value, list) else value
