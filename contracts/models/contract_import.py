"""Contracts that come in together: the files of an archive, the rows of a sheet, and what came of each row."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import IMPORT_STATES, ImportState


class ContractImport(OrganizationRow):
    """`archive` and `sheet` are what was uploaded, until it is read. `heads` are the columns of the sheet, `mapping`
    what they mean (`contracts.queries.imports.Mapping`). Who sees a confidential one: whoever began it."""

    STATES: ClassVar[StateTable] = IMPORT_STATES

    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=ImportState.choices, default=ImportState.READING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("begun by")
    )
    is_confidential = models.BooleanField(_("confidential"), default=False)
    archive = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    sheet = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    sheet_name = models.CharField(max_length=250, blank=True)
    heads = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="discarded") | models.Q(archive=None, sheet=None, heads=[], mapping={}),
                name="import_discarded_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/contracts/imports/{self.pk}/"


class ImportFile(OrganizationRow):
    """A file of the archive. `problem` (code, message) says why it is not taken. `text_blob` is the same paper with the
    words that were recognized on its pictures."""

    batch = models.ForeignKey(ContractImport, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    path = models.CharField(_("file"), max_length=400)
    blob = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    text_blob = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    problem = models.JSONField(default=dict)
    is_read = models.BooleanField(default=False)
    is_scan = models.BooleanField(default=False)
    text_key = models.CharField(max_length=64, blank=True)
    sketch = models.BinaryField(default=bytes)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="import_file_position_once"),
        ]

    def __str__(self) -> str:
        return self.path


class ImportRow(OrganizationRow):
    """One contract to be: a line of the sheet, with its file where it names one, or a file alone. Once it is a contract
    it never changes (trigger).

    `like` is a contract that is the same or nearly (`like_row` one of the same import), by `like_kind`; `likeness` is
    in percent. `notes` say what was left out, `problems` why it is refused: each {field, code, message}.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Not tried yet")
        READY = "ready", _("To import")
        DUPLICATE = "duplicate", _("Duplicate")
        REFUSED = "refused", _("Refused")
        SKIPPED = "skipped", _("Left out")
        CREATED = "created", _("Imported")

    class Like(models.TextChoices):
        BYTES = "bytes", _("The same file")
        TEXT = "text", _("The same text")
        NEAR = "near", _("Nearly the same text")
        NUMBER = "number", _("The same reference")
        HIDDEN = "hidden", _("Here already")

    class Decision(models.TextChoices):
        IMPORT = "import", _("Import anyway")
        SKIP = "skip", _("Leave out")

    batch = models.ForeignKey(ContractImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    line = models.PositiveIntegerField(_("line"), null=True)
    cells = models.JSONField(default=dict)
    file = models.ForeignKey(ImportFile, null=True, on_delete=models.PROTECT, related_name="rows")
    title = models.CharField(_("title"), max_length=250, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    like = models.ForeignKey("contracts.Contract", null=True, on_delete=models.PROTECT, related_name="+")
    like_row = models.PositiveIntegerField(null=True)
    like_kind = models.CharField(max_length=8, choices=Like.choices, blank=True)
    likeness = models.PositiveSmallIntegerField(null=True)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    contract = models.ForeignKey("contracts.Contract", null=True, on_delete=models.PROTECT, related_name="import_rows")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_row_number_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(contract__isnull=False), name="contract_imported_once"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="created", contract__isnull=False)
                | (~models.Q(outcome="created") & models.Q(contract=None)),
                name="import_row_created_has_contract",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["batch", "outcome", "number"], name="import_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class TextSketch(OrganizationRow):
    """What a version's text is recognized by when it comes again, or nearly (`contracts.engine.likeness`)."""

    version = models.OneToOneField("contracts.Version", on_delete=models.CASCADE, related_name="sketch")
    text_key = models.CharField(max_length=64)
    sketch = models.BinaryField(default=bytes)
    bands = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "text_key"], name="text_sketch_by_text"),
            GinIndex(fields=["bands"], name="text_sketch_bands"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}"
