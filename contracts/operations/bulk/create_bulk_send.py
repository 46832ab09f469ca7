"""A list of recipients is taken for a text; what its columns hold is said before anything leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts import queries
from contracts.adapters.csv_rows import MOST_ROWS
from contracts.events.bulk_sends import bulk_fact
from contracts.models import BulkRow, BulkSend, Contract, Party
from contracts.operations.guards import person_of
from contracts.operations.signing.change_envelope import check_person
from contracts.operations.templates.draft_from_template import check_in_use
from contracts.queries.bulk_sends import guessed_mapping, targets_of
from contracts.queries.templates import version_rows

CREATE, CHANGE = "contracts.create_bulk_send", "contracts.change_bulk_send"
FACTS = ("title", "signer_name", "signer_email", "unilateral_reason", "message", "days", "remind_days")


@transaction.atomic
def create_bulk_send(
    *,
    actor: Actor,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    our_party_id: UUID,
    starts_on: date,
    initial_months: int = 12,
    template_version_id: UUID | None = None,
    version_id: UUID | None = None,
    mapping: Mapping[str, str] | None = None,
    **facts: Any,
) -> BulkSend:
    """Nothing leaves yet. `rows` as `read_csv` reads them; without a `mapping` columns are known by their names. The
    text is that of a template, or a contract's version as it is. `facts` are FACTS.

    Raises Invalid `text_missing`, `rows_unfit`, `mapping_unfit`, `recipient_invalid`, `party_unfit`, `term_unfit`,
    `text_confidential`, DomainError `template_not_approved`.
    """
    require(actor, CREATE)
    if not 1 <= len(rows) <= MOST_ROWS:
        raise _invalid("rows_unfit", "file", _("A list has between 1 and %(most)s rows.") % {"most": MOST_ROWS})
    bulk = BulkSend(
        organization_id=actor.organization_id,
        columns=list(columns),
        our_party=_our_party(actor, our_party_id),
        starts_on=starts_on,
        initial_months=_months(initial_months),
        created_by_id=person_of(actor),
        created_at=clock.now(),
        **_text(actor, template_version_id, version_id),
    )
    _put(bulk, {"title": title, **facts})
    bulk.mapping = _checked(bulk, guessed_mapping(bulk) if mapping is None else mapping)
    bulk.save(force_insert=True)
    BulkRow.objects.bulk_create(
        BulkRow(organization_id=actor.organization_id, bulk=bulk, number=number, data=dict(row))
        for number, row in enumerate(rows, start=1)
    )
    record(actor, bulk_fact("bulk_send.created", CREATE, bulk, rows=len(rows), columns=len(columns)))
    return bulk


@transaction.atomic
def change_bulk_send(
    *, actor: Actor, bulk_id: UUID, mapping: Mapping[str, str] | None = None, **facts: Any
) -> BulkSend:
    """Columns hold what `mapping` says, and the FACTS are these. Raises DomainError `bulk_started`, Invalid as
    `create_bulk_send`."""
    bulk = lock_row(BulkSend, bulk_id)
    require(actor, CHANGE, bulk)
    if bulk.started_at is not None:
        raise DomainError("bulk_started", _("Rows of it were sent: nothing about it changes any more."))
    _put(bulk, facts)
    if mapping is not None:
        bulk.mapping = _checked(bulk, mapping)
    bulk.save()
    record(actor, bulk_fact("bulk_send.changed", CHANGE, bulk, mapping=bulk.mapping, facts=sorted(facts)))
    return bulk


def _invalid(code: str, name: str, message: str) -> Invalid:
    return Invalid(code, message, fields={name: [message]})


def _text(actor: Actor, template_version_id: UUID | None, version_id: UUID | None) -> dict[str, Any]:
    if template_version_id is not None and version_id is None:
        require(actor, "contracts.draft_from_template")
        source = get_visible(actor, version_rows(), template_version_id)
        check_in_use(source.template, source)
        return {"template_version": source}
    if version_id is not None and template_version_id is None:
        copied = get_visible(actor, queries.version_rows(), version_id)
        check_text_open(copied.contract)
        return {"version": copied}
    raise _invalid("text_missing", "text", _("Choose one text: a template, or a version of a contract."))


def check_text_open(contract: Contract) -> None:
    """Raise Invalid `text_confidential` for a confidential contract: copies of its text would be read by everybody."""
    if contract.is_confidential:
        message = _("This contract is confidential: its text is not copied into others.")
        raise _invalid("text_confidential", "version", message)


def _our_party(actor: Actor, party_id: UUID) -> Party:
    party: Party = get_visible(actor, Party.objects.all(), party_id)
    if not party.is_ours or party.is_archived:
        raise _invalid("party_unfit", "our_party", _("Choose one of our own entities that is in use."))
    return party


def _months(given: int) -> int:
    if not 1 <= given <= 1200:
        raise _invalid("term_unfit", "initial_months", _("Between 1 and 1200 months."))
    return given


def _put(bulk: BulkSend, facts: Mapping[str, Any]) -> None:
    for name in FACTS:
        if name in facts:
            setattr(bulk, name, facts[name].strip() if isinstance(facts[name], str) else facts[name])
    if not bulk.title:
        raise _invalid("title_missing", "title", _("Give it a title."))
    if not (1 <= bulk.days <= 365 and 0 <= bulk.remind_days <= 365):
        raise _invalid("days_invalid", "days", _("Between 1 and %(most)s days.") % {"most": 365})
    if bulk.signer_name or bulk.signer_email:
        check_person(bulk.signer_name, bulk.signer_email, at="signer_")


def _checked(bulk: BulkSend, mapping: Mapping[str, str]) -> dict[str, str]:
    """Only what there is to be mapped, each to a column that the list has."""
    known = {target.key for target in targets_of(bulk)}
    given = {key: column for key, column in mapping.items() if column}
    wrong = [key for key, column in given.items() if key not in known or column not in bulk.columns]
    if wrong:
        message = _("There is no such column, or nothing of this name to fill.")
        raise Invalid("mapping_unfit", message, fields={f"mapping.{key}": [message] for key in wrong})
    return given
