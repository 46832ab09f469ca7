"""Long work that a person asks for: a large document is read by a job, which adds the version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.documents.blobs import StoredContent, blob_of, put_content
from clm.jobs.models import Job
from clm.jobs.runner import start_job
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Contract, Terms
from contracts.operations.file_contract import file_contract
from contracts.papers.reading import IMPORT, MAX_BYTES
from contracts.term_checks import check_terms

# Documents of up to this many bytes are read while the person waits: they take a second or two.
READ_AT_ONCE = 1024 * 1024
UNREAD = "application/octet-stream"


def request_reading(
    actor: Actor,
    *,
    contract_id: UUID,
    content: bytes,
    file_name: str,
    note: str = "",
    terms: Mapping[str, Any] | None = None,
) -> Job:
    """A job reads the document and adds it, with its terms, as the next version; its page says what is refused."""
    contract = get_visible(actor, Contract.objects.all(), contract_id)
    require(actor, "contracts.add_version", contract)
    _check(terms)
    return _start(actor, contract, _put(actor, content), file_name, note, terms)


def request_filing(
    actor: Actor, *, content: bytes, file_name: str, terms: Mapping[str, Any] | None = None, **facts: Any
) -> Contract:
    """A draft with its facts and sides, whose large document a job reads; or nothing at all."""
    require(actor, "contracts.create_contract")
    _check(terms)
    stored = _put(actor, content)
    with transaction.atomic():
        contract = file_contract(actor=actor, **facts)
        require(actor, "contracts.add_version", contract)
        _start(actor, contract, stored, file_name, "", terms)
    return contract


def _check(terms: Mapping[str, Any] | None) -> None:
    """What the job could not set is refused while the person is there."""
    if terms:
        check_terms(Terms(**terms))


def _put(actor: Actor, content: bytes) -> StoredContent:
    if len(content) > MAX_BYTES:
        message = _("A document has at most 50 MB.")
        raise Invalid("too_large", message, fields={"file": [message]})
    return put_content(actor.organization_id, content, UNREAD)


def _start(
    actor: Actor,
    contract: Contract,
    stored: StoredContent,
    file_name: str,
    note: str,
    terms: Mapping[str, Any] | None,
) -> Job:
    blob = blob_of(stored)
    parameters: dict[str, Any] = {"contract_id": contract.pk, "blob_id": blob.pk, "file_name": file_name, "note": note}
    parameters["terms"] = dict(terms) if terms else None
    title = _("Read %(file)s for %(reference)s") % {"file": file_name, "reference": contract.reference}
    return start_job(actor, kind=IMPORT, title=title, parameters=parameters, subject=contract)
