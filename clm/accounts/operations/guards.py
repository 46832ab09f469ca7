"""Guards that several verbs of this app share. They read and refuse; they never write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import holidays
from django.utils.translation import gettext as _

from clm.access.permissions import can
from clm.access.registry import VERBS
from clm.accounts.models import Membership, Team, TeamMember
from clm.accounts.roles import PEOPLE_INSIDE, Role
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from clm.lib.locks import advisory_lock
from clm.lib.money import is_iso_4217
from clm.lib.zones import is_zone


def check_zone(name: str) -> None:
    """Raise Invalid `time_zone_unknown` unless it is UTC or the IANA zone of a region."""
    if not is_zone(name):
        raise Invalid("time_zone_unknown", "Not a known time zone.", fields={"time_zone": ["Not a known time zone."]})


def check_currency(code: str) -> None:
    """Raise Invalid `currency_unknown` unless it is an ISO 4217 code."""
    if not is_iso_4217(code):
        message = "Not an ISO 4217 currency."
        raise Invalid("currency_unknown", message, fields={"currency": [message]})


def check_country(code: str) -> None:
    """Raise Invalid `country_unknown` unless public holidays of it are known (ISO 3166, or country-subdivision)."""
    country, _dash, subdivision = code.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if code and (country not in known or (subdivision and subdivision not in known[country])):
        message = "No public holidays are known for this country."
        raise Invalid("country_unknown", message, fields={"holidays_country": [message]})


def checked_roles(roles: Iterable[str]) -> list[str]:
    """The roles in the table's order, each once. Raises Invalid `roles_invalid` for none or an unknown one."""
    wanted = {str(role) for role in roles}
    if not wanted or wanted - set(Role.values):
        message = "Choose at least one of the known roles."
        raise Invalid("roles_invalid", message, fields={"roles": [message]})
    if Role.COUNTERPARTY in wanted and len(wanted) > 1:
        message = "A counterparty has no other role."
        raise Invalid("roles_invalid", message, fields={"roles": [message]})
    return [role for role in Role.values if role in wanted]


def check_gives_no_more_than_has(actor: Actor, roles: Iterable[str]) -> None:
    """Raise Forbidden when a token would give a role that may do what the token may not.

    A token is narrower than its person, and somebody it makes an administrator would not be. People at a page are
    bound by the permission table alone.
    """
    if actor.kind != "token":
        return
    given = {verb for verb, allowed in VERBS.items() if allowed & set(roles)}
    if not all(can(actor, verb) for verb in given):
        raise Forbidden("A token gives no role that may do more than the token itself.")


def lock_administrators(organization_id: UUID) -> None:
    """Changes of who administers go one after another, so that two people cannot remove each other at once."""
    advisory_lock(f"administrators:{organization_id}")


def check_not_last_administrator(membership: Membership) -> None:
    """Raise DomainError `last_administrator` when nobody else could administer."""
    others = Membership.objects.filter(
        removed_at=None, user__is_active=True, roles__contains=[Role.ADMINISTRATOR]
    ).exclude(pk=membership.pk)
    if Role.ADMINISTRATOR in membership.roles and not others.exists():
        raise DomainError("last_administrator", "An organization needs at least one administrator.")


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """Scopes in order, each once: verbs, or prefixes ending in `*` that match some verb. Raises Invalid."""
    wanted = sorted({scope.strip() for scope in scopes if scope.strip()})
    unknown = [scope for scope in wanted if not _matches_some(scope)]
    if not wanted or unknown:
        message = f"No verb is called {', '.join(unknown)}." if unknown else "Name at least one scope."
        raise Invalid("scopes_invalid", message, fields={"scopes": [message]})
    return wanted


def _matches_some(scope: str) -> bool:
    if scope.endswith("*"):
        return any(verb.startswith(scope[:-1]) for verb in VERBS)
    return scope in VERBS


def checked_team(team: Team) -> Team:
    """Raises Invalid `name_missing`, `kind_unknown`, `person_unknown`, DomainError `team_known`."""
    team.name = " ".join(team.name.split())
    if not team.name or len(team.name) > 120:
        message = _("A team has a name of at most 120 signs.")
        raise Invalid("name_missing", message, fields={"name": [message]})
    if team.kind not in Team.Kind.values:
        raise Invalid("kind_unknown", _("Choose a kind."), fields={"kind": [_("Choose a kind.")]})
    if Team.objects.filter(name__iexact=team.name).exclude(pk=team.pk).exists():
        message = _("There is a team of this name.")
        raise DomainError("team_known", message, fields={"name": [message]})
    if team.lead_id is not None:
        check_people([team.lead_id], field="lead")
    return team


def check_people(people: Iterable[UUID], *, field: str) -> None:
    """Raises Invalid `person_unknown` unless all are present members of the house."""
    wanted = set(people)
    members = Membership.objects.filter(user_id__in=wanted, removed_at=None, roles__overlap=list(PEOPLE_INSIDE))
    if wanted - set(members.values_list("user_id", flat=True)):
        message = _("Only people who work here can be named.")
        raise Invalid("person_unknown", message, fields={field: [message]})


def put_members(team: Team, people: Iterable[UUID]) -> None:
    """The team has exactly these members."""
    wanted = set(people)
    check_people(wanted, field="members")
    present = set(TeamMember.objects.filter(team=team).values_list("user_id", flat=True))
    TeamMember.objects.filter(team=team, user_id__in=present - wanted).delete()
    TeamMember.objects.bulk_create(
        TeamMember(organization_id=team.organization_id, team=team, user_id=person)
        for person in sorted(wanted - present)
    )


def team_facts(team: Team) -> dict[str, Any]:
    """What of a team the ledger keeps."""
    members = TeamMember.objects.filter(team=team).order_by("user_id").values_list("user_id", flat=True)
    return {"name": team.name, "kind": team.kind, "lead": team.lead_id, "members": list(members)}
