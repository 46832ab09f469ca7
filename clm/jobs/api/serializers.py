from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clm.api.views import actor_in
from clm.jobs.models import Job
from clm.jobs.queries import shown


class JobSerializer(serializers.ModelSerializer[Job]):
    """`percent` is whole percent done; `problems` lists what was refused, row by row.

    Of somebody else's job an administrator sees its kind, progress and state; what may speak of a contract is left out.
    So it is of one's own job about a contract that one sees no longer.
    """

    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = Job
        fields = (
            "id", "kind", "title", "state", "percent", "done", "total", "message", "result", "problems", "error",
            "attempts", "created_at", "started_at", "finished_at", "cancel_requested_at",
        )  # fmt: skip

    def to_representation(self, instance: Job) -> dict[str, Any]:
        return super().to_representation(shown(actor_in(self.context["request"]), instance))
