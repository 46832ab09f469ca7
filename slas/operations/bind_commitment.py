"""A sentence of a version is a draft commitment: indicator, target, window, policies and remedy."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid, NotVisible
from clm.lib.locks import lock_row
from contracts.models import Contract, Passage
from slas import events
from slas.models import Commitment, Indicator
from slas.operations.guards import write_rules, write_tiers
from slas.operations.measure_service import measure_service
from slas.terms import CommitmentTerms, NewIndicator, check_terms


@transaction.atomic
def bind_commitment(
    *, actor: Actor, passage_id: UUID, terms: CommitmentTerms, indicator: UUID | NewIndicator
) -> Commitment:
    """A draft that rests on the passage; the indicator is one of the contract's, or made with its service.

    Raises Invalid `terms_invalid` by field (gaps and overlaps of tiers under `tiers`), `indicator_unknown`.
    """
    passage = lock_row(Passage, passage_id, "version__contract")
    contract = passage.version.contract
    require(actor, "slas.bind_commitment", contract)
    measured = _indicator(actor, contract, indicator)
    check_terms(terms, measured.kind)
    commitment = Commitment.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        version=passage.version,
        passage=passage,
        indicator=measured,
        created_by_id=actor.person_id,
        **terms.as_fields(),
    )
    write_tiers(commitment, terms)
    write_rules(commitment, terms)
    record(actor, events.commitment_bound(commitment))
    return commitment


def _indicator(actor: Actor, contract: Contract, named: UUID | NewIndicator) -> Indicator:
    if isinstance(named, NewIndicator):
        return measure_service(actor=actor, contract_id=contract.pk, indicator=named)
    return _existing(actor, contract, named)


def _existing(actor: Actor, contract: Contract, indicator_id: UUID) -> Indicator:
    try:
        return get_visible(actor, Indicator.objects.filter(service__contract=contract), indicator_id)
    except NotVisible:
        fields = {"indicator": ["The contract has no such indicator."]}
        raise Invalid("indicator_unknown", "Choose an indicator of this contract.", fields=fields) from None
