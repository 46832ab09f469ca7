"""Teams, and who decides for whom while somebody is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.accounts.delegations import acting_for
from clm.accounts.models import Delegation, Team, TeamMember
from clm.accounts.operations.change_team import change_team
from clm.accounts.operations.create_delegation import create_delegation
from clm.accounts.operations.create_team import create_team
from clm.accounts.operations.delete_team import delete_team
from clm.accounts.operations.revoke_delegation import revoke_delegation
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Notification
from tests.cast import Cast
from tests.proof import last_entry, last_event, left_behind

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def admin(acme: Cast) -> Actor:
    return acme["administrator"]


def refusal(act: Any) -> str:
    before = left_behind()
    with pytest.raises(DomainError) as refused:
        act()
    assert left_behind() == before
    return refused.value.code


def test_a_team(acme: Cast, admin: Actor) -> None:
    legal, finance = acme["legal"].person_id, acme["finance"].person_id
    team = create_team(actor=admin, name="  Legal   desk ", lead_id=legal, members=[legal])
    assert last_event() == ("team.created", {"team_id": str(team.pk)})
    change_team(actor=admin, team_id=team.pk, members=[finance], kind="board")

    team.refresh_from_db()
    assert (team.name, team.kind, team.lead_id) == ("Legal desk", "board", legal)
    assert list(TeamMember.objects.values_list("user_id", flat=True)) == [finance]
    assert last_entry().before["members"] == [str(legal)]
    assert refusal(lambda: create_team(actor=admin, name="legal DESK")) == "team_known"
    assert refusal(lambda: create_team(actor=admin, name=" ")) == "name_missing"
    assert refusal(lambda: create_team(actor=admin, name="A", kind="crowd")) == "kind_unknown"
    stranger = acme["counterparty"].person_id
    assert refusal(lambda: create_team(actor=admin, name="A", members=[stranger])) == "person_unknown"
    assert refusal(lambda: create_team(actor=acme["legal"], name="A")) == "forbidden"
    delete_team(actor=admin, team_id=team.pk)
    assert Team.objects.count() == 0


def test_a_team_that_rules_name_stays(acme: Cast, admin: Actor) -> None:
    from contracts.operations.matrices.add_rule import add_rule
    from contracts.operations.matrices.create_matrix import create_matrix

    team = create_team(actor=admin, name="Board")
    add_rule(actor=admin, matrix_id=create_matrix(actor=admin).pk, name="Board", team_id=team.pk)

    assert refusal(lambda: delete_team(actor=admin, team_id=team.pk)) == "team_in_use"


def arranged(actor: Actor, delegate: Actor, **facts: Any) -> Delegation:
    given = {"starts_at": NOON, "ends_at": NOON + WEEK} | facts
    return create_delegation(actor=actor, delegate_id=delegate.person_id, **given)


def test_being_away(acme: Cast) -> None:
    legal, finance = acme["legal"], acme["finance"]
    with clock.set_to(NOON - WEEK):
        row = arranged(legal, finance, reason="Holidays", limit_amount=Decimal(5), limit_currency="EUR")
        assert last_event()[0] == "delegation.created"
        assert last_entry().after["delegate"] == str(finance.person_id)
        assert acting_for(finance.person_id) == []
    with clock.set_to(NOON):
        assert [each.absentee_id for each in acting_for(finance.person_id)] == [legal.person_id]
    with clock.set_to(NOON + WEEK):
        assert acting_for(finance.person_id) == []
    assert [told.user_id for told in Notification.objects.all()] == [finance.person_id]

    with clock.set_to(NOON):
        assert refusal(lambda: revoke_delegation(actor=acme["executive"], delegation_id=row.pk)) == "forbidden"
        revoke_delegation(actor=finance, delegation_id=row.pk)
        assert acting_for(finance.person_id) == []
        assert refusal(lambda: revoke_delegation(actor=legal, delegation_id=row.pk)) == "delegation_over"
        arranged(legal, acme["executive"])


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"ends_at": NOON}, "dates_wrong"),
        ({"starts_at": NOON - WEEK * 3, "ends_at": NOON - WEEK}, "dates_wrong"),
        ({"ends_at": NOON + timedelta(days=400)}, "dates_wrong"),
        ({"limit_amount": Decimal(5)}, "limits_wrong"),
        ({"limit_amount": Decimal(0), "limit_currency": "EUR"}, "limits_wrong"),
        ({"limit_amount": Decimal(5), "limit_currency": "XXQ"}, "currency_unknown"),
        ({"categories": ["novel"]}, "limits_wrong"),
    ],
)
def test_what_says_nothing_sensible(acme: Cast, facts: dict[str, Any], code: str) -> None:
    with clock.set_to(NOON):
        assert refusal(lambda: arranged(acme["legal"], acme["finance"], **facts)) == code


def test_one_at_a_time_and_never_oneself(acme: Cast, admin: Actor) -> None:
    legal, finance = acme["legal"], acme["finance"]
    with clock.set_to(NOON):
        assert refusal(lambda: arranged(legal, legal)) == "delegate_wrong"
        assert refusal(lambda: arranged(legal, acme["counterparty"])) == "person_unknown"
        arranged(legal, finance)
        later = {"starts_at": NOON + WEEK, "ends_at": NOON + 2 * WEEK}
        assert refusal(lambda: arranged(legal, acme["executive"])) == "delegation_overlaps"
        arranged(legal, acme["executive"], **later)
        assert refusal(lambda: arranged(finance, legal, absentee_id=acme["auditor"].person_id)) == "forbidden"
        assert refusal(lambda: arranged(admin, admin, absentee_id=finance.person_id)) == "forbidden"
        arranged(admin, legal, absentee_id=finance.person_id)


def test_another_organization_finds_nothing(acme: Cast, admin: Actor, charlie: Actor) -> None:
    team = create_team(actor=admin, name="Board")
    with clock.set_to(NOON):
        row = arranged(acme["legal"], acme["finance"])

    assert refusal(lambda: change_team(actor=charlie, team_id=team.pk, name="Ours")) == "not_found"
    assert refusal(lambda: delete_team(actor=charlie, team_id=team.pk)) == "not_found"
    assert refusal(lambda: revoke_delegation(actor=charlie, delegation_id=row.pk)) == "not_found"


def client_of(cast: Cast, role: str, kind: Any = Client) -> Any:
    client = kind()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def test_pages(acme: Cast) -> None:
    admin, legal = client_of(acme, "administrator"), client_of(acme, "legal")
    people = [str(acme["legal"].person_id), str(acme["finance"].person_id)]
    admin.post("/teams/new/", {"name": "Board", "kind": "board", "lead_id": people[0], "members": people})
    team = Team.objects.get()
    assert (team.lead_id, team.members.count()) == (acme["legal"].person_id, 2)
    assert b"<div>Finance</div>" in legal.get(f"/teams/{team.pk}/").content
    admin.post(f"/teams/{team.pk}/", {"name": "Board", "kind": "group", "lead_id": "", "members": people[:1]})
    team.refresh_from_db()
    assert (team.kind, team.lead_id, team.members.count()) == ("group", None, 1)
    admin.post(f"/teams/{team.pk}/delete/")
    assert Team.objects.count() == 0

    begins, ends = clock.now() - timedelta(hours=1), clock.now() + WEEK
    sent = {"delegate_id": people[1], "starts_at": f"{begins:%Y-%m-%dT%H:%M}", "ends_at": f"{ends:%Y-%m-%dT%H:%M}"}
    assert b'name="absentee_id"' not in legal.get("/away/").content
    legal.post("/away/", sent)
    row = Delegation.objects.get()
    assert row.absentee_id == acme["legal"].person_id
    finance = client_of(acme, "finance")
    assert b"Acting for Legal" in finance.get("/away/").content
    finance.post(f"/away/{row.pk}/end/")
    assert b"Acting for" not in finance.get("/away/").content


def test_lists_cost_the_same_for_many(acme: Cast, admin: Actor) -> None:
    client = client_of(acme, "legal")
    api = client_of(acme, "legal", APIClient)

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as page:
            client.get("/teams/")
        with CaptureQueriesContext(connection) as listed:
            api.get("/api/v1/teams/")
        return len(page), len(listed)

    create_team(actor=admin, name="One", members=[acme["legal"].person_id])
    queries()
    few = queries()
    for name in ("Two", "Three", "Four"):
        create_team(actor=admin, name=name, members=[acme["legal"].person_id], lead_id=acme["legal"].person_id)

    assert queries() == few


def test_api(acme: Cast) -> None:
    admin = client_of(acme, "administrator", APIClient)
    legal = client_of(acme, "legal", APIClient)
    made = admin.post("/api/v1/teams/", {"name": "Board", "members": [acme["legal"].person_id]}, format="json")
    assert (made.status_code, made.data["members"]) == (201, [str(acme["legal"].person_id)])
    at = f"/api/v1/teams/{made.data['id']}/"
    assert admin.patch(at, {"kind": "board"}, format="json").data["kind"] == "board"
    assert admin.delete(at).status_code == 204

    sent = {"delegate": acme["finance"].person_id, "starts_at": NOON.isoformat(), "ends_at": (NOON + WEEK).isoformat()}
    with clock.set_to(NOON):
        row = legal.post("/api/v1/delegations/", sent, format="json")
        assert (row.status_code, row.data["absentee"]) == (201, acme["legal"].person_id)
        clash = legal.post("/api/v1/delegations/", sent, format="json")
        assert (clash.status_code, clash.data["code"]) == (409, "delegation_overlaps")
        over = legal.post(f"/api/v1/delegations/{row.data['id']}/revocation/", {}, format="json")
    assert over.data["revoked_at"] is not None
