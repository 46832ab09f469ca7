"""A draft commitment has other terms."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain
from clm.lib.locks import lock_row
from slas import events
from slas.models import Commitment
from slas.operations.guards import check_is_draft, write_rules, write_tiers
from slas.terms import CommitmentTerms, check_terms, facts_of, terms_of


@transaction.atomic
def change_commitment(*, actor: Actor, commitment_id: UUID, terms: CommitmentTerms) -> Commitment:
    """Only a draft changes: raises `commitment_fixed`, Invalid `terms_invalid` by field."""
    commitment = lock_row(Commitment, commitment_id, "indicator")
    require(actor, "slas.change_commitment", commitment)
    check_is_draft(commitment)
    check_terms(terms, commitment.indicator.kind)
    before = to_plain(facts_of(terms_of(commitment)))
    for name, value in terms.as_fields().items():
        setattr(commitment, name, value)
    commitment.save()
    write_tiers(commitment, terms)
    write_rules(commitment, terms)
    record(actor, events.commitment_changed(commitment, before, to_plain(facts_of(terms))))
    return commitment
