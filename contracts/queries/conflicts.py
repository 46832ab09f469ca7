"""Reads about contracts with one party that do not agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.lib.actor import Actor
from clm.lib.canonical import digest
from clm.lib.months import add_months
from contracts.engine.conflicts import Disagreement, Saying, disagreements, outlives
from contracts.models import (
    Conflict,
    Contract,
    ContractParty,
    ContractRelation,
    Party,
    RenewalDecision,
    Stance,
    Terms,
)
from contracts.queries.entities import group_of
from contracts.queries.risk import contracts_with, counting_version
from contracts.states import ENDED, ConflictState

# With so many others, the newest, a contract is compared: a party of ten thousand orders is no list of conflicts.
MOST_COMPARED = 200
COMPARED = ("law", "payment", "cap", "exclusivity")
UNDER = (ContractRelation.Kind.WORK, ContractRelation.Kind.ORDER, ContractRelation.Kind.DPA)


@dataclass(frozen=True)
class Ending:
    """When a contract ends by its newest term, or by the terms of its text; `renews_itself` until notice is given."""

    ends_on: date | None
    renews_itself: bool
    label: str


def conflict_rows() -> QuerySet[Conflict]:
    return Conflict.objects.select_related("contract", "other", "acknowledged_by").defer(
        "contract__search", "other__search"
    )


def conflicts_of(actor: Actor, contract: Contract) -> QuerySet[Conflict]:
    """Those of a contract that stand, open ones first; only with contracts that the actor sees."""
    mine = Q(contract=contract) | Q(other=contract)
    return visible(actor, conflict_rows().filter(mine).exclude(state=ConflictState.SETTLED)).order_by("-state", "-id")


def conflicts_with(actor: Actor, party: Party) -> QuerySet[Conflict]:
    """Those between contracts with the party, or between one with it and one with its group."""
    rows = touching(conflict_rows().exclude(state=ConflictState.SETTLED), [party.pk])
    return visible(actor, rows).order_by("-state", "-id")


def touching(rows: QuerySet[Conflict], parties: Iterable[UUID] | QuerySet[Any]) -> QuerySet[Conflict]:
    """Those of which either contract is with one of the parties."""
    ids = contracts_with(parties).values("pk")
    return rows.filter(Q(contract__in=ids) | Q(other__in=ids))


def compared_with(contract: Contract, also: Iterable[UUID] = ()) -> list[Contract]:
    """The others that are not over, with one of its other parties or a company of the same group; the newest, and of
    the older ones those named by `also`."""
    parties = Party.objects.filter(contracts__contract=contract).exclude(contracts__role=ContractParty.Role.OURS)
    theirs = parties.filter(contracts__contract=contract).distinct().select_related("parent")
    ids: set[UUID] = set()
    for party in theirs:
        ids |= {party.pk, *(member.party.pk for member in group_of(party))}
    rows = contracts_with(ids).exclude(pk=contract.pk).exclude(state__in=ENDED).defer("search")
    newest = list(rows.order_by("-id")[:MOST_COMPARED])
    left = set(also) - {row.pk for row in newest}
    return newest + (list(rows.filter(pk__in=left).order_by("-id")) if left else [])


def sayings_of(contracts: Iterable[Contract]) -> dict[UUID, list[Saying]]:
    """What each says, the governing law that people entered first; one query."""
    found: dict[UUID, list[Saying]] = {}
    for contract in contracts:
        law = Saying("law", contract.jurisdiction, "", "", contract.reference)
        found[contract.pk] = [law] if contract.jurisdiction else []
    rows = Stance.objects.filter(contract__in=found, topic__in=COMPARED).select_related("clause")
    for row in rows.order_by("clause__position", "id"):
        if row.topic == "law" and any(each.topic == "law" and not each.key for each in found[row.contract_id]):
            continue
        label = str(row.clause)
        found[row.contract_id].append(Saying(row.topic, row.value, row.quote, str(row.clause_id), label))
    return found


def found_between(contract: Contract, others: list[Contract]) -> Iterator[tuple[Contract, Disagreement]]:
    """Every disagreement of the contract with each of the others: what the contract says first."""
    said = sayings_of([contract, *others])
    for other in others:
        for each in disagreements(said[contract.pk], said[other.pk]):
            yield other, each
    yield from _outliving(contract, {other.pk: other for other in others})


def _outliving(contract: Contract, others: dict[UUID, Contract]) -> Iterator[tuple[Contract, Disagreement]]:
    rows = ContractRelation.objects.filter(Q(contract=contract) | Q(other=contract), ended_at=None, kind__in=UNDER)
    for row in rows:
        other = others.get(row.other_id if row.contract_id == contract.pk else row.contract_id)
        if other is None:
            continue
        below, master = (contract, other) if row.contract_id == contract.pk else (other, contract)
        under, above = ending_of(below), ending_of(master)
        if outlives(under.ends_on, above.ends_on, master_renews_itself=above.renews_itself):
            said = {below.pk: _term(under), master.pk: _term(above)}
            yield other, Disagreement("term", said[contract.pk], said[other.pk])


def _term(ending: Ending) -> Saying:
    return Saying("term", ending.ends_on.isoformat() if ending.ends_on else "", "", "", ending.label)


def ending_of(contract: Contract) -> Ending:
    version = counting_version(contract)
    terms = Terms.objects.filter(version=version).first() if version else None
    stated = add_months(terms.starts_on, terms.initial_months) if terms else None
    noticed = RenewalDecision.objects.filter(contract=contract, kind=RenewalDecision.Kind.NOTICE_GIVEN).exists()
    renews = terms is not None and terms.renewal == "automatic" and not noticed
    return Ending(contract.term_ends_on or stated, renews, str(terms or ""))


def as_said(saying: Saying) -> dict[str, Any]:
    return {"value": saying.value, "quote": saying.quote, "clause": saying.key, "label": saying.label}


def fingerprint_of(says: dict[str, Any], other_says: dict[str, Any]) -> str:
    """By the words and values alone: a clause that a new version has again is the same."""
    return digest([[each["value"], each["quote"], each["label"]] for each in (says, other_says)])
