"""Facts about organizations, people and tokens. People appear by id only: the ledger must outlive an erasure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.accounts.models import ApiToken, Membership, Organization, User
from clm.events.record import Event


def organization_founded(organization: Organization) -> Event:
    return Event(
        type="organization.founded",
        verb="accounts.found_organization",
        subject=organization,
        after=organization_facts(organization),
        payload={"organization_id": organization.pk, "slug": organization.slug},
    )


def organization_changed(organization: Organization, *, before: Mapping[str, Any]) -> Event:
    return Event(
        type="organization.changed",
        verb="accounts.change_organization",
        subject=organization,
        before=before,
        after=organization_facts(organization),
        payload={"organization_id": organization.pk},
    )


def organization_facts(organization: Organization) -> dict[str, Any]:
    """What of an organization the ledger keeps."""
    names = ("name", "time_zone", "currency", "holidays_country", "mail_paused")
    return {name: getattr(organization, name) for name in names}


def person_invited(membership: Membership, *, is_new: bool) -> Event:
    return Event(
        type="person.invited",
        verb="accounts.invite_person",
        subject=membership,
        after={"user": membership.user_id, "roles": membership.roles},
        payload={"user_id": membership.user_id, "membership_id": membership.pk, "is_new": is_new},
    )


def roles_changed(membership: Membership, *, before: list[str]) -> Event:
    return Event(
        type="person.roles_changed",
        verb="accounts.change_roles",
        subject=membership,
        before={"roles": before},
        after={"roles": membership.roles},
        payload={"user_id": membership.user_id, "roles": membership.roles},
    )


def person_removed(membership: Membership, *, revoked_tokens: int) -> Event:
    return Event(
        type="person.removed",
        verb="accounts.remove_person",
        subject=membership,
        before={"roles": membership.roles},
        after={"removed_at": membership.removed_at, "revoked_tokens": revoked_tokens},
        payload={"user_id": membership.user_id},
    )


def profile_changed(user: User, *, fields: list[str]) -> Event:
    return Event(
        type="person.profile_changed",
        verb="accounts.change_profile",
        subject=user,
        after={"changed": fields},
        payload={"user_id": user.pk, "changed": fields},
    )


def sign_in_changed(user: User, *, change: str) -> Event:
    """`change` is one of clm.accounts.sign_in_changes.CHANGES."""
    return Event(
        type=f"person.{change}",
        verb="accounts.change_sign_in",
        subject=user,
        after={"user": user.pk},
        payload={"user_id": user.pk},
    )


def token_issued(token: ApiToken) -> Event:
    facts = {"prefix": token.prefix, "user": token.user_id, "scopes": token.scopes, "expires_at": token.expires_at}
    return Event(
        type="token.issued",
        verb="accounts.issue_token",
        subject=token,
        after=facts,
        payload={"token_id": token.pk, "user_id": token.user_id},
    )


def token_revoked(token: ApiToken) -> Event:
    return Event(
        type="token.revoked",
        verb="accounts.revoke_token",
        subject=token,
        before={"revoked_at": None},
        after={"revoked_at": token.revoked_at},
        payload={"token_id": token.pk, "user_id": token.user_id},
    )
