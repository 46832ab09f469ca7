"""What the verbs on a party share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from clm.lib.errors import Invalid, NotVisible
from clm.lib.zones import is_zone
from contracts.models import Party, PartyAddress, PartyContact, PartyIdentifier
from contracts.states import Side

Part = PartyAddress | PartyContact | PartyIdentifier
HOURS = ("days", "opens_at", "closes_at")
CHANGE = "contracts.change_party"


def part_of_party(party: Party, model: type[Model], part_id: UUID) -> Any:
    """The row that belongs to a locked party, or NotVisible."""
    found = model._default_manager.filter(party=party, pk=part_id).first()
    if found is None:
        raise NotVisible
    return found


def check_choice(name: str, value: str, choices: list[str]) -> None:
    if value not in choices:
        message = _("Choose one.")
        raise Invalid(f"{name}_unknown", message, fields={name: [message]})


def check_country(value: str) -> None:
    if not (len(value) == 2 and value.isascii() and value.isupper() and value.isalpha()):
        message = _("A country is two capital letters (ISO 3166), such as DE.")
        raise Invalid("country_unreadable", message, fields={"country": [message]})


def check_contact(facts: dict[str, Any]) -> None:
    """Raises Invalid `side_unknown`, `contact_unreachable`, `level_unknown`, `days_unknown`, `zone_unknown`,
    `hours_incomplete`."""
    check_choice("side", facts["side"], Side.values)
    if not (facts["email"] or facts["phone"]):
        message = _("Give an e-mail address or a phone number.")
        raise Invalid("contact_unreachable", message, fields={"email": [message]})
    if facts["escalation_level"] is not None and not 1 <= facts["escalation_level"] <= 9:
        message = _("A level is from 1 to 9.")
        raise Invalid("level_unknown", message, fields={"escalation_level": [message]})
    _check_hours(facts)


def _check_hours(facts: dict[str, Any]) -> None:
    if not set(facts["days"]) <= set(range(1, 8)):
        message = _("Days are 1 (Monday) to 7 (Sunday).")
        raise Invalid("days_unknown", message, fields={"days": [message]})
    if not is_zone(facts["time_zone"]):
        message = _("Not an IANA time zone.")
        raise Invalid("zone_unknown", message, fields={"time_zone": [message]})
    if (facts["opens_at"] is None) != (facts["closes_at"] is None):
        name = "closes_at" if facts["closes_at"] is None else "opens_at"
        message = _("Give both times, or neither.")
        raise Invalid("hours_incomplete", message, fields={name: [message]})
