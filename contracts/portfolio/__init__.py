"""The contracts of the first portfolio: real papers, filed through the verbs, at dates near and far."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.objects import people_granted
from clm.access.permissions import system_actor
from clm.accounts.models import Organization
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.months import add_months
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.access import TERM_KEEPER
from contracts.models import Clause, Contract, Passage, Term, Version
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.file_contract import file_contract
from contracts.operations.mark_passage import mark_passage
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_terms import set_terms
from contracts.operations.terminate_contract import terminate_contract
from contracts.papers import Paper, put_paper, read_paper
from contracts.portfolio.services import RENEWAL_MONTHS, SERVICE_CONTRACTS, ServiceContract


def register_all() -> None:
    """The contracts' own stage of the first portfolio and those of every capability."""
    from contracts.portfolio import (
        amending,
        approvals,
        hosting,
        imports,
        library,
        open_contracts,
        repository,
        requests,
        retention,
        risk,
        signing,
        written,
    )

    register()
    parts = (
        library,
        requests,
        retention,
        imports,
        written,
        hosting,
        approvals,
        repository,
        signing,
        amending,
        risk,
        open_contracts,
    )
    for part in parts:
        part.register()


__all__ = ["SERVICE_CONTRACTS", "passage_of", "register", "service_contracts"]

DATA = Path(__file__).with_name("data")
PAPERS = DATA / "papers"
Report = Callable[[int, int], None]
OWNERS = ("legal", "procurement", "account_manager")
# Months since the start, initial term, renewal, its length, notice: taken in turn by the papers of the catalogue.
PATTERNS: tuple[tuple[int, int, str, int | None, int | None], ...] = (
    (11, 12, "automatic", 12, 30),
    (23, 24, "automatic", 12, 60),
    (40, 36, "none", None, None),
    (5, 12, "automatic", 12, 90),
    (34, 36, "express", 12, None),
    (10, 12, "automatic", 1, 14),
    (18, 60, "none", None, None),
    (9, 12, "express", 6, None),
)


def load(cast: Cast, slug: str, report: Report) -> None:
    """The contracts of one organization. Papers that are filed already are left alone."""
    entries = [entry for entry in _catalogue() if entry["organization"] == slug]
    services = service_contracts(slug)
    total = len(entries) + len(services)
    ours = _our_name(cast)
    papers = _read([*(_paper_source(entry) for entry in entries), *(_service_source(each, ours) for each in services)])
    for index, (entry, paper) in enumerate(zip(entries, papers, strict=False)):
        if not Contract.objects.filter(title=entry["title"]).exists():
            _file(cast, entry, index, put_paper(cast["legal"], paper), _next_paper(cast, entry))
        report(index + 1, total)
    for index, (service, paper) in enumerate(zip(services, papers[len(entries) :], strict=True)):
        if not Contract.objects.filter(external_reference=service.key).exists():
            _file_service(cast, service, put_paper(cast["legal"], paper))
        report(len(entries) + index + 1, total)
    _let_time_pass()
    _unusual(cast)


def _let_time_pass() -> None:
    """Each renewal and each end happens on its own day, as it would have."""
    for contract in Contract.objects.filter(terms_due_at__lte=clock.now()):
        keeper, today = system_actor(TERM_KEEPER, contract.organization_id), clock.now()
        while contract.terms_due_at is not None and contract.terms_due_at <= today:
            with clock.set_to(contract.terms_due_at):
                contract = advance_terms(actor=keeper, contract_id=contract.pk)


def service_contracts(slug: str) -> list[ServiceContract]:
    """The service contracts of one organization."""
    return [each for each in SERVICE_CONTRACTS if each.organization == slug]


def passage_of(actor: Actor, contract: Contract, quote: str) -> Passage:
    """The marked passage of a quote in the newest version of a contract."""
    version = Version.objects.filter(contract=contract).latest("number")
    start = version.text.index(quote)
    end = start + len(quote)
    clause = Clause.objects.get(version=version, start__lte=start, end__gte=end)
    return mark_passage(actor=actor, version_id=version.pk, clause_id=clause.pk, start=start, end=end, quote=quote)


@lru_cache
def _catalogue() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / "catalogue.json").read_text())
    return found


def _read(sources: Iterable[tuple[bytes, str]]) -> list[Paper]:
    """Papers read two at a time: reading happens in a process of its own."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda source: read_paper(*source), sources))


def _paper_source(entry: dict[str, Any]) -> tuple[bytes, str]:
    return (PAPERS / entry["file"]).read_bytes(), entry["file"]


def _next_paper(cast: Cast, entry: dict[str, Any]) -> Paper | None:
    """The counterparty's next version of the same paper, where the catalogue has one."""
    name = entry.get("next_file")
    return put_paper(cast["legal"], read_paper((PAPERS / name).read_bytes(), name)) if name else None


def _our_name(cast: Cast) -> str:
    return Organization.objects.get(pk=cast["legal"].organization_id).name


def _service_source(service: ServiceContract, ours: str) -> tuple[bytes, str]:
    body = "github-corporate-terms.md" if service.key.startswith("GH-") else "common-paper-sla.md"
    text = f"{service.cover(ours, clock.today())}\n{(PAPERS / body).read_text()}"
    return text.encode(), f"order-form-{service.key.lower()}.md"


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), tzinfo=UTC)


@transaction.atomic
def _file(cast: Cast, entry: dict[str, Any], index: int, paper: Paper, next_paper: Paper | None) -> None:
    months, initial, renewal, renewal_months, notice = PATTERNS[index % len(PATTERNS)]
    is_begun = index % 11 != 7
    starts_on = add_months(clock.today(), -months) + timedelta(days=index % 23)
    if not is_begun:
        starts_on = clock.today() + timedelta(days=12)
    value, currency = _value(entry, index)
    is_draft = index % 9 == 4 or next_paper is not None
    with clock.set_to(_at(starts_on - timedelta(days=20))):
        contract = _draft(cast, entry["title"], entry["category"], index, paper, entry, value, currency)
    if next_paper is not None:
        note = "The counterparty's next version of the same paper"
        with clock.set_to(_at(starts_on - timedelta(days=6))):
            add_version(
                actor=cast["legal"],
                contract_id=contract.pk,
                paper=next_paper,
                note=note,
                attribution=entry["source"],
            )
    if is_draft:
        return
    terms = {
        "starts_on": starts_on,
        "initial_months": initial,
        "renewal": renewal,
        "renewal_months": renewal_months,
        "notice_length": notice,
        "notice_unit": "days",
        **entry.get("terms", {}),
    }
    _sign(cast, contract, entry["counterparty"], terms, starts_on, is_begun=is_begun)


def _value(entry: dict[str, Any], index: int) -> tuple[Decimal | None, str]:
    """What the paper itself states, or nothing where it states nothing; made up where it leaves that to a form."""
    if "value" not in entry:
        return Decimal(1200 * (index % 9 + 1) * (index % 4 + 1)), "EUR"
    stated: list[str] | None = entry["value"]
    return (Decimal(stated[0]), stated[1]) if stated else (None, "")


def _draft(
    cast: Cast,
    title: str,
    category: str,
    index: int,
    paper: Paper,
    entry: dict[str, Any],
    value: Decimal | None,
    currency: str,
    **facts: Any,
) -> Contract:
    owner = cast[OWNERS[index % len(OWNERS)]]
    contract = file_contract(
        actor=cast["legal"],
        title=title,
        category=category,
        owner_id=owner.user_id,
        value_amount=value,
        currency=currency,
        **facts,
    )
    source = entry["source"]
    add_version(actor=cast["legal"], contract_id=contract.pk, paper=paper, attribution=source)
    return contract


def _sign(
    cast: Cast, contract: Contract, other_side: str, terms: dict[str, Any], starts_on: date, *, is_begun: bool = True
) -> None:
    """Terms, both sides, filed as signed three days before the start, in force from it where that has come."""
    legal = cast["legal"]
    ours = _our_name(cast)
    signed_on = starts_on - timedelta(days=3) if is_begun else clock.today() - timedelta(days=1)
    with clock.set_to(_at(signed_on)):
        set_terms(actor=legal, version_id=Version.objects.get(contract=contract).pk, terms=terms)
        name_party(actor=legal, contract_id=contract.pk, name=ours, role="ours")
        name_party(actor=legal, contract_id=contract.pk, name=other_side, role="counterparty")
        record_execution(actor=legal, contract_id=contract.pk, executed_on=signed_on)
    if is_begun:
        with clock.set_to(_at(starts_on)):
            activate_contract(actor=legal, contract_id=contract.pk)


@transaction.atomic
def _file_service(cast: Cast, service: ServiceContract, paper: Paper) -> None:
    starts_on = service.starts_on(clock.today())
    source = {"source": "Order form by the project; standard terms: see contracts/portfolio/data/NOTE.md"}
    with clock.set_to(_at(starts_on - timedelta(days=12))):
        contract = _draft(
            cast, service.title, "cloud", 2, paper, source, service.fee * 12, service.currency,
            external_reference=service.key, time_zone=service.zone,
        )  # fmt: skip
    terms = {
        "starts_on": starts_on,
        "initial_months": service.initial_months,
        "renewal": "automatic",
        "renewal_months": RENEWAL_MONTHS,
        "notice_length": service.notice_days,
        "notice_unit": "days",
    }
    _sign(cast, contract, service.other_side, terms, starts_on)


def _unusual(cast: Cast) -> None:
    """One confidential contract, one terminated, one with notice given, one that the counterparty sees."""
    legal = cast["legal"]
    active = list(Contract.objects.filter(state="active", external_reference="").order_by("reference"))
    confidential = Contract.objects.filter(title="Mutual NDA, merger talks").first()
    if confidential is not None and not confidential.is_confidential:
        restrict_contract(actor=legal, contract_id=confidential.pk, people=_people(cast, "executive"))
    if active and not Contract.objects.filter(state="terminated").exists():
        began_on = Term.objects.filter(contract=active[0]).latest("number").starts_on
        ended_on = max(clock.today() - timedelta(days=1), began_on)
        reason = "Ended by agreement: the service moved in house"
        terminate_contract(actor=legal, contract_id=active[0].pk, terminated_on=ended_on, reason=reason)
    renewing = [each for each in active[1:] if _notice_is_open(each)]
    if renewing and not any(each.renewal_decisions.exists() for each in active):
        decide_renewal(actor=legal, contract_id=renewing[0].pk, kind="notice_given", note="To be tendered again")
    shared = Contract.objects.filter(external_reference__in=["CIR-2044", "MER-C-101"]).first()
    seen_by = people_granted("see_confidential_contract", shared) if shared is not None else ()
    if shared is not None and cast["counterparty"].person_id not in {person.pk for person in seen_by}:
        restrict_contract(
            actor=legal, contract_id=shared.pk, people=_people(cast, "counterparty"), is_confidential=False
        )


def _notice_is_open(contract: Contract) -> bool:
    term = contract.terms.order_by("number").last()
    return term is not None and term.notice_deadline is not None and term.notice_deadline > clock.today()


def _people(cast: Cast, role: str) -> list[UUID]:
    return [cast[role].person_id]


def register() -> None:
    register_stage(Stage(key="contracts", title="Contracts", order=10, load=load))
