"""The hash-chained ledger, and the rows that every change of state leaves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clm.access.base import OrganizationRow


class LedgerEntry(OrganizationRow):
    """What one verb did. Written in the verb's transaction; chained right after its commit.

    `sequence`, `previous_hash` and `hash` are null until the organization's sequencer has been there. A trigger
    refuses every other change. People are referenced by id, never by name or address.
    """

    sequence = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=80)
    event = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    contract_id = models.UUIDField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, null=True)
    hash = models.CharField(max_length=64, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "sequence"], name="ledger_sequence_once"),
            models.CheckConstraint(
                condition=models.Q(sequence=None, hash=None) | models.Q(sequence__gte=1, hash__isnull=False),
                name="ledger_chained_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "subject_type", "subject_id"], name="ledger_subject"),
            models.Index(fields=["organization", "contract_id"], name="ledger_contract"),
            models.Index(fields=["id"], condition=models.Q(sequence=None), name="ledger_unchained"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event}"


class ChainHead(models.Model):
    """The last chained sequence and hash of an organization; its row lock is the sequencer's turn."""

    organization = models.OneToOneField("accounts.Organization", primary_key=True, on_delete=models.PROTECT)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.sequence}"


class HeadSeal(OrganizationRow):
    """The head of the chain as it stood at an instant. The same three values lie in the storage of the documents and in
    the log, out of the reach of whoever holds only the database. Never changed, never deleted."""

    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "sequence"], name="one_seal_per_head"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.sequence} {self.sealed_at}"


class Transition(OrganizationRow):
    """One change of state of one thing. What happened is computed from these rows."""

    subject_type = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    from_state = models.CharField(max_length=32)
    to_state = models.CharField(max_length=32)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=64)
    reason = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organization", "subject_type", "subject_id", "at"], name="transition_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.from_state} → {self.to_state}"
