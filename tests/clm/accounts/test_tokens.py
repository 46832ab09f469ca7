from __future__ import annotations

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from clm.accounts.actors import actor_of_token, hash_key
from clm.accounts.models import ApiToken, Membership
from clm.accounts.operations.change_roles import change_roles
from clm.accounts.operations.invite_person import invite_person
from clm.accounts.operations.issue_token import issue_token
from clm.accounts.operations.remove_person import remove_person
from clm.accounts.operations.revoke_token import revoke_token
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from tests.cast import Cast
from tests.clm.accounts.test_people import membership_of
from tests.proof import last_entry, last_event, left_behind


def issue(actor: Actor, **changes: object) -> tuple[ApiToken, str]:
    given = {"name": "Robot", "scopes": ["jobs.*"], "expires_at": clock.now() + timedelta(days=30)} | changes
    return issue_token(actor=actor, **given)  # type: ignore[arg-type]


def test_only_the_hash_is_kept(acme: Cast) -> None:
    token, secret = issue(acme["integration"])

    assert secret.startswith(f"cvn_{token.prefix}_")
    assert len(secret.split("_", 2)[2]) == 43
    assert token.key_hash == hash_key(secret)
    assert secret not in str(last_entry().after)


def test_issuing_is_recorded(acme: Cast) -> None:
    token, _secret = issue(acme["integration"])

    assert last_event() == ("token.issued", {"token_id": str(token.pk), "user_id": str(token.user_id)})
    assert left_behind() == (1, 1, 0)


def test_the_secret_signs_in_with_the_scopes(acme: Cast) -> None:
    _token, secret = issue(acme["integration"], scopes=["jobs.view_job", "jobs.view_job"])

    actor = actor_of_token(secret)

    assert actor is not None
    assert (actor.kind, actor.roles, actor.scopes) == ("token", {"integration"}, {"jobs.view_job"})


@pytest.mark.parametrize("scopes", [[], [" "], ["jobs.fly"], ["pirates.*"]])
def test_scopes_that_no_verb_has_are_refused(acme: Cast, scopes: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        issue(acme["integration"], scopes=scopes)

    assert refusal.value.code == "scopes_invalid"
    assert left_behind() == (0, 0, 0)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_token_lives_a_year_at_most(acme: Cast, days: int) -> None:
    with pytest.raises(Invalid) as refusal:
        issue(acme["integration"], expires_at=clock.now() + timedelta(days=days))

    assert refusal.value.code == "expiry_invalid"


def test_a_token_issues_no_token(acme: Cast) -> None:
    _token, secret = issue(acme["integration"], scopes=["accounts.*"])
    actor = actor_of_token(secret)
    assert actor is not None

    with pytest.raises(Forbidden):
        issue(actor)


def token_of(cast: Cast, person: str, *scopes: str) -> Actor:
    _token, secret = issue(cast[person], scopes=scopes)
    actor = actor_of_token(secret)
    assert actor is not None
    return actor


@pytest.mark.parametrize("role", ["administrator", "legal", "integration"])
def test_a_token_of_few_scopes_invites_nobody_who_may_do_more(acme: Cast, role: str) -> None:
    actor = token_of(acme, "administrator", "accounts.*")

    with pytest.raises(Forbidden):
        invite_person(actor=actor, email="new@acme.example", roles=[role])

    assert not Membership.objects.filter(user__email="new@acme.example").exists()


def test_a_token_of_few_scopes_makes_nobody_an_administrator(acme: Cast) -> None:
    actor = token_of(acme, "administrator", "accounts.*")

    with pytest.raises(Forbidden):
        change_roles(actor=actor, membership_id=membership_of(acme, "legal").pk, roles=["legal", "administrator"])

    assert membership_of(acme, "legal").roles == ["legal"]


def test_a_token_of_every_scope_gives_what_its_person_has(acme: Cast) -> None:
    actor = token_of(acme, "administrator", "*")

    invited = invite_person(actor=actor, email="new@acme.example", roles=["administrator"])

    assert invited.roles == ["administrator"]
    with pytest.raises(Forbidden):
        invite_person(actor=actor, email="other@acme.example", roles=["finance"])


def test_a_token_takes_roles_away(acme: Cast, alice: Actor) -> None:
    actor = token_of(acme, "administrator", "accounts.*")

    change_roles(actor=actor, membership_id=membership_of(acme, "alice").pk, roles=["legal"])

    assert membership_of(acme, "alice").roles == ["legal"]


def test_a_token_is_not_widened_and_issues_none_through_the_api(acme: Cast) -> None:
    token, secret = issue(acme["administrator"], scopes=["accounts.*"])
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})
    wide = {"name": "Wide", "scopes": ["*"], "expires_at": (clock.now() + timedelta(days=1)).isoformat()}

    assert client.post("/api/v1/tokens/", wide).status_code == 403
    assert client.patch(f"/api/v1/tokens/{token.pk}/", {"scopes": ["*"]}).status_code == 405
    assert list(ApiToken.objects.values_list("scopes", flat=True)) == [["accounts.*"]]


def test_a_revoked_token_signs_nobody_in(acme: Cast) -> None:
    token, secret = issue(acme["integration"])

    revoke_token(actor=acme["administrator"], token_id=token.pk)

    assert actor_of_token(secret) is None
    assert last_event()[0] == "token.revoked"


def test_a_token_is_revoked_once(acme: Cast) -> None:
    token, _secret = issue(acme["integration"])
    revoke_token(actor=acme["integration"], token_id=token.pk)

    with pytest.raises(DomainError) as refusal:
        revoke_token(actor=acme["integration"], token_id=token.pk)

    assert refusal.value.code == "already_revoked"


def test_an_expired_token_signs_nobody_in(acme: Cast) -> None:
    _token, secret = issue(acme["integration"])

    with clock.set_to(clock.now() + timedelta(days=31)):
        assert actor_of_token(secret) is None


def test_the_token_of_a_removed_person_signs_nobody_in(acme: Cast) -> None:
    _token, secret = issue(acme["integration"])

    remove_person(actor=acme["administrator"], membership_id=membership_of(acme, "integration").pk)

    assert actor_of_token(secret) is None
