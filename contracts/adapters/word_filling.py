"""Templates are checked and filled in a process with bounds, as every upload is opened: see word_template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.lib.errors import DomainError, Invalid
from clm.lib.outside import outside_transactions
from contracts.adapters.word_writing import run_task
from contracts.engine.questionnaire import Field

TEMPLATE = "template.docx"
NOT_FILLED = "template_not_filled"


def check_file(content: bytes, fields: Sequence[Field], rules: Mapping[str, Any]) -> None:
    """Nothing, where each placeholder of the template has its field and a document is made of it without any answer.
    `rules` are those of `word_template.fill`. Call outside of a transaction.

    Raises what `check_template` and `fill` raise, and Invalid `too_slow`, `too_much_memory` or `corrupt`.
    """
    _filled(content, {"fields": [_facts(field) for field in fields], "values": {}, "rules": dict(rules)})


def filled_file(content: bytes, values: Mapping[str, Any], rules: Mapping[str, Any]) -> tuple[bytes, list[str]]:
    """As `word_template.fill`, and bounded as `check_file` is."""
    return _filled(content, {"fields": None, "values": _sent(values), "rules": dict(rules)})


def _filled(content: bytes, task: dict[str, Any]) -> tuple[bytes, list[str]]:
    outside_transactions("a template is filled")
    try:
        answer, made = run_task({"do": "fill", **task}, {TEMPLATE: content})
    except Refused as refused:
        raise Invalid(refused.code, refused.message, fields={"file": [refused.message]}) from refused
    if answer["refused"]:
        code, message = answer["refused"]
        raise DomainError(code, message) if code == NOT_FILLED else Invalid(code, message, fields={"file": [message]})
    return made, answer["blanks"]


def fill_in_process(content: bytes, task: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """In the worker: the document, and the answer that goes with it."""
    from contracts.adapters.word_template import check_template, fill

    try:
        if task["fields"] is not None:
            fields = [_field(row) for row in task["fields"]]
            check_template(content, fields, task["rules"].get("replacements", {}))
        made, blanks = fill(content, _received(task["values"]), task["rules"])
    except DomainError as refusal:
        return b"", {"refused": [refusal.code, refusal.message], "blanks": []}
    return made, {"refused": None, "blanks": blanks}


def _facts(field: Field) -> dict[str, Any]:
    """What a placeholder needs to know of its question."""
    return {"name": field.name, "type": field.type, "items": [_facts(item) for item in field.items]}


def _field(row: Mapping[str, Any]) -> Field:
    return Field(row["name"], row["type"], row["name"], items=tuple(_field(item) for item in row["items"]))


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
