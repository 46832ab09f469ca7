"""Content-addressed blobs: the bytes of every document, kept once per organization under their sha256."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clm.access.base import OrganizationRow


class Blob(OrganizationRow):
    """Bytes that never change, stored under `<organization>/<first two>/<sha256>` of the default storage. Those of an
    erased one are gone: its `storage_name` is empty, and its hash still says what they were."""

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120)
    storage_name = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "sha256"], name="one_blob_per_content"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def is_erased(self) -> bool:
        return not self.storage_name
