"""The exact text of a contract at one time, its clauses, and the sentences that things are bound to."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import VERSION_STATES, Side, VersionState


class Source(models.TextChoices):
    UPLOAD = "upload", _("Document")
    DRAFT = "draft", _("Draft")
    RECEIVED = "received", _("Answer")


class Version(OrganizationRow):
    """Immutable once it leaves draft (trigger). `content_hash` is sha256 over the canonical form of text, terms and
    the document's own hash; it is final when the version is. `effective_on` is read in the contract's zone.
    `surroundings`: what a Word file shows beside its clauses, by kind, in short; empty for other files. `side` wrote
    it; the other side has it since `shared_at` (null: it is private to `side`)."""

    STATES: ClassVar[StateTable] = VERSION_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=250)
    media_type = models.CharField(max_length=120)
    page_count = models.PositiveIntegerField(null=True)
    text = models.TextField()
    warnings = models.JSONField(default=list)
    surroundings = models.JSONField(default=dict)
    content_hash = models.CharField(_("content hash"), max_length=64)
    effective_on = models.DateField(_("takes effect on"), null=True, blank=True)
    finalized_at = models.DateTimeField(null=True)
    note = models.TextField(_("what changed"), blank=True)
    attribution = models.TextField(blank=True)
    side = models.CharField(_("written by"), max_length=8, choices=Side.choices, default=Side.OURS)
    source = models.CharField(_("came as"), max_length=8, choices=Source.choices, default=Source.UPLOAD)
    shared_at = models.DateTimeField(_("both sides have it since"), null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=~models.Q(state="final") | models.Q(effective_on__isnull=False, finalized_at__isnull=False),
                name="final_version_has_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Clause(OrganizationRow):
    """A numbered part of a version's text: `text == version.text[start:end]`, in code points. `marks` are the words in
    it that are bold, italic or underlined: [start, end, mark], half-open offsets into `text`. While the version is a
    draft, a clause may be tied to a position of the library; afterwards the tie stays as it is (trigger)."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="clauses")
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=40, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    marks = models.JSONField(default=list)
    library_version = models.ForeignKey(
        "contracts.LibraryClauseVersion", null=True, on_delete=models.PROTECT, related_name="adopted_by"
    )
    library_position = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "position"], name="clause_position_once"),
            models.CheckConstraint(condition=models.Q(end__gte=models.F("start")), name="clause_span"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}".strip()


class Passage(OrganizationRow):
    """A marked sentence: `quote == version.text[start:end]`. Commitments, fees and duties rest on passages."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="passages")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="passages")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "start", "end"], name="passage_once"),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="passage_span"),
        ]

    def __str__(self) -> str:
        return self.quote[:80]

    @property
    def contract_id(self) -> UUID:
        """Whose sentence it is. Fetch it with its version."""
        return self.version.contract_id
