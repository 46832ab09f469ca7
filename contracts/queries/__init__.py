"""Reads about contracts: querysets and frozen values."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from clm.access.permissions import visible
from clm.lib.actor import Actor
from clm.lib.trace import ClauseRef
from contracts.models import Contract, ContractParty, Party, Passage, Version
from contracts.states import VersionState


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
