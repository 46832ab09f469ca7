"""Bodies that verbs of several apps take."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers


@extend_schema_serializer(component_name="RequiredReason")
class ReasonSerializer(serializers.Serializer[Any]):
    """Why: kept in the ledger."""

    reason = serializers.CharField()
