"""What the first house amends: one change that both sides accepted and that is in effect, and one that waits for the
other side's answer, whose person sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from clm.access.permissions import system_actor
from clm.accounts.models import Organization
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.months import add_months
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.access import TERM_KEEPER
from contracts.models import Amendment, Contract, ContractParty
from contracts.models.contract import Category
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.amending.answer_amendment import accept_amendment
from contracts.operations.amending.guards import Evidence, put_evidence
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import record_acceptance
from contracts.operations.file_contract import file_contract
from contracts.operations.finalize_version import finalize_version
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, put_paper, read_paper

HOUSE = "northwind"
TITLE = "Coffee machines: rental and care"
OTHER_SIDE = "Brunnhof Kaffeetechnik GmbH"
TEXT = """{title}

1. Machines

The Provider rents {machines} coffee machines to the Customer and keeps them ready for use.

2. Care

A machine that fails is repaired or replaced within {hours} working hours after the Customer has reported it.

3. Fees

The Customer pays EUR {fee} for each calendar month, within 30 days after it has the invoice.

4. Term

This agreement runs for two years from its first day and ends then.
"""
# What each text says: the first, and that of the two amendments.
FACTS: tuple[dict[str, Any], ...] = (
    {"machines": 6, "hours": 16, "fee": "420"},
    {"machines": 9, "hours": 16, "fee": "610"},
    {"machines": 9, "hours": 8, "fee": "655"},
)
SECOND = (
    "Section 2 is amended: “within 16 working hours” reads “within 8 working hours”. "
    "In section 3 “EUR 610” reads “EUR 655”."
)
LETTER = "Dear Sir or Madam, we accept amendment no. 1 as you sent it. Kind regards, Ruth Brunnhof, managing director"


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """In the first house, once."""
    if slug == HOUSE and not Contract.objects.filter(title=TITLE).exists():
        legal = cast["legal"]
        papers = [put_paper(legal, _paper(facts)) for facts in FACTS]
        instrument = put_paper(legal, read_paper(SECOND.encode(), "amendment-2.txt"))
        evidence = put_evidence(legal, LETTER.encode(), "acceptance-brunnhof.txt")
        _amend(cast, papers, instrument, evidence)
    report(1, 1)


def _paper(facts: dict[str, Any]) -> Paper:
    return read_paper(TEXT.format(title=TITLE, **facts).encode(), "coffee-machines.txt")


def _at(day: date) -> Any:
    return clock.set_to(datetime.combine(day, time(9, 30), tzinfo=clock.now().tzinfo))


@transaction.atomic
def _amend(cast: Cast, papers: list[Paper], instrument: Paper, evidence: Evidence) -> None:
    legal, starts_on = cast["legal"], add_months(clock.today(), -9).replace(day=1)
    terms = {"starts_on": starts_on, "initial_months": 24, "renewal": "none"}
    with _at(starts_on - timedelta(days=10)):
        contract = _filed(legal, papers[0], terms)
    with _at(starts_on):
        activate_contract(actor=legal, contract_id=contract.pk)
    with _at(starts_on + timedelta(days=80)):
        why = "Three more machines for the new floor, from the first of the next month on."
        first = _proposed(legal, contract, papers[1], terms, effective_on=add_months(starts_on, 3), summary=why)
        accept_amendment(actor=legal, amendment_id=first.pk, seen=first.content_hash)
    with _at(starts_on + timedelta(days=84)):
        part = ContractParty.objects.get(contract=contract, role="counterparty")
        record_acceptance(
            actor=legal, amendment_id=first.pk, part_id=part.pk, how="letter", by_name="Ruth Brunnhof",
            evidence=evidence, seen=first.content_hash,
        )  # fmt: skip
        finalize_version(actor=legal, version_id=first.version_id)
    with _at(add_months(starts_on, 3)):
        keeper = system_actor(TERM_KEEPER, legal.organization_id)
        advance_terms(actor=keeper, contract_id=contract.pk)
    people = [cast["counterparty"].person_id]
    restrict_contract(actor=legal, contract_id=contract.pk, people=people, is_confidential=False)
    with clock.set_to(clock.now() - timedelta(days=2)):
        why = "Repairs within a working day, for a little more."
        coming = add_months(clock.today(), 2).replace(day=1)
        second = _proposed(legal, contract, papers[2], terms, effective_on=coming, summary=why, instrument=instrument)
        accept_amendment(actor=legal, amendment_id=second.pk, seen=second.content_hash)


def _filed(legal: Actor, paper: Paper, terms: dict[str, Any]) -> Contract:
    contract = file_contract(
        actor=legal, title=TITLE, category=Category.SERVICES, value_amount=14_640, currency="EUR", jurisdiction="DE",
        time_zone="Europe/Berlin",
    )  # fmt: skip
    version = add_version(actor=legal, contract_id=contract.pk, paper=paper)
    set_terms(actor=legal, version_id=version.pk, terms=terms)
    ours = Organization.objects.get(pk=legal.organization_id).name
    name_party(actor=legal, contract_id=contract.pk, name=ours, role="ours")
    name_party(actor=legal, contract_id=contract.pk, name=OTHER_SIDE, role="counterparty")
    record_execution(actor=legal, contract_id=contract.pk, executed_on=clock.today())
    return contract


def _proposed(legal: Actor, contract: Contract, paper: Paper, terms: dict[str, Any], **facts: Any) -> Amendment:
    version = add_version(actor=legal, contract_id=contract.pk, paper=paper)
    set_terms(actor=legal, version_id=version.pk, terms=terms)
    return propose_amendment(actor=legal, version_id=version.pk, **facts)


def register() -> None:
    """Before the stage that switches approval rules on: these changes were agreed when there were none."""
    register_stage(Stage(key="amendments", title="Amendments", order=17, load=load))
