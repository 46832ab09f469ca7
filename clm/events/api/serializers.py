from __future__ import annotations

from rest_framework import serializers

from clm.events.models import Delivery


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One event for one handler; `dead` after eight failed attempts, until somebody replays it.

    Of an event about a contract that the reader may not see, the payload and the words of the error are left out.
    """

    event_id = serializers.UUIDField(read_only=True)
    type = serializers.CharField(source="event.type", read_only=True)
    payload = serializers.JSONField(source="event.payload", read_only=True)

    class Meta:
        model = Delivery
        fields = (
            "id", "event_id", "type", "payload", "handler", "status", "attempts", "due_at", "done_at", "last_error",
        )  # fmt: skip
