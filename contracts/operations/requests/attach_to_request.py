"""A file belongs to a request."""

from __future__ import annotations

from pathlib import PurePath
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import StoredContent, blob_of, put_content
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid
from contracts.access.requests import is_triager
from contracts.events import requests as events
from contracts.models import ContractRequest, RequestFile
from contracts.operations.requests.guards import check_open, lock_request
from contracts.queries.requests import MOST_BYTES, MOST_FILES

VERB = "contracts.attach_to_request"
# Files are given out as they came, as downloads that no browser opens in place.
UNREAD = "application/octet-stream"


def attach_to_request(
    *, actor: Actor, request_id: UUID, file_name: str, content: bytes = b"", stored: StoredContent | None = None
) -> RequestFile:
    """The file is kept with the request; the same bytes again are what is there already. In a transaction of your own
    put the file before: see `put_file`.

    Raises Forbidden for anyone but the requester and the triagers, DomainError `request_closed`, `too_many_files`,
    Invalid `too_large`, `empty`.
    """
    require(actor, VERB)
    stored = stored or put_file(actor, content)
    with transaction.atomic():
        return keep_file(actor, request_id, file_name, stored)


def keep_file(actor: Actor, request_id: UUID, file_name: str, stored: StoredContent) -> RequestFile:
    """A file that was put before, in the transaction of the verb that it came with."""
    request = lock_request(request_id)
    require(actor, VERB, request)
    _check(actor, request)
    blob = blob_of(stored)
    known = RequestFile.objects.filter(request=request, blob=blob).first()
    if known is not None:
        return known
    if request.files.count() >= MOST_FILES:
        raise DomainError("too_many_files", _("A request has at most %d files.") % MOST_FILES)
    file = RequestFile.objects.create(
        organization_id=actor.organization_id,
        request=request,
        blob=blob,
        file_name=PurePath(file_name).name[:250] or "file",
        added_by_id=actor.person_id,
        created_at=clock.now(),
    )
    record(actor, events.file_attached(file))
    return file


def check_size(size: int) -> None:
    """Raises Invalid `too_large`, as 413. Ask before a file is read: an uploaded one may be of any size."""
    if size <= MOST_BYTES:
        return
    message = _("A file has at most %d MB.") % (MOST_BYTES // 1024 // 1024)
    refusal = Invalid("too_large", message, fields={"file": [message]})
    refusal.status = 413
    raise refusal


def put_file(actor: Actor, content: bytes) -> StoredContent:
    """The bytes, stored: outside of every transaction."""
    check_size(len(content))
    if not content:
        message = _("This file is empty.")
        raise Invalid("empty", message, fields={"file": [message]})
    return put_content(actor.organization_id, content, UNREAD)


def _check(actor: Actor, request: ContractRequest) -> None:
    check_open(request)
    if request.requester_id != actor.person_id and not is_triager(actor):
        raise Forbidden(_("Files are added by who asked for the contract, or by who works on it."))
