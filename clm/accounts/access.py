from django.db.models import QuerySet

from clm.access.registry import everyone_inside, register_system_actor, register_verbs, register_visibility
from clm.accounts.models import ApiToken, Delegation, Membership, Team, TeamMember
from clm.accounts.roles import EVERYONE, INSIDE, PEOPLE_INSIDE, Role
from clm.lib.actor import Actor

FOUNDER = "founder"


def register() -> None:
    register_verbs(
        {
            "accounts.found_organization": set(),
            "accounts.view_person": PEOPLE_INSIDE,
            "accounts.invite_person": {Role.ADMINISTRATOR},
            "accounts.change_roles": {Role.ADMINISTRATOR},
            "accounts.remove_person": {Role.ADMINISTRATOR},
            "accounts.change_organization": {Role.ADMINISTRATOR},
            "accounts.change_profile": EVERYONE,
            "accounts.change_sign_in": EVERYONE,
            "accounts.view_token": {Role.ADMINISTRATOR, Role.INTEGRATION},
            "accounts.issue_token": {Role.ADMINISTRATOR, Role.INTEGRATION},
            "accounts.revoke_token": {Role.ADMINISTRATOR, Role.INTEGRATION},
            "accounts.view_team": INSIDE,
            "accounts.create_team": {Role.ADMINISTRATOR},
            "accounts.change_team": {Role.ADMINISTRATOR},
            "accounts.delete_team": {Role.ADMINISTRATOR},
            "accounts.view_delegation": PEOPLE_INSIDE,
            "accounts.create_delegation": PEOPLE_INSIDE,
            "accounts.revoke_delegation": PEOPLE_INSIDE,
        }
    )
    register_system_actor(FOUNDER, {"accounts.found_organization", "accounts.invite_person"})
    register_visibility(Membership, "accounts.view_person", everyone_inside)
    for row in (Team, TeamMember):
        register_visibility(row, "accounts.view_team", everyone_inside)
    register_visibility(Delegation, "accounts.view_delegation", everyone_inside)
    register_visibility(ApiToken, "accounts.view_token", _own_tokens)


def _own_tokens(actor: Actor, rows: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
    """An administrator sees every token, others their own."""
    return rows if Role.ADMINISTRATOR in actor.roles else rows.filter(user_id=actor.person_id)
