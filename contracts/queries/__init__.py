"""Reads about contracts: querysets and frozen values."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Upper

from clm.access.permissions import can, visible
from clm.lib.actor import Actor
from clm.lib.trace import ClauseRef
from contracts.models import Contract, ContractParty, FurtherWords, Party, Passage, Version
from contracts.queries.party_names import contracts_of, parties_like, parties_with, typed_name
from contracts.states import VersionState

# As many rows as a search is counted to: what the planner is told that is wanted.
PLANNED = 10_001


def contract_rows() -> QuerySet[Contract]:
    """Contracts with their owner and parties."""
    parts = Prefetch("parties", ContractParty.objects.select_related("party").order_by("created_at"))
    return Contract.objects.select_related("owner").defer("search").prefetch_related(parts)


def contracts(actor: Actor) -> QuerySet[Contract]:
    """The contracts this actor sees."""
    return visible(actor, Contract.objects.defer("search"))


def listed(actor: Actor) -> QuerySet[Any]:
    """What the list shows: with parties and owner."""
    return visible(actor, contract_rows())


def found_by(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Rows that have the words in title, text, parties or references, or whose title or a party's name contains them as
    written; where there are none, those of parties whose names are much like them."""
    by_words = Q(search=SearchQuery(words, search_type="websearch", config="english"))
    by_name = Q(search=SearchQuery(words, search_type="websearch", config="simple"))
    by_title = Q(title_upper__contains=words.upper())
    further = _in_long_texts(words, by_words | by_name)
    titled = cast("QuerySet[Any]", rows.annotate(title_upper=Upper("title")))
    exact = by_words | by_name | by_title | further | contracts_of(parties_with(Party.objects.all(), words))
    found = titled.filter(exact)
    if not typed_name(words) or _is_any(found):
        return found
    alike = parties_like(Party.objects.all(), words)
    return rows.filter(contracts_of(alike)) if alike else found


def _is_any(rows: QuerySet[Any]) -> bool:
    """Whether there is a row, planned as if many were wanted: for the first alone PostgreSQL may read the whole table
    where words are frequent and never together."""
    statement, params = rows.order_by().values("pk")[:PLANNED].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM ({statement}) AS found)", params)  # noqa: S608
        return bool(cursor.fetchone()[0])


def found_for(actor: Actor, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """The same, for this actor: what the other side finds says nothing of what it does not see."""
    if can(actor, "contracts.view_inside"):
        return found_by(rows, words)
    found = rows
    for word in words.split()[:20]:
        texts = visible(actor, Version.objects.filter(text__icontains=word)).values("contract")
        named = ContractParty.objects.filter(party__name__icontains=word).values("contract")
        by_name = Q(title__icontains=word) | Q(reference__icontains=word) | Q(external_reference__icontains=word)
        found = found.filter(by_name | Q(pk__in=texts) | Q(pk__in=named))
    if found.exists():
        return found
    theirs = Party.objects.filter(pk__in=ContractParty.objects.filter(contract__in=rows.values("pk")).values("party"))
    alike = ContractParty.objects.filter(party__in=parties_like(theirs, words))
    return rows.filter(pk__in=alike.values("contract"))


def _in_long_texts(words: str, matches: Q) -> Q:
    """Contracts by the parts of their long texts. Looked up beforehand, so that the list keeps its indexes: mostly
    there are none, for single words are found here only where a contract's own vector could not hold them."""
    rows = FurtherWords.objects.filter(matches)
    is_phrase = any(not (each.isalnum() or each.isspace()) for each in words)
    parts = rows if is_phrase else rows.filter(is_beyond=True)
    return Q(pk__in=set(parts.values_list("contract", flat=True)))


def names_of(contract: Contract, role: str) -> str:
    """The names of the parties with a role; parties must be fetched already."""
    return ", ".join(part.party.name for part in contract.parties.all() if part.role == role)


def parties(actor: Actor) -> QuerySet[Party]:
    return visible(actor, Party.objects.all())


def version_rows() -> QuerySet[Version]:
    return Version.objects.select_related("contract", "contract__owner", "blob", "created_by")


def passage_rows() -> QuerySet[Passage]:
    return Passage.objects.select_related("version__contract", "clause", "created_by")


def versions(actor: Actor, contract: Contract) -> QuerySet[Version]:
    """The contract's versions that this actor sees, without their texts, newest first."""
    return visible(actor, Version.objects.filter(contract=contract).defer("text")).order_by("-number")


def shown_version(actor: Actor, contract: Contract) -> Version | None:
    """The newest version that this actor sees, which the contract's page shows."""
    return visible(actor, version_rows().filter(contract=contract)).order_by("-number").first()


def version_in_force(contract: Contract, on: date) -> Version | None:
    """The final version with the latest `effective_on` that is not after `on` (a date in the contract's zone)."""
    finals = Version.objects.filter(contract=contract, state=VersionState.FINAL, effective_on__lte=on)
    return finals.order_by("-effective_on", "-number").first()


def clause_ref(passage: Passage) -> ClauseRef:
    """The sentence of a passage for a trace. Fetch it with version__contract and clause joined."""
    version = passage.version
    return ClauseRef(
        quote=passage.quote,
        clause_number=passage.clause.number,
        clause_id=str(passage.clause_id),
        contract_id=str(version.contract_id),
        contract_reference=version.contract.reference,
        version_id=str(version.pk),
        version_number=version.number,
        content_hash=version.content_hash,
    )
