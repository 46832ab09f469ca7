"""Who sends one text to many: who may send one. A list of people is read by who brought it, and by administrators."""

from __future__ import annotations

from django.db.models import QuerySet

from clm.access.registry import register_verbs, register_visibility
from clm.access.subjects import register_subjects
from clm.accounts.roles import Role
from clm.lib.actor import Actor
from contracts.access import EDITORS
from contracts.models import BulkRow, BulkSend

VIEW = "contracts.view_bulk_send"
VERBS = (
    VIEW,
    "contracts.create_bulk_send",
    "contracts.change_bulk_send",
    "contracts.start_bulk_send",
    "contracts.draft_bulk_row",
    "contracts.prepare_bulk_row",
    "contracts.send_bulk_row",
    "contracts.refuse_bulk_row",
)


def register() -> None:
    register_verbs(dict.fromkeys(VERBS, EDITORS))
    register_subjects(BulkSend)
    register_visibility(BulkSend, VIEW, _own)
    register_visibility(BulkRow, VIEW, _rows_of_own)


def _own(actor: Actor, rows: QuerySet[BulkSend]) -> QuerySet[BulkSend]:
    return rows if Role.ADMINISTRATOR in actor.roles else rows.filter(created_by_id=actor.person_id)


def _rows_of_own(actor: Actor, rows: QuerySet[BulkRow]) -> QuerySet[BulkRow]:
    return rows if Role.ADMINISTRATOR in actor.roles else rows.filter(bulk__created_by_id=actor.person_id)
