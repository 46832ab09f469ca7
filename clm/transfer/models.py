"""Exports of a whole organization, each a file that expires."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class OrganizationExport(OrganizationRow):
    """A file with everything that the organization had at an instant. It lies in the storage until `expires_at`, or
    until somebody removes it; the row stays."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    storage_name = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(_("size"))
    rows = models.PositiveBigIntegerField(_("rows"))
    files = models.PositiveBigIntegerField(_("documents"))
    missing = models.PositiveIntegerField(_("documents that were missing"), default=0)
    head_sequence = models.BigIntegerField()
    head_hash = models.CharField(max_length=64)
    taken_at = models.DateTimeField(_("as of"))
    expires_at = models.DateTimeField(_("until"))
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    removed_at = models.DateTimeField(_("removed at"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(removed_at=None, storage_name__gt="")
                | models.Q(removed_at__isnull=False, storage_name=""),
                name="export_file_until_removed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=models.Q(removed_at=None), name="export_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M} UTC"

    @property
    def is_there(self) -> bool:
        return self.removed_at is None

    @property
    def file_name(self) -> str:
        return f"covenant-{self.taken_at:%Y%m%dT%H%M%SZ}.zip"

    def get_absolute_url(self) -> str:
        return f"/exports/{self.pk}/"
