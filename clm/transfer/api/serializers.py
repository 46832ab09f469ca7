from __future__ import annotations

from rest_framework import serializers

from clm.transfer.models import OrganizationExport


class ExportSerializer(serializers.ModelSerializer[OrganizationExport]):
    """An export of the whole organization; `removed_at` says that its file is there no more."""

    class Meta:
        model = OrganizationExport
        fields = (
            "id", "asked_by", "job", "sha256", "size", "rows", "files", "missing", "head_sequence", "head_hash",
            "taken_at", "expires_at", "downloads", "removed_at",
        )  # fmt: skip
