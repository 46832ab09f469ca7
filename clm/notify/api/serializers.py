from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clm.notify.models import Notification


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """One thing told to the caller; `due_at` is when the thing itself is due."""

    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "body", "url", "subject_type", "subject_id", "created_at", "due_at", "read_at")


class ReadCountSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField()
