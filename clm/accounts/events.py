"""Facts about organizations, people and tokens. People appear by id only: the ledger must outlive an erasure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.accounts.models import ApiToken, Delegation, Membership, Organization, Team, User
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


def team_created(team: Team, after: Mapping[str, Any]) -> Event:
    return _team("team.created", "accounts.create_team", team, {}, after)


def team_changed(team: Team, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return _team("team.changed", "accounts.change_team", team, before, after)


def team_deleted(team: Team, before: Mapping[str, Any]) -> Event:
    return _team("team.deleted", "accounts.delete_team", team, before, {})


def _team(type_: str, verb: str, team: Team, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return Event(type=type_, verb=verb, subject=team, before=before, after=after, payload={"team_id": team.pk})


def delegation_created(row: Delegation) -> Event:
    names = ("starts_at", "ends_at", "limit_amount", "limit_currency", "categories")
    facts = {"absentee": row.absentee_id, "delegate": row.delegate_id, **{name: getattr(row, name) for name in names}}
    return Event(
        type="delegation.created",
        verb="accounts.create_delegation",
        subject=row,
        after=facts,
        payload={"delegation_id": row.pk, "absentee_id": row.absentee_id, "delegate_id": row.delegate_id},
    )


def delegation_revoked(row: Delegation) -> Event:
    return Event(
        type="delegation.revoked",
        verb="accounts.revoke_delegation",
        subject=row,
        before={"revoked_at": None},
        after={"revoked_at": row.revoked_at},
        payload={"delegation_id": row.pk, "absentee_id": row.absentee_id, "delegate_id": row.delegate_id},
    )
