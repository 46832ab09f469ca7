"""Who approves what in the first house: teams, active rules, new rules to try, somebody who is away, and a contract
that waits for two roles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from clm.accounts.models import Delegation, Organization, Team
from clm.accounts.operations.create_delegation import create_delegation
from clm.accounts.operations.create_team import create_team
from clm.lib import clock
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract, Matrix, Version
from contracts.models.contract import Category
from contracts.operations.add_version import add_version
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.file_contract import file_contract
from contracts.operations.matrices.activate_matrix import activate_matrix
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.create_matrix import create_matrix
from contracts.operations.name_party import name_party
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, put_paper, read_paper
from contracts.portfolio.requests import HOUSE

TITLE = "Managed backups of the warehouses"
OTHER_SIDE = "Harbour Lane Hosting GmbH"
ASKED_HOURS_AGO = 20
TEXT = """Managed Backup Agreement

1. Service

The Provider keeps a copy of the data of each warehouse of the Customer, made every night, in a second place.

2. Restoring

The Provider restores what the Customer asks for within four hours on business days.

3. Fees

The Customer pays EUR 2,400 for each calendar month, within 30 days after it has the invoice.

4. Liability

The Provider is liable for lost data up to the fees of twelve months.

5. Term

This Agreement runs for 24 months and renews for 12 months at a time unless either party gives three months' notice.
"""


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """What is there already is left alone."""
    if slug == HOUSE and not Matrix.objects.exists():
        paper = put_paper(cast["legal"], read_paper(TEXT.encode(), "managed-backups.txt"))
        with clock.set_to(clock.now() - timedelta(hours=ASKED_HOURS_AGO)):
            _set_up(cast)
            _send(cast, paper)
    report(1, 1)


@transaction.atomic
def _set_up(cast: Cast) -> None:
    admin = cast["administrator"]
    board = _team(cast, "Board", "board", ("executive", "finance", "legal"))
    privacy = _team(cast, "Data protection", "group", ("legal", "auditor"))
    active = create_matrix(actor=admin, note="The rules of this year")
    for rule in _rules(board, privacy):
        add_rule(actor=admin, matrix_id=active.pk, **rule)
    activate_matrix(actor=admin, matrix_id=active.pk, replaces=None)
    draft = create_matrix(actor=admin, note="Finance from EUR 5,000 on, and of dollars", copy_of=active.pk)
    add_rule(actor=admin, matrix_id=draft.pk, **_finance("Finance, smaller amounts", 5_000))
    add_rule(actor=admin, matrix_id=draft.pk, name="Finance, in dollars", role="finance", currency="USD")
    if not Delegation.objects.exists():
        create_delegation(
            actor=cast["finance"],
            delegate_id=cast["approver"].person_id,
            starts_at=clock.now(),
            ends_at=clock.now() + timedelta(days=12),
            limit_amount=Decimal(100_000),
            limit_currency="EUR",
            reason="At the trade fair",
        )


def _team(cast: Cast, name: str, kind: str, roles: tuple[str, ...]) -> Team:
    found = Team.objects.filter(name=name).first()
    people = [cast[role].person_id for role in roles]
    return found or create_team(actor=cast["administrator"], name=name, kind=kind, lead_id=people[0], members=people)


def _rules(board: Team, privacy: Team) -> list[dict[str, Any]]:
    return [
        {"name": "Legal", "role": "legal", "origins": ["none", "high"], "hours": 72, "remind_hours": 48},
        {"name": "Legal, departures", "role": "legal", "departure": "any", "hours": 72, "remind_hours": 48},
        _finance("Finance", 10_000),
        {"name": "Data protection", "team_id": privacy.pk, "categories": ["dpa"], "hours": 72, "remind_hours": 24},
        {"name": "Management", "role": "executive", "stage": 2, "hours": 96, "remind_hours": 48, **_from(250_000)},
        {"name": "Board", "team_id": board.pk, "needs": "some", "needs_count": 2, "stage": 3, **_from(1_000_000)},
    ]


def _finance(name: str, amount: int) -> dict[str, Any]:
    timed = {"hours": 48, "remind_hours": 24, "escalate_role": "executive"}
    return {"name": name, "role": "finance", **timed, **_from(amount)}


def _from(amount: int) -> dict[str, Any]:
    return {"value_from": Decimal(amount), "currency": "EUR"}


@transaction.atomic
def _send(cast: Cast, paper: Paper) -> None:
    procurement, legal = cast["procurement"], cast["legal"]
    contract: Contract = file_contract(
        actor=procurement, title=TITLE, category=Category.HOSTING, currency="EUR", value_amount=Decimal(57_600)
    )
    add_version(actor=procurement, contract_id=contract.pk, paper=paper, attribution="Written for this portfolio")
    ours = Organization.objects.get(pk=legal.organization_id).name
    name_party(actor=procurement, contract_id=contract.pk, name=ours, role="ours")
    name_party(actor=procurement, contract_id=contract.pk, name=OTHER_SIDE, role="counterparty", country="DE")
    terms = {
        "starts_on": _first_of_next_month(),
        "initial_months": 24,
        "renewal": "automatic",
        "renewal_months": 12,
        "notice_length": 3,
        "notice_unit": "months",
    }
    set_terms(actor=procurement, version_id=Version.objects.get(contract=contract).pk, terms=terms)
    note = "They hold the price until the end of the month."
    request_approval(actor=procurement, contract_id=contract.pk, note=note)


def _first_of_next_month() -> date:
    return (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)


def register() -> None:
    register_stage(Stage(key="approvals", title="Approvals", order=19, load=load))
