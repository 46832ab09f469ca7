"""How long the first house keeps its contracts: rules, a matter under hold, and an old contract that may go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from django.db import transaction

from clm.access.permissions import system_actor
from clm.accounts.models import Organization
from clm.lib import clock
from clm.lib.actor import Actor
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.access import TERM_KEEPER
from contracts.models import Contract, LegalHold, RetentionRule
from contracts.models.contract import Category
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.archive_contract import archive_contract
from contracts.operations.file_contract import file_contract
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.retention.add_retention_rule import add_retention_rule
from contracts.operations.retention.open_matter import open_matter
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.propose_disposal import propose_disposal
from contracts.operations.retention.put_in_matter import put_in_matter
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, put_paper, read_paper
from contracts.states import ContractState

HOUSE = "northwind"
OLD = "Cleaning of the Hamburg office"
OTHER_SIDE = "Alster Gebäudereinigung GmbH"
TEXT = """Service Agreement

1. Services

The Contractor cleans the offices of the Customer in Hamburg on every working day.

2. Fees

The Customer pays EUR 1,450 for each calendar month.

3. Term

This agreement begins on 1 January 2015 and ends on 31 December 2016. It does not renew.
"""
# Title, type, law, months, from where, and what the rule rests on. Six years for commercial letters and what else is of
# importance for taxation: section 147 (1) no. 2, 3 and 5, (3) and (4) of the German fiscal code.
RULES = (
    ("Three years after the end", "", "", 36, "end", "Our records policy, section 2"),
    ("German tax records", "", "DE", 72, "year_end", "§ 147 Abs. 3 und 4 AO"),
    ("Data processing agreements", Category.DPA, "", 48, "end", "Our records policy, section 4"),
)


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """Rules for every house; the matter and the old contract in the first. What is there already is left alone."""
    for name, category, jurisdiction, months, start, basis in RULES:
        if not RetentionRule.objects.filter(name=name).exists():
            add_retention_rule(
                actor=cast["legal"], name=name, category=category, jurisdiction=jurisdiction, keep_months=months,
                counts_from=start, basis=basis,
            )  # fmt: skip
    if slug == HOUSE and not Contract.objects.filter(title=OLD).exists():
        _let_go(cast["legal"], put_paper(cast["legal"], read_paper(TEXT.encode(), "cleaning-hamburg.txt")))
    if slug == HOUSE and not LegalHold.objects.exists():
        _hold(cast["legal"])
    report(1, 1)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), tzinfo=UTC)


@transaction.atomic
def _let_go(legal: Actor, paper: Paper) -> None:
    """Signed in 2014, over at the end of 2016, archived then; its retention is over, and it was proposed to go."""
    with clock.set_to(_at(date(2014, 12, 1))):
        contract = file_contract(
            actor=legal, title=OLD, category=Category.SERVICES, value_amount=34_800, currency="EUR", jurisdiction="DE",
            time_zone="Europe/Berlin",
        )  # fmt: skip
        version = add_version(actor=legal, contract_id=contract.pk, paper=paper)
        terms = {"starts_on": date(2015, 1, 1), "initial_months": 24, "renewal": "none"}
        set_terms(actor=legal, version_id=version.pk, terms=terms)
        name_party(actor=legal, contract_id=contract.pk, name=_ours(legal), role="ours")
        name_party(actor=legal, contract_id=contract.pk, name=OTHER_SIDE, role="counterparty")
        record_execution(actor=legal, contract_id=contract.pk, executed_on=date(2014, 12, 1))
    with clock.set_to(_at(date(2015, 1, 1))):
        activate_contract(actor=legal, contract_id=contract.pk)
    with clock.set_to(_at(date(2017, 1, 1))):
        advance_terms(actor=system_actor(TERM_KEEPER, legal.organization_id), contract_id=contract.pk)
    with clock.set_to(_at(date(2017, 1, 9))):
        archive_contract(actor=legal, contract_id=contract.pk)
    propose_disposal(actor=legal, contract_id=contract.pk, reason="The books of those years are closed.")


def _ours(legal: Actor) -> str:
    return Organization.objects.get(pk=legal.organization_id).name


@transaction.atomic
def _hold(legal: Actor) -> None:
    """The contract that was terminated is in dispute."""
    contract = Contract.objects.filter(state=ContractState.TERMINATED).order_by("reference").first()
    if contract is None:
        return
    matter = open_matter(actor=legal, name="Dispute over the early end", description="They ask for the remaining fees.")
    put_in_matter(actor=legal, matter_id=matter.pk, contract_id=contract.pk)
    place_hold(actor=legal, name="Early end, nothing goes", reason="Letter of their counsel", matter_id=matter.pk)


def register() -> None:
    register_stage(Stage(key="records", title="Records", order=18, load=load))
