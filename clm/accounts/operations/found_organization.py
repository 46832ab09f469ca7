"""A new organization exists."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Organization
from clm.accounts.operations.guards import check_country, check_currency, check_zone
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError


@transaction.atomic
def found_organization(
    *,
    actor: Actor,
    name: str,
    slug: str,
    time_zone: str = "UTC",
    currency: str = "EUR",
    holidays_country: str = "",
    mail_paused: bool = False,
) -> Organization:
    """The organization whose id the actor carries exists; nobody is in it yet.

    The actor is the system actor `founder`, made for a fresh id and acting in that id's scope: an organization is
    founded by whoever runs the installation, never through a page. Raises DomainError `slug_taken`, Invalid.
    """
    require(actor, "accounts.found_organization")
    check_zone(time_zone)
    check_currency(currency)
    check_country(holidays_country)
    if Organization.objects.filter(slug=slug).exists():
        raise DomainError("slug_taken", "Another organization has this short name.", fields={"slug": ["Taken."]})
    organization = Organization.objects.create(
        id=actor.organization_id,
        name=name,
        slug=slug,
        time_zone=time_zone,
        currency=currency,
        holidays_country=holidays_country,
        mail_paused=mail_paused,
    )
    record(actor, events.organization_founded(organization))
    return organization
