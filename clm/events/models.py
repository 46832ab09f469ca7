"""The transactional outbox and the deliveries of each event to each handler."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clm.access.base import OrganizationRow


class OutboxEvent(OrganizationRow):
    """A fact, written in the transaction that made it true. Append-only but for `fanned_out_at`."""

    type = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    entry = models.ForeignKey("audit.LedgerEntry", on_delete=models.PROTECT, related_name="+")
    fanned_out_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "id"], condition=models.Q(fanned_out_at=None), name="outbox_waiting"),
        ]

    def __str__(self) -> str:
        return self.type


class DeliveryState(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class Delivery(OrganizationRow):
    """One event for one handler: done once, retried with back-off, or dead until a person replays it.

    `attempts` counts those that began. `due_at`: when the next may begin, also while one runs (see the dispatcher).
    """

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "handler"], name="one_delivery_per_handler")]
        indexes: ClassVar = [
            models.Index(fields=["organization", "due_at"], condition=models.Q(status="pending"), name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.status}"
