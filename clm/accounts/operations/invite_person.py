"""A person is a member, and hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Membership, Organization, User
from clm.accounts.operations.guards import check_gives_no_more_than_has, checked_roles
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid


@transaction.atomic
def invite_person(
    *, actor: Actor, email: str, roles: Iterable[str], name: str = "", password_hash: str = ""
) -> Membership:
    """The person with this address is a member with these roles; a former member is one again.

    Somebody new has no password and sets one through the link that the invitation mail carries; `password_hash`, as
    Django stores it, is for management commands only. Raises Invalid `email_invalid` or `roles_invalid`, DomainError
    `already_member`, Forbidden for a token that would give more than it has.
    """
    require(actor, "accounts.invite_person")
    address = _checked_address(email)
    wanted = checked_roles(roles)
    check_gives_no_more_than_has(actor, wanted)
    user, is_new = _person(actor, address, name, password_hash)
    membership, created = Membership.objects.select_for_update().get_or_create(
        organization_id=actor.organization_id, user=user, defaults={"roles": wanted}
    )
    if not created:
        _bring_back(membership, wanted)
    record(actor, events.person_invited(membership, is_new=is_new))
    return membership


def _checked_address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as invalid:
        raise Invalid("email_invalid", "Not an e-mail address.", fields={"email": invalid.messages}) from invalid
    return address


def _person(actor: Actor, address: str, name: str, password_hash: str) -> tuple[User, bool]:
    found = User.objects.filter(email__iexact=address).first()
    if found is not None:
        return found, False
    password = password_hash or make_password(None)
    zone = Organization.objects.get(pk=actor.organization_id).time_zone
    return User.objects.create(email=address, name=name.strip(), password=password, time_zone=zone), True


def _bring_back(membership: Membership, roles: list[str]) -> None:
    if membership.removed_at is None:
        message = "This person is a member already."
        raise DomainError("already_member", message, fields={"email": [message]})
    membership.removed_at = None
    membership.roles = roles
    membership.save(update_fields=["removed_at", "roles"])
