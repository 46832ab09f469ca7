"""Published contracts are handed out in the form of the open contracting world."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.adapters.ocds_writing import FORMS, package
from contracts.events import open_contracts as events
from contracts.models import OpenPublisher
from contracts.queries.open_contracts import out_contracts, published, publisher_of

MOST = 5000


@dataclass(frozen=True)
class OpenPackage:
    content: bytes
    contracts: int
    form: str


@transaction.atomic
def export_open_contracts(*, actor: Actor, form: str, contract_ids: Iterable[UUID] | None = None) -> OpenPackage:
    """A package of what is published, of all or of the named contracts; the ledger has its hash.

    Confidential contracts are never in it, and neither is one that was not published by name. The
    standard has no empty package. Raises Invalid `form_unknown`, DomainError `publisher_missing`, `nothing_published`,
    `too_many`.
    """
    require(actor, "contracts.export_open_contracts")
    if form not in FORMS:
        message = _("Choose one.")
        raise Invalid("form_unknown", message, fields={"form": [message]})
    publisher = OpenPublisher.objects.first()
    if publisher is None:
        raise DomainError("publisher_missing", _("Say first who publishes: an administrator names the publisher."))
    rows = list(published(actor, contract_ids)[: MOST + 1])
    if not rows:
        raise DomainError("nothing_published", _("None of these contracts is published."))
    if len(rows) > MOST:
        raise DomainError("too_many", _("More than 5,000 contracts: choose some of them."))
    said = package(form, out_contracts(rows), publisher_of(publisher), clock.now())
    content = json.dumps(said, ensure_ascii=False, indent=1).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    record(actor, events.open_contracts_exported(publisher, contracts=len(rows), form=form, sha256=sha256))
    return OpenPackage(content, len(rows), form)
