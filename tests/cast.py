"""The fixed cast: people, tokens and system actors that tests act as."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from django.contrib.auth.hashers import make_password

from clm.access.base import give_ids
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
        add_people(cast, {role: [role] for role in Role.values})
    return cast


def add_person(cast: Cast, name: str, roles: list[str]) -> Actor:
    """A person with roles; `cast[name]` is their actor."""
    add_people(cast, {name: roles})
    return cast[name]


def add_people(cast: Cast, roles: dict[str, list[str]]) -> None:
    """Name -> roles: all in two statements, since almost every test begins with a cast."""
    organization = cast.organization
    users = [
        User(email=f"{name}@{organization.slug}.example".lower(), name=name.title(), password=_hashed())
        for name in roles
    ]
    give_ids(users)
    memberships = [
        Membership(organization=organization, user=user, roles=roles[name])
        for name, user in zip(roles, User.objects.bulk_create(users), strict=True)
    ]
    for name, membership in zip(roles, Membership.objects.bulk_create(memberships), strict=True):
        cast.users[name] = membership.user
        cast.by_role[name] = actor_of_membership(membership, request_id="test")


@cache
def _hashed() -> str:
    return make_password(PASSWORD)
