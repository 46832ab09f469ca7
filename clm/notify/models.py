"""What waits for a person: one inbox row each, and the mail that goes with it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from clm.access.base import OrganizationRow


class Notification(OrganizationRow):
    """One thing told to one person, once: `dedupe_key` is unique per person. `due_at`: when the thing itself is due."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.UUIDField(null=True)
    dedupe_key = models.CharField(max_length=200)
    due_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    mail_error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user", "dedupe_key"], name="told_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "organization", "read_at"], name="inbox"),
            models.Index(fields=["mail_due_at"], condition=models.Q(mailed_at=None), name="mail_waiting"),
        ]

    def __str__(self) -> str:
        return self.title


class Letter(OrganizationRow):
    """A letter to somebody who may have no account: what it is about, never what it says. Secrets are made when it
    leaves and stand in no row. `due_at` is empty once it left, was kept back or is dead; `error` says why."""

    class Channel(models.TextChoices):
        MAIL = "mail", "E-mail"
        SMS = "sms", "SMS"

    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=4, choices=Channel.choices, default=Channel.MAIL)
    to_name = models.CharField(max_length=200, blank=True)
    to_address = models.CharField(max_length=254)
    subject_type = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    dedupe_key = models.CharField(max_length=200)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "dedupe_key"], name="letter_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="letter_waiting"),
            models.Index(fields=["subject_id", "kind"], name="letter_about"),
        ]

    def __str__(self) -> str:
        return self.kind
