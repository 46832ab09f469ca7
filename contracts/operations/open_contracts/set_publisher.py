"""Under which name and prefix the organization publishes."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import advisory_lock
from contracts.events import open_contracts as events
from contracts.models import OpenPublisher

FIELDS = ("prefix", "name", "uri", "license_url")
_PREFIX = re.compile(r"ocds-[a-z0-9]{6}")


@transaction.atomic
def set_publisher(*, actor: Actor, prefix: str, name: str, uri: str = "", license_url: str = "") -> OpenPublisher:
    """Processes that begin here from now on have the prefix, which the Open Contracting Partnership gave; those that
    were published keep theirs. Raises Invalid `prefix_unreadable`, `name_missing`."""
    advisory_lock(f"publisher:{actor.organization_id}")
    require(actor, "contracts.set_publisher")
    given = {"prefix": prefix.strip(), "name": name.strip(), "uri": uri.strip(), "license_url": license_url.strip()}
    _check(given)
    known = OpenPublisher.objects.first()
    publisher = known or OpenPublisher(organization_id=actor.organization_id)
    before = {field: getattr(publisher, field) for field in FIELDS} if known else {}
    for field, value in given.items():
        setattr(publisher, field, value)
    publisher.save()
    record(actor, events.publisher_set(publisher, before, given))
    return publisher


def _check(given: dict[str, str]) -> None:
    if not _PREFIX.fullmatch(given["prefix"]):
        message = _("A prefix is “ocds-” and six small letters or digits, as it was registered for you.")
        raise Invalid("prefix_unreadable", message, fields={"prefix": [message]})
    if not given["name"]:
        message = _("Say who publishes.")
        raise Invalid("name_missing", message, fields={"name": [message]})
    for field in ("uri", "license_url"):
        if given[field] and not re.fullmatch(r"https?://\S{1,290}", given[field]):
            message = _("A web address begins with https://.")
            raise Invalid("address_unreadable", message, fields={field: [message]})
