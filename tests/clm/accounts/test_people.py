from __future__ import annotations

import threading

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.accounts.models import ApiToken, Membership, User
from clm.accounts.operations.change_organization import change_organization
from clm.accounts.operations.change_roles import change_roles
from clm.accounts.operations.invite_person import invite_person
from clm.accounts.operations.remove_person import remove_person
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from tests.cast import Cast, make_cast
from tests.proof import last_entry, last_event, left_behind


def membership_of(cast: Cast, name: str) -> Membership:
    return Membership.objects.get(user=cast.users[name])


def test_somebody_new_is_a_member_without_a_password(acme: Cast) -> None:
    membership = invite_person(
        actor=acme["administrator"], email=" New@Acme.Example ", roles=["finance", "legal"], name="N"
    )

    assert membership.user.email == "new@acme.example"
    assert membership.roles == ["legal", "finance"]
    assert not membership.user.has_usable_password()


def test_somebody_new_lives_in_the_organizations_zone(acme: Cast) -> None:
    change_organization(actor=acme["administrator"], time_zone="Europe/Berlin")

    membership = invite_person(actor=acme["administrator"], email="new@acme.example", roles=["legal"])

    assert membership.user.time_zone == "Europe/Berlin"


def test_an_invitation_is_recorded_by_id_only(acme: Cast) -> None:
    membership = invite_person(actor=acme["administrator"], email="new@acme.example", roles=["legal"], name="Secret")

    ids = {"user_id": str(membership.user_id), "membership_id": str(membership.pk), "is_new": True}
    assert last_event() == ("person.invited", ids)
    assert last_entry().after == {"user": str(membership.user_id), "roles": ["legal"]}
    assert left_behind() == (1, 1, 0)


def test_an_account_of_another_organization_gains_a_membership(acme: Cast, globex: Cast) -> None:
    membership = invite_person(actor=acme["administrator"], email="legal@globex.example", roles=["auditor"])

    assert membership.user == globex.users["legal"]
    assert last_event()[1]["is_new"] is False


def test_a_member_is_not_invited_again(acme: Cast) -> None:
    with pytest.raises(DomainError) as refusal:
        invite_person(actor=acme["administrator"], email="legal@acme.example", roles=["legal"])

    assert refusal.value.code == "already_member"
    assert left_behind() == (0, 0, 0)


@pytest.mark.parametrize("roles", [[], ["pirate"], ["counterparty", "legal"]])
def test_roles_that_make_no_sense_are_refused(acme: Cast, roles: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        invite_person(actor=acme["administrator"], email="new@acme.example", roles=roles)

    assert refusal.value.code == "roles_invalid"
    assert not User.objects.filter(email="new@acme.example").exists()


def test_an_address_that_is_none_is_refused(acme: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        invite_person(actor=acme["administrator"], email="nobody", roles=["legal"])

    assert (refusal.value.code, list(refusal.value.fields)) == ("email_invalid", ["email"])


def test_only_administrators_invite(acme: Cast) -> None:
    with pytest.raises(Forbidden):
        invite_person(actor=acme["legal"], email="new@acme.example", roles=["legal"])

    assert left_behind() == (0, 0, 0)


def test_roles_change(acme: Cast) -> None:
    membership = membership_of(acme, "finance")

    change_roles(actor=acme["administrator"], membership_id=membership.pk, roles=["auditor"])

    entry = last_entry()
    assert (entry.before, entry.after) == ({"roles": ["finance"]}, {"roles": ["auditor"]})
    assert last_event() == ("person.roles_changed", {"user_id": str(membership.user_id), "roles": ["auditor"]})


def test_the_last_administrator_keeps_the_role(acme: Cast) -> None:
    with pytest.raises(DomainError) as refusal:
        change_roles(
            actor=acme["administrator"], membership_id=membership_of(acme, "administrator").pk, roles=["legal"]
        )

    assert refusal.value.code == "last_administrator"


def test_the_last_administrator_is_not_removed(acme: Cast) -> None:
    with pytest.raises(DomainError) as refusal:
        remove_person(actor=acme["administrator"], membership_id=membership_of(acme, "administrator").pk)

    assert refusal.value.code == "last_administrator"
    assert membership_of(acme, "administrator").removed_at is None


def test_who_is_removed_loses_their_tokens(acme: Cast) -> None:
    membership = membership_of(acme, "integration")
    ApiToken.objects.create(
        organization=acme.organization, user=membership.user, name="t", prefix="p", key_hash="h", scopes=["jobs.*"],
        expires_at="2099-01-01T00:00:00Z",
    )  # fmt: skip

    remove_person(actor=acme["administrator"], membership_id=membership.pk)

    assert ApiToken.objects.get().revoked_at is not None
    assert last_event() == ("person.removed", {"user_id": str(membership.user_id)})


def test_a_removed_person_can_be_invited_again(acme: Cast) -> None:
    membership = membership_of(acme, "finance")
    remove_person(actor=acme["administrator"], membership_id=membership.pk)

    again = invite_person(actor=acme["administrator"], email="finance@acme.example", roles=["legal"])

    assert (again.pk, again.removed_at, again.roles) == (membership.pk, None, ["legal"])


def test_a_member_of_another_organization_is_not_there(acme: Cast, charlie: Actor, globex: Cast) -> None:
    membership = membership_of(acme, "finance")

    with organization_scope(globex.organization.pk), pytest.raises(NotVisible):
        remove_person(actor=charlie, membership_id=membership.pk)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        first = membership_of(cast, "administrator")
        second = membership_of(cast, "finance")
        change_roles(actor=cast["administrator"], membership_id=second.pk, roles=["administrator"])
    outcomes: list[str] = []

    def remove(target: Membership) -> None:
        with organization_scope(cast.organization.pk):
            try:
                remove_person(actor=cast["administrator"], membership_id=target.pk)
                outcomes.append("removed")
            except DomainError as refusal:
                outcomes.append(refusal.code)
        connection.close()

    threads = [threading.Thread(target=remove, args=[target]) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["last_administrator", "removed"]
