"""A party accepted an amendment elsewhere: on paper, or by letter or e-mail, which is kept."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import blob_of
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.events import amending as events
from contracts.models import Amendment, AmendmentAnswer
from contracts.operations.amending.guards import (
    Evidence,
    check_approved,
    check_open,
    check_seen,
    keep_answer,
    locked_amendment,
    part_to_answer,
    tell_answer,
)
from contracts.operations.requests.guards import check_words
from contracts.queries.amendments import fresh, standings
from contracts.queries.signing import check_not_out
from contracts.signing_day import check_signing_day, signable_since

VERB = "contracts.record_acceptance"
HOW = (AmendmentAnswer.How.PAPER, AmendmentAnswer.How.LETTER)


@transaction.atomic
def record_acceptance(
    *,
    actor: Actor,
    amendment_id: UUID,
    part_id: UUID,
    how: str,
    by_name: str,
    evidence: Evidence,
    answered_on: date | None = None,
    seen: str | None = None,
) -> Amendment:
    """The party has accepted, as the evidence shows: nobody records an acceptance without it, for whichever side. Put
    the evidence before: see `put_evidence`.

    Raises Invalid `date_ahead`, `date_before_text`, `how_unknown`, `words_missing` where nobody is named, and as
    `accept_amendment`.
    """
    amendment = locked_amendment(actor, VERB, amendment_id)
    require(actor, VERB, amendment)
    check_not_out(amendment.contract)
    check_open(amendment)
    check_seen(amendment, seen)
    if how not in HOW:
        raise Invalid("how_unknown", _("On paper, or by letter."), fields={"how": [_("On paper, or by letter.")]})
    check_signing_day(amendment.contract, answered_on, signable_since(amendment.contract), "answered_on")
    part = part_to_answer(amendment, part_id, {each.part.pk for each in standings(amendment)})
    check_approved(amendment, part)
    facts = {
        "how": how,
        "by_name": check_words("by_name", by_name)[:250],
        "answered_on": answered_on or clock.today(amendment.contract.time_zone),
        "evidence": blob_of(evidence.stored),
        "evidence_name": evidence.file_name,
    }
    answer = keep_answer(actor, amendment, part, verdict=AmendmentAnswer.Verdict.ACCEPTED, **facts)
    record(actor, events.amendment_answered(VERB, answer))
    tell_answer(actor, answer)
    return fresh(amendment)
