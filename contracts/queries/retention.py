"""Reads about how long contracts are kept: holds that cover them, rules, and what waits to be let go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clm.access.permissions import visible
from clm.lib.actor import Actor
from contracts.engine.retention import Retention, Rule, retention
from contracts.models import Contract, ContractParty, Disposal, LegalHold, Matter, MatterContract, RetentionRule
from contracts.models.contract import Category


def standing_holds() -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(released_at=None)


def hold_rows() -> QuerySet[LegalHold]:
    return LegalHold.objects.select_related("contract", "party", "matter", "placed_by", "released_by")


def disposal_rows() -> QuerySet[Disposal]:
    return Disposal.objects.select_related("contract", "proposed_by", "decided_by")


def rules_in_use() -> QuerySet[RetentionRule]:
    return RetentionRule.objects.filter(retired_at=None).order_by("name")


def holds_on(contract: Contract) -> QuerySet[LegalHold]:
    """Every standing hold that covers the contract: on itself, on a party of it, on a matter that it is in."""
    return hold_rows().filter(_covering(contract.pk, contract.pk), released_at=None).order_by("created_at")


def _covering(contract: Any, within: Any) -> Q:
    """Holds on a contract; `within` says it from a query inside of that of the holds."""
    parties = ContractParty.objects.filter(contract=within).values("party")
    matters = MatterContract.objects.filter(contract=within).values("matter")
    return Q(contract=contract) | Q(party__in=parties) | Q(matter__in=matters)


def held() -> Exists:
    """For a queryset of contracts: whether a standing hold covers the row."""
    return Exists(standing_holds().filter(_covering(OuterRef("pk"), OuterRef(OuterRef("pk")))))


def held_among(contract_ids: Iterable[UUID]) -> set[UUID]:
    """Of these contracts those that a standing hold covers; a query a page, and one more where any hold stands."""
    ids = list(contract_ids)
    if not ids or not standing_holds().exists():
        return set()
    return set(Contract.objects.filter(pk__in=ids).filter(held()).values_list("pk", flat=True))


def covered_by(actor: Actor, hold: LegalHold) -> QuerySet[Contract]:
    """The contracts that the hold covers and the actor sees."""
    rows = visible(actor, Contract.objects.defer("search"))
    if hold.contract_id:
        return rows.filter(pk=hold.contract_id)
    if hold.party_id:
        return rows.filter(pk__in=ContractParty.objects.filter(party=hold.party_id).values("contract"))
    return rows.filter(pk__in=MatterContract.objects.filter(matter=hold.matter_id).values("contract"))


def retention_of(contract: Contract, rules: Iterable[Rule] | None = None) -> Retention | None:
    """How long the contract is kept, by the rules in use; None while it has not ended, or where no rule fits."""
    if contract.ended_on is None:
        return None
    known = engine_rules() if rules is None else rules
    recorded_on = contract.end_recorded_on
    called = str(Category(contract.category).label)
    return retention(contract.ended_on, contract.category, contract.jurisdiction, known, recorded_on, called=called)


def engine_rules() -> list[Rule]:
    return [
        Rule(row.name, row.keep_months, row.counts_from, row.category, row.jurisdiction, row.basis)
        for row in rules_in_use()
    ]


def matters_of(actor: Actor, contract: Contract) -> QuerySet[Matter]:
    return visible(actor, Matter.objects.filter(memberships__contract=contract)).order_by("name")


def contracts_of_matters(actor: Actor, matters: Iterable[Matter]) -> dict[UUID, list[MatterContract]]:
    """By matter, the contracts in it that the actor sees."""
    rows = visible(actor, MatterContract.objects.filter(matter__in=list(matters)).select_related("contract"))
    found: dict[UUID, list[MatterContract]] = defaultdict(list)
    for row in rows.order_by("created_at"):
        found[row.matter_id].append(row)
    return found
