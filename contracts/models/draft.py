"""Whose turn it is, and what a side writes while it is: private to that side until it is handed over."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import DRAFT_STATES, DraftState, Side


class Turn(OrganizationRow):
    """A stretch of time in which one side writes. `ended_at` is null on the present one; `version` is what was handed
    over at its end. A contract without rows has been on our side since it was created."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="turns")
    number = models.PositiveIntegerField(_("number"))
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    began_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("contracts.Version", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="turn_number_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(ended_at=None), name="turn_one_open_per_contract"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.side}"


class Draft(OrganizationRow):
    """What one side writes in its turn; seen by that side alone. `base` is the version that it was begun from (null:
    from nothing), `version` what it became when it was handed over. `revision` counts all changes of its clauses."""

    STATES: ClassVar[StateTable] = DRAFT_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="drafts")
    base = models.ForeignKey("contracts.Version", null=True, on_delete=models.PROTECT, related_name="drafts_begun")
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=DraftState.choices, default=DraftState.OPEN)
    revision = models.PositiveIntegerField(default=1)
    version = models.OneToOneField("contracts.Version", null=True, on_delete=models.PROTECT, related_name="draft")
    note = models.TextField(_("what changed"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "side", "number"], name="draft_number_once"),
            models.UniqueConstraint(
                fields=["contract", "side"], condition=models.Q(state="open"), name="draft_one_open_per_side"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="handed_over") | models.Q(version__isnull=False),
                name="draft_handed_over_has_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.number}"


class DraftClause(OrganizationRow):
    """A clause while it is written. `place` orders all clauses of the draft, removed ones included, from 1 without
    gaps; `level` counts from 1. `body` is a ProseMirror document (see `contracts/engine/body.py`), `text` its plain
    text; neither has the number and the heading. `number` is the label in the base: the one that is shown comes from
    `contracts/engine/numbering.py`. `origin` is the clause of the base, `became` the one of the version that the draft
    was handed over as. `held_by` writes here until `held_until`: others are told, and may take over."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="clauses")
    place = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(default=1)
    number = models.CharField(max_length=40, blank=True)
    heading = models.CharField(_("heading"), max_length=300, blank=True)
    body = models.JSONField()
    text = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    origin = models.ForeignKey("contracts.Clause", null=True, on_delete=models.PROTECT, related_name="drafted_as")
    became = models.ForeignKey("contracts.Clause", null=True, on_delete=models.SET_NULL, related_name="came_from")
    is_removed = models.BooleanField(default=False)
    library_version = models.ForeignKey(
        "contracts.LibraryClauseVersion", null=True, on_delete=models.PROTECT, related_name="drafted_by"
    )
    library_position = models.CharField(max_length=20, blank=True, default="")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    held_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["place"]
        indexes: ClassVar = [models.Index(fields=["draft", "place"], name="draft_clause_in_order")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=9), name="draft_clause_level"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}".strip()


class ClauseEdit(OrganizationRow):
    """Words that somebody sent for a clause, whatever came of them. Append-only (trigger). `based_on` is the revision
    that was on the screen, `revision` the one that the words made (null where they were not saved). `session` is the
    editor that sent them, where it said so, `sent` {heading, body} what it sent where others' words are in it too. A
    `settled` row says that its author has seen to the kept words of
    `settles`."""

    class Outcome(models.TextChoices):
        SAVED = "saved", _("Saved")
        MERGED = "merged", _("Saved together with another's words")
        CONFLICT = "conflict", _("Kept: another changed the same words")
        TURN_OVER = "turn_over", _("Kept: the turn was over")
        UNSAVED_KEPT = "unsaved_kept", _("Kept: never saved")
        SETTLED = "settled", _("Seen to")

    draft_clause = models.ForeignKey(DraftClause, on_delete=models.PROTECT, related_name="edits")
    based_on = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(null=True)
    heading = models.CharField(max_length=300, blank=True)
    body = models.JSONField()
    text = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    session = models.CharField(max_length=40, blank=True)
    sent = models.JSONField(null=True)
    settles = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="settled_by")

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft_clause", "revision"],
                condition=models.Q(revision__isnull=False),
                name="clause_edit_revision_once",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="settled", settles__isnull=False)
                | (~models.Q(outcome="settled") & models.Q(settles=None)),
                name="clause_edit_settles_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_clause_id} {self.outcome}"


class UnsavedWords(OrganizationRow):
    """The latest words in an editor of somebody's, based on `revision` of the clause; gone once they are saved. Each
    opening of a clause is an editor of its own (`session`), so that two windows of one person keep both their words."""

    draft_clause = models.ForeignKey(DraftClause, on_delete=models.CASCADE, related_name="unsaved")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=40, blank=True)
    revision = models.PositiveIntegerField()
    heading = models.CharField(max_length=300, blank=True)
    body = models.JSONField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft_clause", "person", "session"], name="unsaved_words_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_clause_id} {self.person_id}"
