"""An amendment that was proposed is another one: its text, its day or its instrument."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.locks import lock_row
from contracts.events import amending as events
from contracts.models import Amendment, Version
from contracts.operations.amending.guards import (
    check_amends,
    check_day,
    check_open,
    check_seen,
    locked_amendment,
    reopen,
    seal_words,
    set_instrument,
    share,
)
from contracts.operations.approval.guards import supersede_approvals
from contracts.operations.finalize_version import check_order
from contracts.papers import Paper
from contracts.queries.signing import check_not_out

VERB = "contracts.change_amendment"
FIELDS = ("effective_on", "is_retroactive", "retroactive_reason", "summary")


@transaction.atomic
def change_amendment(
    *,
    actor: Actor,
    amendment_id: UUID,
    seen: str | None = None,
    version_id: UUID | None = None,
    instrument: Paper | None = None,
    **changes: Any,
) -> Amendment:
    """The amendment has the given FIELDS, its newest text (`version_id`), its instrument. Answers that were given to
    what it was are void; who refused is asked again.

    `seen` is the content hash that the person had before their eyes. Raises DomainError `changed_meanwhile`,
    `amendment_closed`, `out_for_signature`, and what `propose_amendment` refuses.
    """
    amendment = locked_amendment(actor, VERB, amendment_id)
    require(actor, VERB, amendment)
    check_not_out(amendment.contract)
    check_open(amendment)
    check_seen(amendment, seen)
    before = events.facts_of(amendment)
    for name in FIELDS:
        if name in changes:
            setattr(amendment, name, changes[name])
    if not amendment.is_retroactive:
        amendment.retroactive_reason = ""
    if version_id is not None:
        _take_text(amendment, version_id)
    is_other_day = any(getattr(amendment, name) != before[name] for name in FIELDS if name != "summary")
    if is_other_day or amendment.is_retroactive:
        check_day(
            amendment.contract,
            amendment.effective_on,
            is_retroactive=amendment.is_retroactive,
            reason=amendment.retroactive_reason,
        )
    if amendment.effective_on is not None:
        check_order(amendment.version, amendment.contract, amendment.effective_on)
    if is_other_day or instrument is not None:
        supersede_approvals(actor, amendment.contract, verb=VERB, why=_("What is agreed with the text is other."))
    set_instrument(amendment, instrument)
    seal_words(amendment)
    amendment.save()
    record(actor, reopen(actor, VERB, amendment, before))
    return amendment


def _take_text(amendment: Amendment, version_id: UUID) -> None:
    version = lock_row(Version, version_id)
    if version.contract_id != amendment.contract_id:
        raise NotVisible
    amendment.amends = check_amends(amendment.contract, version)
    amendment.version = version
    share(version)
