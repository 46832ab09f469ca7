"""A change of a signed contract is put to its parties."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.events import amending as events
from contracts.models import Amendment, Version
from contracts.operations.amending.guards import (
    ask,
    check_amends,
    check_day,
    check_none_open,
    seal_words,
    set_instrument,
    share,
)
from contracts.operations.approval.guards import supersede_approvals
from contracts.operations.finalize_version import check_order
from contracts.operations.guards import locked_version, person_of
from contracts.operations.record_execution import check_parties
from contracts.papers import Paper

VERB = "contracts.propose_amendment"


@transaction.atomic
def propose_amendment(
    *,
    actor: Actor,
    version_id: UUID,
    effective_on: date | None = None,
    summary: str = "",
    is_retroactive: bool = False,
    retroactive_reason: str = "",
    instrument: Paper | None = None,
) -> Amendment:
    """The newest version is the consolidated text of the next amendment, and each party is asked to accept it; the
    other side reads it from now on. Put the `instrument` before: see `put_paper`.

    Raises DomainError `not_signed`, `version_final`, `version_old`, `amendment_open`, `parties_missing`, Invalid
    `takes_effect_backwards`, `effective_on_missing`, `words_missing`, and what `check_order` refuses.
    """
    version = locked_version(version_id)
    contract = version.contract
    require(actor, VERB, version)
    amends = check_amends(contract, version)
    check_none_open(contract)
    check_parties(contract)
    check_day(contract, effective_on, is_retroactive=is_retroactive, reason=retroactive_reason)
    if effective_on is not None:
        check_order(version, contract, effective_on)
    amendment = Amendment(
        organization_id=actor.organization_id,
        contract=contract,
        number=_next_number(version),
        version=version,
        amends=amends,
        effective_on=effective_on,
        is_retroactive=is_retroactive,
        retroactive_reason=retroactive_reason.strip() if is_retroactive else "",
        summary=summary.strip(),
        proposed_by_id=person_of(actor),
        created_at=clock.now(),
    )
    set_instrument(amendment, instrument)
    seal_words(amendment)
    if instrument is not None or is_retroactive or _was_another(amendment):
        supersede_approvals(actor, contract, verb=VERB, why=_("What is agreed with the text is other."))
    amendment.save(force_insert=True)
    share(version)
    record(actor, events.amendment_proposed(amendment))
    ask(amendment)
    return amendment


def _was_another(amendment: Amendment) -> bool:
    """Whether this very text was proposed before and withdrawn, with another day or document: an approval may be of
    that."""
    before = Amendment.objects.filter(version=amendment.version).order_by("number").last()
    return before is not None and before.content_hash != amendment.content_hash


def _next_number(version: Version) -> int:
    last = Amendment.objects.filter(contract_id=version.contract_id).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1
