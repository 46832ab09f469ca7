"""One run of the sealing of one organization's head."""

from __future__ import annotations

from uuid import UUID

import structlog

from clm.access.permissions import system_actor
from clm.audit.access import WATCHMAN
from clm.audit.head_seals import chain_against, contradicted, keep, newest_stored
from clm.audit.models import HeadSeal
from clm.audit.operations.raise_seal_alarm import raise_seal_alarm
from clm.audit.operations.seal_head import seal_head
from clm.lib.errors import DomainError
from clm.lib.locks import held_if_free

log = structlog.get_logger("clm.audit")


def seal_organization(organization_id: UUID) -> bool:
    """The head is sealed where it is due; answers whether it was. Runs within the scope and in no transaction.

    What a crash kept from the storage is stored first. A chain that is not the one that was sealed is not sealed again:
    administrators are told. One run at a time: a seal that another one is just writing would read as an altered one.
    """
    with held_if_free(f"seal:{organization_id}") as is_ours:
        return is_ours and _sealed(organization_id)


def _sealed(organization_id: UUID) -> bool:
    actor = system_actor(WATCHMAN, organization_id)
    try:
        _store_newest()
        _compare(organization_id)
        seal = seal_head(actor=actor)
        if seal is not None:
            keep(seal)
    except DomainError as refusal:
        log.error("ledger_seal_contradicted", organization_id=str(organization_id), **refusal.detail)
        raise_seal_alarm(actor=actor, sequence=int(refusal.detail["sequence"]))
        return False
    return seal is not None


def _store_newest() -> None:
    newest = HeadSeal.objects.order_by("-sequence").first()
    if newest is not None:
        keep(newest)


def _compare(organization_id: UUID) -> None:
    """Raise where the chain does not carry what the storage's last seal says."""
    newest = newest_stored(organization_id)
    if newest is not None and list(chain_against([newest])):
        raise contradicted(newest.sequence)
