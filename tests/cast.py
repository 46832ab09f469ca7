"""The fixed cast: people, tokens and system actors that tests act as."""

from __future__ import annotations

from dataclasses import dataclass, field

from clm.access.scope import organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, Organization, User
from clm.accounts.roles import Role
from clm.lib.actor import Actor

PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """One organization: an actor per role in `by_role`, and their users in `users`."""

    organization: Organization
    by_role: dict[str, Actor] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Actor:
        return self.by_role[role]


def make_cast(slug: str) -> Cast:
    """An organization with one person for every role, each signing in as <role>@<slug>.example."""
    organization = Organization.objects.create(name=slug.title(), slug=slug)
    cast = Cast(organization)
    with organization_scope(organization.pk):
        for role in Role.values:
            add_person(cast, role, [role])
    return cast


def add_person(cast: Cast, name: str, roles: list[str]) -> Actor:
    """A person with roles; `cast[name]` is their actor."""
    user = User.objects.create_user(f"{name}@{cast.organization.slug}.example", PASSWORD, name=name.title())
    membership = Membership.objects.create(organization=cast.organization, user=user, roles=roles)
    cast.users[name] = user
    cast.by_role[name] = actor_of_membership(membership, request_id="test")
    return cast.by_role[name]
