"""A contract is filed in one go: its facts, both sides, and its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from clm.access.permissions import require
from clm.lib.actor import Actor
from contracts.models import Contract, ContractParty, Party
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.name_party import name_party
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.papers import Paper, put_paper


def file_contract(
    *,
    actor: Actor,
    paper: Paper | None = None,
    terms: Mapping[str, Any] | None = None,
    our_party: Party | None = None,
    counterparty: str = "",
    **facts: Any,
) -> Contract:
    """A draft with what was given of sides, document and its terms, or nothing at all.

    Each verb inside leaves its own entry. Terms without a document are not taken. In a transaction of your own put the
    paper before: see `put_paper`.
    """
    require(actor, "contracts.create_contract")
    paper = put_paper(actor, paper) if paper is not None else None
    with transaction.atomic():
        contract = create_contract(actor=actor, **facts)
        _add_sides(actor, contract, our_party, counterparty)
        if paper is not None:
            version = add_version(actor=actor, contract_id=contract.pk, paper=paper)
            if terms is not None:
                set_terms(actor=actor, version_id=version.pk, terms=terms)
        contract.refresh_from_db()
    return contract


def _add_sides(actor: Actor, contract: Contract, our_party: Party | None, counterparty: str) -> None:
    if our_party is not None:
        add_party(actor=actor, contract_id=contract.pk, party_id=our_party.pk, role=ContractParty.Role.OURS)
    if counterparty.strip():
        name_party(actor=actor, contract_id=contract.pk, name=counterparty, role=ContractParty.Role.COUNTERPARTY)
