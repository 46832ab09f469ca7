"""A contract in force with one final version, and commitments bound to its sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from clm.access.permissions import system_actor
from clm.accounts.models import User
from clm.documents.blobs import store_blob
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Clause, Contract, Passage, Terms, Version
from contracts.operations.create_contract import create_contract
from slas.models import Commitment, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.evaluate_window import evaluate_window
from slas.operations.open_windows import open_windows
from slas.terms import CommitmentTerms, NewIndicator

QUOTE = "The service is available 99.9 % of each calendar month."


def make_passage(actor: Actor, *, title: str = "Hosting", quote: str = QUOTE, holidays: str = "") -> Passage:
    """A sentence of the final version of an active contract; with terms where they name `holidays`.

    Rows are written directly: the verbs of contracts that lead here take documents in, which is not what these
    tests are about.
    """
    contract = create_contract(actor=actor, title=title, time_zone="Europe/Berlin")
    user = User.objects.get(pk=actor.user_id)
    organization_id = actor.organization_id
    version = Version.objects.create(
        organization_id=organization_id, contract=contract, number=1, state="draft",
        blob=store_blob(organization_id, quote.encode(), "text/plain"), file_name="sla.txt", media_type="text/plain",
        text=quote, content_hash="c" * 64, created_by=user,
    )  # fmt: skip
    clause = Clause.objects.create(
        organization_id=organization_id, version=version, position=1, number="3.1", heading="Availability", level=1,
        start=0, end=len(quote), text=quote,
    )  # fmt: skip
    passage = Passage.objects.create(
        organization_id=organization_id, version=version, clause=clause, start=0, end=len(quote), quote=quote,
        created_by=user,
    )  # fmt: skip
    if holidays:
        Terms.objects.create(
            organization_id=organization_id, version=version, starts_on=date(2025, 1, 1), initial_months=12,
            holidays_country=holidays,
        )  # fmt: skip
    Version.objects.filter(pk=version.pk).update(
        state="final", effective_on=date(2025, 1, 1), finalized_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
    Contract.objects.filter(pk=contract.pk).update(state="active")
    return Passage.objects.select_related("version__contract", "clause").get(pk=passage.pk)


@pytest.fixture
def passage(alice: Actor) -> Passage:
    return make_passage(alice)


def terms(**changes: Any) -> CommitmentTerms:
    """Availability of 99.9 % a calendar month in UTC, from January 2026."""
    given: dict[str, Any] = {"name": "Availability", "target": Decimal("99.9"), "starts_on": date(2026, 1, 1)}
    return CommitmentTerms(**given | changes)


def uptime(key: str = "web", **changes: Any) -> NewIndicator:
    return NewIndicator(**{"key": key, "service_name": "Web", "kind": "uptime"} | changes)


Bind = Callable[..., Commitment]


@pytest.fixture
def bind(alice: Actor, passage: Passage) -> Bind:
    """Binds the passage; `indicator=` and any term can be given."""

    def make(indicator: Any = None, **changes: Any) -> Commitment:
        return bind_commitment(
            actor=alice, passage_id=passage.pk, terms=terms(**changes), indicator=indicator or uptime()
        )

    return make


@pytest.fixture
def active(alice: Actor, bind: Bind) -> Bind:
    """Binds, activates and opens the windows as of an instant (`at`)."""

    def make(at: datetime, indicator: Any = None, **changes: Any) -> Commitment:
        with clock.set_to(at):
            commitment = bind(indicator, **changes)
            activate_commitment(actor=alice, commitment_id=commitment.pk)
            return open_windows(actor=evaluator(alice), commitment_id=commitment.pk)

    return make


def evaluator(actor: Actor) -> Actor:
    return system_actor("evaluator", actor.organization_id)


def judge(actor: Actor, window: EvaluationWindow, at: datetime) -> EvaluationWindow:
    with clock.set_to(at):
        return evaluate_window(actor=evaluator(actor), window_id=window.pk)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
