from __future__ import annotations

from datetime import timedelta

import pytest

from clm.accounts.actors import actor_of_token, hash_key
from clm.accounts.models import ApiToken
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
