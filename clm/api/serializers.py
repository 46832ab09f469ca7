"""Bodies that verbs of several apps take."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ReasonSerializer(serializers.Serializer[Any]):
    """Why: kept in the ledger."""

    reason = serializers.CharField()
