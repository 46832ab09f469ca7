"""Facts about contracts in the open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clm.events.record import Event
from clm.jobs.models import Job
from contracts.models import OpenContract, OpenPublisher


def import_started(job: Job, ours: str) -> Event:
    return Event(
        type="open_contracts.import_started",
        verb="contracts.import_open_contracts",
        subject=job,
        after={"ours": ours},
        payload={"job_id": job.pk},
    )


def open_contract_read(opened: OpenContract, *, is_new: bool, touched: Sequence[str]) -> Event:
    facts = {"ocid": opened.ocid, "key": opened.key, "is_new": is_new, "touched": sorted(touched)}
    return _about(opened, "contract.read_from_ocds", "contracts.import_open_contracts", {}, facts)


def contract_published(opened: OpenContract) -> Event:
    facts = {
        "ocid": opened.ocid,
        "key": opened.key,
        "published_at": opened.published_at,
        "with_description": opened.with_description,
    }
    return _about(opened, "contract.published", "contracts.publish_contract", {}, facts)


def publication_withdrawn(opened: OpenContract, before: Mapping[str, Any]) -> Event:
    return _about(opened, "contract.publication_withdrawn", "contracts.withdraw_publication", before, {})


def open_contracts_exported(publisher: OpenPublisher, *, contracts: int, form: str, sha256: str) -> Event:
    facts = {"contracts": contracts, "form": form, "sha256": sha256}
    return Event(
        type="open_contracts.exported",
        verb="contracts.export_open_contracts",
        subject=publisher,
        after=facts,
        payload=facts,
    )


def publisher_set(publisher: OpenPublisher, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return Event(
        type="open_contracts.publisher_set",
        verb="contracts.set_publisher",
        subject=publisher,
        before=before,
        after=after,
        payload={"publisher_id": publisher.pk},
    )


def _about(opened: OpenContract, type_: str, verb: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=opened.contract,
        contract_id=opened.contract_id,
        before=before,
        after=after,
        payload={"contract_id": opened.contract_id, "ocid": opened.ocid},
    )
