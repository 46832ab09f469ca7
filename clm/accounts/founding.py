"""The way in for an empty installation: a founder makes an organization and its first administrator."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.access import FOUNDER
from clm.accounts.models import Membership, Organization
from clm.accounts.operations.found_organization import found_organization
from clm.accounts.operations.invite_person import invite_person
from clm.accounts.roles import Role


@transaction.atomic
def found_with_administrator(
    *,
    name: str,
    slug: str,
    email: str,
    time_zone: str = "UTC",
    currency: str = "EUR",
    holidays_country: str = "",
    mail_paused: bool = False,
    person: str = "",
    password_hash: str = "",
) -> tuple[Organization, Membership]:
    """An organization and its first administrator, who sets a password through the invitation unless one is given."""
    actor = system_actor(FOUNDER, new_id())
    with organization_scope(actor.organization_id):
        organization = found_organization(
            actor=actor,
            name=name,
            slug=slug,
            time_zone=time_zone,
            currency=currency,
            holidays_country=holidays_country,
            mail_paused=mail_paused,
        )
        administrator = invite_person(
            actor=actor, email=email, name=person, roles=[Role.ADMINISTRATOR], password_hash=password_hash
        )
    return organization, administrator


def new_id() -> UUID:
    """A time-ordered identifier, made by the database as every other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuidv7()")
        row = cursor.fetchone()
    return UUID(str(row[0])) if row else UUID(int=0)
