"""Answers kept by Idempotency-Key, so that a repeated request is answered, not repeated."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clm.access.base import OrganizationRow


class IdempotencyRecord(OrganizationRow):
    """The answer given to one key of one actor; kept 24 hours. The fingerprint is of method, path and body.

    `grants` is what permission allowed then, as [verb, model, id of the row]: it is asked again before each answer.
    """

    actor_id = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    location = models.CharField(max_length=300, blank=True)
    grants = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "actor_id", "key"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return self.key
