"""Reads about contracts that belong together: only where both are seen, counts included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.lib.actor import Actor
from contracts.models import Contract, ContractParty, ContractRelation
from contracts.queries import contracts

# A family is cut there: a page shows no more, and a root with thousands of orders has a list of its own.
MOST, DEEPEST = 200, 8
SUGGESTED = 50


@dataclass(frozen=True)
class Tie:
    """One relation as the page of `contract` says it: the words lead to `other`."""

    relation: ContractRelation
    words: Any
    other: Contract


@dataclass(frozen=True)
class Relative:
    """A contract of a family, so many steps below its top; `words` say how it belongs to the one above."""

    contract: Contract
    depth: int
    words: Any = ""


def relations(actor: Actor) -> QuerySet[ContractRelation]:
    """What stands between contracts that the actor sees, both of them."""
    return visible(actor, ContractRelation.objects.filter(ended_at=None))


def ties_of(actor: Actor, contract: Contract) -> list[Tie]:
    """The contract's own relations, those below and after others first; one query."""
    found = relations(actor).filter(Q(contract=contract) | Q(other=contract)).select_related("contract", "other")
    rows = found.defer("contract__search", "other__search").order_by("created_at", "pk")[:MOST]
    ties = [_tie(row, contract) for row in rows]
    return sorted(ties, key=lambda tie: tie.relation.other_id == contract.pk)


def count_ties(actor: Actor, contract: Contract) -> int:
    return relations(actor).filter(Q(contract=contract) | Q(other=contract)).count()


def _tie(row: ContractRelation, contract: Contract) -> Tie:
    if row.contract_id == contract.pk:
        return Tie(row, row.get_kind_display(), row.other)
    return Tie(row, ContractRelation.BACK[ContractRelation.Kind(row.kind)], row.contract)


def family_of(actor: Actor, contract: Contract) -> list[Relative]:
    """What the contract stands under, and all that stands under that, from the top down: each contract once. Empty
    where it stands alone. What only leads over a contract that the actor does not see is not in it. A query a level."""
    rows = relations(actor).filter(kind__in=ContractRelation.BELOW)
    tops, above = {contract.pk}, {contract.pk}
    for _level in range(DEEPEST):
        found = dict.fromkeys(rows.filter(contract__in=above).values_list("other", flat=True))
        if not found:
            break
        leading = set(rows.filter(contract__in=above).values_list("contract", flat=True))
        tops, above = (tops - leading) | set(found), set(found)
    below = _below(rows, tops)
    known = {each.pk: each for each in contracts(actor).filter(pk__in=[*tops, *_all(below)])}
    drawn = list(_walked(sorted(tops, key=lambda pk: known[pk].reference), below, known, 0, set()))
    return drawn[:MOST] if len(drawn) > 1 else []


def _below(rows: QuerySet[ContractRelation], tops: set[UUID]) -> dict[UUID, list[ContractRelation]]:
    found: dict[UUID, list[ContractRelation]] = defaultdict(list)
    level, number = set(tops), 0
    for _depth in range(DEEPEST):
        if not level or number >= MOST:
            break
        fresh = list(rows.filter(other__in=level).order_by("created_at", "pk")[:MOST])
        for row in fresh:
            found[row.other_id].append(row)
        level, number = {row.contract_id for row in fresh} - found.keys(), number + len(fresh)
    return found


def _all(below: dict[UUID, list[ContractRelation]]) -> set[UUID]:
    return {row.contract_id for rows in below.values() for row in rows}


def _walked(
    level: list[UUID],
    below: dict[UUID, list[ContractRelation]],
    known: dict[UUID, Contract],
    depth: int,
    seen: set[UUID],
    words: Any = "",
) -> Iterator[Relative]:
    for pk in level:
        if pk in seen:
            continue
        seen.add(pk)
        yield Relative(known[pk], depth, words)
        for row in below.get(pk, ()):
            yield from _walked([row.contract_id], below, known, depth + 1, seen, row.get_kind_display())


def leads_to(start: UUID, wanted: UUID, kinds: frozenset[str]) -> bool:
    """Whether relations of these kinds lead from one contract up to the other, whoever may see what lies between."""
    rows = ContractRelation.objects.filter(ended_at=None, kind__in=kinds)
    seen: set[UUID] = set()
    level = {start}
    while level:
        if wanted in level:
            return True
        seen |= level
        level = set(rows.filter(contract__in=level).values_list("other", flat=True)) - seen
    return False


def suggested(actor: Actor, contract: Contract) -> list[Contract]:
    """Other contracts with the same counterparties, the newest first."""
    theirs = ContractParty.objects.filter(contract=contract).exclude(role=ContractParty.Role.OURS).values("party")
    same = ContractParty.objects.filter(party__in=theirs).values("contract")
    return list(contracts(actor).filter(pk__in=same).exclude(pk=contract.pk).order_by("-id")[:SUGGESTED])
