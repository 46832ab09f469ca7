"""What a version says of its own duration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts import events
from contracts.models import Passage, Terms, Version
from contracts.operations.amending.guards import void_for
from contracts.operations.approval.guards import supersede_approvals
from contracts.operations.guards import changed_meanwhile, locked_version
from contracts.papers import TERM_FIELDS, content_hash, terms_facts
from contracts.queries.signing import check_not_out
from contracts.states import VersionState
from contracts.term_checks import check_terms


@transaction.atomic
def set_terms(
    *,
    actor: Actor,
    version_id: UUID,
    terms: Mapping[str, Any],
    notice_passage_id: UUID | None = None,
    seen: str | None = None,
) -> Terms:
    """The version's terms are these, and its content hash covers them: an approval of the others is overtaken,
    and so is what parties answered to an amendment with the others. `terms`
    has the names of TERM_FIELDS.

    `seen` is the content hash that the person had before their eyes. Raises DomainError `changed_meanwhile`,
    `version_final` for a version that left draft, Invalid for terms that cannot be counted
    (see `check_terms`).
    """
    version = locked_version(version_id, "blob")
    require(actor, "contracts.set_terms", version)
    check_not_out(version.contract)
    if version.state != VersionState.DRAFT:
        raise DomainError("version_final", "A final version keeps its terms: upload the amended text as a new version.")
    if seen and seen != version.content_hash:
        message = _("Somebody set other terms meanwhile: nothing was overwritten.")
        raise changed_meanwhile(version, message, version.content_hash)
    row = Terms.objects.filter(version=version).first() or Terms(
        organization_id=version.organization_id, version=version
    )
    before = terms_facts(row) if row.pk and not row._state.adding else {}
    for name in TERM_FIELDS:
        if name in terms:
            setattr(row, name, terms[name])
    row.notice_passage = _passage(version, notice_passage_id)
    check_terms(row)
    row.save()
    hashed = content_hash(version.text, row, version.blob.sha256)
    before_hash = version.content_hash
    if hashed != before_hash:
        why = _("The terms were changed.")
        supersede_approvals(actor, version.contract, verb="contracts.set_terms", why=why)
    version.content_hash = hashed
    version.save(update_fields=["content_hash"])
    if hashed != before_hash:
        void_for(actor, version, verb="contracts.set_terms")
    record(actor, events.terms_set(row, before or {}, terms_facts(row) or {}))
    return row


def _passage(version: Version, passage_id: UUID | None) -> Passage | None:
    if passage_id is None:
        return None
    passage = Passage.objects.filter(pk=passage_id, version=version).first()
    if passage is None:
        raise Invalid("passage_elsewhere", "The marked sentence belongs to another version.")
    return passage
