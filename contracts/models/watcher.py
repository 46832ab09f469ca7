"""Who wants to hear what happens to a contract."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from clm.access.base import OrganizationRow


class Watcher(OrganizationRow):
    """Somebody inside who is told of a contract's changes, as long as they see it; `added_by` who asked for that."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "user"], name="watcher_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.contract_id}"
