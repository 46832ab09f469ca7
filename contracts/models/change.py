"""What the other side sent back, and each change in it that we decide on."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import CHANGE_STATES, ChangeState


class Receipt(OrganizationRow):
    """What is known of a version that came back. `sent` is what it answers. `reads_back`: with every tracked change
    rejected it reads as what was sent; False says that words were changed without tracking. `remarks` are the comments
    of its file that were new."""

    version = models.OneToOneField("contracts.Version", on_delete=models.PROTECT, related_name="receipt")
    sent = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="+")
    is_tracked = models.BooleanField()
    reads_back = models.BooleanField()
    remarks = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.version_id}"


class Change(OrganizationRow):
    """A clause that the other side changed, from the comparison of what was sent with what came back; or something
    outside of the clauses (`is_outside`), which our draft cannot take over. `marks` are the
    tracked changes within it, as the file states them. A change of any kind may put its clause on another level: from
    `old_level` to `new_level`, counted from 1. `draft_clause` is where our decision stands in our draft, and
    `undo` what stood there before."""

    class Kind(models.TextChoices):
        CHANGED = "changed", _("Changed")
        ADDED = "added", _("Added")
        REMOVED = "removed", _("Removed")
        MOVED = "moved", _("Moved")
        LEVEL = "level", _("Other level")
        HEADER = "header", _("Header")
        FOOTER = "footer", _("Footer")
        FIELDS = "fields", _("Form fields")
        PICTURES = "pictures", _("Pictures and drawings")
        STRUCK = "struck", _("Struck words")
        OBJECTS = "objects", _("Embedded files")

    class Tracking(models.TextChoices):
        TRACKED = "tracked", _("Tracked")
        PARTLY = "partly", _("Partly without tracking")
        SILENT = "silent", _("Without tracking")
        HERE = "here", _("Written here")

    STATES: ClassVar[StateTable] = CHANGE_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="changes")
    version = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="changes")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sent_clause = models.ForeignKey("contracts.Clause", null=True, on_delete=models.PROTECT, related_name="+")
    received_clause = models.ForeignKey("contracts.Clause", null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    old_text = models.TextField(blank=True)
    new_text = models.TextField(blank=True)
    old_level = models.PositiveSmallIntegerField(null=True)
    new_level = models.PositiveSmallIntegerField(null=True)
    tracking = models.CharField(max_length=8, choices=Tracking.choices)
    author = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(null=True)
    marks = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=ChangeState.choices, default=ChangeState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    counter = models.TextField(_("our words"), blank=True)
    draft_clause = models.ForeignKey("contracts.DraftClause", null=True, on_delete=models.PROTECT, related_name="+")
    undo = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "position"], name="change_position_once"),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at=None) | ~models.Q(state="open"), name="change_decided"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["contract", "state"], name="change_open_of_contract")]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}".strip() or str(self.position)

    @property
    def is_outside(self) -> bool:
        return self.kind in OUTSIDE

    @property
    def is_relevelled(self) -> bool:
        return self.old_level is not None and self.new_level is not None and self.old_level != self.new_level


# Shown by a Word file beside the words of its clauses.
OUTSIDE = frozenset(
    {
        *(Change.Kind.HEADER, Change.Kind.FOOTER, Change.Kind.FIELDS),
        *(Change.Kind.PICTURES, Change.Kind.STRUCK, Change.Kind.OBJECTS),
    }
)
