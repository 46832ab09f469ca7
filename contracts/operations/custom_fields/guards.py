"""What definitions must be, and how a contract's values are written: a step of the verbs on contracts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.accounts.models import Membership, Team
from clm.lib.errors import Invalid
from clm.lib.money import is_iso_4217
from contracts.engine import custom_values as engine
from contracts.models import Contract, CustomField, CustomValue, Party
from contracts.models.contract import Category
from contracts.queries.custom_fields import asked_fields, values_of

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_CHOICES = 200
MOST_TAGS, LONGEST_TAG = 30, 40


def check_definition(field: CustomField) -> None:
    """Raises Invalid `key_unfit`, `label_missing`, `kind_unknown`, `category_unknown`, `choices_unfit`."""
    if not KEY.fullmatch(field.key) or field.key in {each.name for each in Contract._meta.get_fields()}:
        message = _("A key is small letters, digits and underscores, and no fact that contracts have anyway.")
        raise Invalid("key_unfit", message, fields={"key": [message]})
    if not field.label.strip():
        message = _("Say what it is called.")
        raise Invalid("label_missing", message, fields={"label": [message]})
    if field.kind not in CustomField.Kind.values:
        message = _("Choose a type.")
        raise Invalid("kind_unknown", message, fields={"kind": [message]})
    if not set(field.categories) <= set(Category.values):
        message = _("Choose types of contract.")
        raise Invalid("category_unknown", message, fields={"categories": [message]})
    _check_choices(field)


def _check_choices(field: CustomField) -> None:
    wants = field.kind in (engine.CHOICE, engine.CHOICES)
    fits = len(set(field.choices)) == len(field.choices) and len(field.choices) <= MOST_CHOICES
    fits = fits and all(each.strip() and len(each) <= 80 for each in field.choices)
    if wants != bool(field.choices) or not fits:
        message = _("Name each choice once, in at most 80 characters, where there is something to choose.")
        raise Invalid("choices_unfit", message, fields={"choices": [message]})


def put_values(contract: Contract, sent: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The locked contract has the values, by key; an empty one is taken away. Answers what the changed ones were and
    are. Raises Invalid `custom_field_unknown`, `custom_value_unfit`, `custom_field_missing`, each beside its field
    (`custom_fields.<key>`)."""
    asked = {field.key: field for field in asked_fields(contract.category)}
    for key in sent:
        if key not in asked:
            raise _refused("custom_field_unknown", key, _("This type of contract has no such field."))
    before = values_of(contract)
    read = {key: _read(asked[key], value) for key, value in sent.items() if not engine.is_empty(value)}
    for key, field in asked.items():
        if field.is_required and key not in read and (key in sent or key not in before):
            raise _refused("custom_field_missing", key, _("This must be given."))
    changed = {key: engine.as_json(read[key]) if key in read else None for key in sent}
    changed = {key: value for key, value in changed.items() if before.get(key) != value}
    for key in changed:
        CustomValue.objects.filter(contract=contract, field=asked[key]).delete()
    rows = [row for key in changed if key in read for row in _rows(contract, asked[key], read[key])]
    CustomValue.objects.bulk_create(rows)
    return {key: before.get(key) for key in changed}, changed


def _refused(code: str, key: str, message: str) -> Invalid:
    return Invalid(code, message, fields={f"custom_fields.{key}": [message]})


def _read(field: CustomField, value: Any) -> Any:
    try:
        read = engine.read(field.kind, field.choices, value)
    except engine.Unfit as unfit:
        raise _refused("custom_value_unfit", field.key, said(unfit.code)) from unfit
    if field.kind == engine.AMOUNT and not is_iso_4217(read.currency):
        raise _refused("custom_value_unfit", field.key, _("Not an ISO 4217 currency."))
    if field.kind == engine.PERSON and not Membership.objects.filter(user_id=read, removed_at=None).exists():
        raise _refused("custom_value_unfit", field.key, _("Not a member."))
    if field.kind == engine.PARTY and not Party.objects.filter(pk=read).exists():
        raise _refused("custom_value_unfit", field.key, _("No such party."))
    return read


def said(code: str) -> str:
    """What is wrong with a value, for people."""
    words = {
        "text": _("Not a text."),
        "long": _("Too long."),
        "number": _("Not a number."),
        "whole": _("Not a whole number."),
        "amount": _("An amount has a number and a currency."),
        "date": _("Not a date."),
        "choice": _("Not one of the choices."),
        "yes_no": _("Yes or no."),
        "id": _("Not found."),
        "link": _("A link begins with https:// or http://."),
    }
    return words[code]


def _rows(contract: Contract, field: CustomField, value: Any) -> list[CustomValue]:
    made = CustomValue(organization_id=contract.organization_id, contract=contract, field=field)
    if isinstance(value, list):
        return [
            CustomValue(
                organization_id=contract.organization_id, contract=contract, field=field, position=place, text=each
            )
            for place, each in enumerate(value)
        ]
    for name, part in _columns(field.kind, value).items():
        setattr(made, name, part)
    return [made]


def _columns(kind: str, value: Any) -> dict[str, Any]:
    if kind == engine.AMOUNT:
        return {"number": value.amount, "currency": value.currency}
    if kind == engine.YES_NO:
        return {"text": "yes" if value else "no"}
    names = {
        engine.INTEGER: "number", engine.DECIMAL: "number", engine.DATE: "day", engine.PERSON: "person_id",
        engine.PARTY: "party_id", engine.LONG_TEXT: "long_text",
    }  # fmt: skip
    return {names.get(kind, "text"): value}


def check_department(team_id: UUID | None) -> None:
    """Raises Invalid `department_unknown` where no team is a department of this id."""
    if team_id is None or Team.objects.filter(pk=team_id, kind=Team.Kind.DEPARTMENT).exists():
        return
    message = _("Not a department.")
    raise Invalid("department_unknown", message, fields={"department": [message]})


def check_tags(tags: Sequence[str]) -> list[str]:
    """The tags without blanks around and doubles, in their order. Raises Invalid `tags_unfit`."""
    found = list(dict.fromkeys(" ".join(tag.split()) for tag in tags))
    if len(found) > MOST_TAGS or any(not tag or len(tag) > LONGEST_TAG for tag in found):
        message = _("At most 30 tags, of at most 40 characters each.")
        raise Invalid("tags_unfit", message, fields={"tags": [message]})
    return found


def in_use(field: CustomField, choice: str) -> bool:
    return CustomValue.objects.filter(field=field, text=choice).exists()
