"""The first portfolio's approvals: loaded once, with a contract that waits for two roles and somebody who is away."""

from __future__ import annotations

from clm.access.scope import organization_scope
from clm.accounts.models import Delegation, Team
from clm.audit.models import LedgerEntry
from contracts.models import Approval, Matrix
from contracts.portfolio import approvals as portfolio
from contracts.queries.approvals import seats_waiting_for
from contracts.queries.routing import tried_on
from tests.cast import make_cast


def test_it_is_loaded_once(db: None) -> None:
    cast = make_cast("northwind")
    with organization_scope(cast.organization.pk):
        portfolio.load(cast.by_role, "northwind", lambda *_step: None)
        entries = LedgerEntry.objects.count()
        portfolio.load(cast.by_role, "northwind", lambda *_step: None)

        assert LedgerEntry.objects.count() == entries
        assert sorted(Matrix.objects.values_list("state", "number")) == [("active", 1), ("draft", 2)]
        assert set(Team.objects.values_list("name", flat=True)) == {"Board", "Data protection"}
        approval = Approval.objects.get()
        assert [(step.name, step.state) for step in approval.steps.all()] == [("Legal", "open"), ("Finance", "open")]
        assert approval.contract.state == "in_approval"
        assert Delegation.objects.get().absentee == cast.users["finance"]
        assert [seat.person_id for seat in seats_waiting_for(cast["approver"])] == [cast["finance"].person_id]
        [tried] = tried_on(cast["administrator"], Matrix.objects.get(state="draft"))
        assert not tried.differs


def test_the_other_house_has_none(db: None) -> None:
    cast = make_cast("meridian")
    with organization_scope(cast.organization.pk):
        portfolio.load(cast.by_role, "meridian", lambda *_step: None)

        assert not Matrix.objects.exists()
