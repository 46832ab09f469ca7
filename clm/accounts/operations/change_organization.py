"""An organization has other settings."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Organization
from clm.accounts.operations.guards import check_country, check_currency, check_zone
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import note_lock


@transaction.atomic
def change_organization(
    *,
    actor: Actor,
    name: str | None = None,
    time_zone: str | None = None,
    currency: str | None = None,
    holidays_country: str | None = None,
    mail_paused: bool | None = None,
) -> Organization:
    """What was given is changed; what was not stays. Figures computed before keep the values they were computed with.

    Raises Invalid `name_missing`, `time_zone_unknown`, `currency_unknown` or `country_unknown`.
    """
    organization = Organization.objects.select_for_update().get(pk=actor.organization_id)
    note_lock(organization)
    require(actor, "accounts.change_organization")
    changes: dict[str, str | bool | None] = {
        "name": name, "time_zone": time_zone, "currency": currency,
        "holidays_country": holidays_country, "mail_paused": mail_paused,
    }  # fmt: skip
    given = {field: value for field, value in changes.items() if value is not None}
    before = events.organization_facts(organization)
    for field, value in given.items():
        setattr(organization, field, value)
    _check(organization)
    organization.save(update_fields=list(given))
    record(actor, events.organization_changed(organization, before=before))
    return organization


def _check(organization: Organization) -> None:
    if not organization.name.strip():
        raise Invalid("name_missing", "An organization has a name.", fields={"name": ["Give a name."]})
    check_zone(organization.time_zone)
    check_currency(organization.currency)
    check_country(organization.holidays_country)
