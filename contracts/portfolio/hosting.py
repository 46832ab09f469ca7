"""A draft of the first portfolio that is being written and lacks a mandatory clause: what is said of that is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import transaction

from clm.accounts.models import Organization
from clm.lib import clock
from clm.lib.actor import Actor
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract, LibraryClauseVersion
from contracts.models.contract import Category
from contracts.operations.add_version import add_version
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.file_contract import file_contract
from contracts.operations.name_party import name_party
from contracts.papers import Paper, put_paper, read_paper
from contracts.portfolio.requests import HOUSE
from contracts.queries.clause_library import versions_in_use

TITLE = "Hosting of the customer portal"
OTHER_SIDE = "Harbour Lane Hosting GmbH"
LEFT_OUT = "Damages Waiver"
BEGUN_DAYS_AGO = 4
SERVICE = (
    "Service",
    "The Provider hosts the customer portal of the Customer on machines in the European Union, and keeps a copy of its "
    "data in a second place.",
)
FEES = ("Fees", "The Customer pays EUR 1,900 for each calendar month, within 30 days after it has the invoice.")


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """The draft, in the first house. What is there already is left alone."""
    if slug == HOUSE and not Contract.objects.filter(title=TITLE).exists():
        clauses = _mandatory()
        paper = put_paper(cast["legal"], read_paper(_text(clauses).encode(), "hosting-customer-portal.txt"))
        with clock.set_to(clock.now() - timedelta(days=BEGUN_DAYS_AGO)):
            _begin(cast["legal"], paper, clauses)
    report(1, 1)


def _mandatory() -> list[LibraryClauseVersion]:
    """The library's clauses that such a contract must have, but for one."""
    rows = sorted(versions_in_use(), key=lambda row: row.clause.title)
    return [row for row in rows if Category.HOSTING in row.clause.mandatory_for and row.clause.title != LEFT_OUT]


def _text(clauses: Iterable[LibraryClauseVersion]) -> str:
    """Own words, and the preferred ones of the library."""
    said = [SERVICE, FEES, *((row.clause.title, dict(row.keyed)["preferred"]["text"]) for row in clauses)]
    return "\n\n".join(["Hosting Agreement", *(f"{n}. {title}\n\n{text}" for n, (title, text) in enumerate(said, 1))])


@transaction.atomic
def _begin(legal: Actor, paper: Paper, clauses: Iterable[LibraryClauseVersion]) -> None:
    sources = dict.fromkeys(row.clause.attribution for row in clauses if row.clause.attribution)
    contract = file_contract(actor=legal, title=TITLE, category=Category.HOSTING, currency="EUR", value_amount=22_800)
    add_version(actor=legal, contract_id=contract.pk, paper=paper, attribution="\n".join(sources))
    ours = Organization.objects.get(pk=legal.organization_id).name
    name_party(actor=legal, contract_id=contract.pk, name=ours, role="ours")
    name_party(actor=legal, contract_id=contract.pk, name=OTHER_SIDE, role="counterparty")
    begin_draft(actor=legal, contract_id=contract.pk)


def register() -> None:
    register_stage(Stage(key="draft_lacking", title="A draft that is being written", order=16, load=load))
