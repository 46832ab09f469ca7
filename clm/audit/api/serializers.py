from __future__ import annotations

from rest_framework import serializers

from clm.audit.models import LedgerEntry


class EntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """A ledger entry; `sequence` and the hashes are null until it is chained, moments after it was written."""

    class Meta:
        model = LedgerEntry
        fields = (
            "id", "sequence", "verb", "event", "actor_kind", "actor_id", "subject_type", "subject_id", "contract_id",
            "before", "after", "reason", "request_id", "at", "previous_hash", "hash",
        )  # fmt: skip
