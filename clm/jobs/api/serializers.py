from __future__ import annotations

from rest_framework import serializers

from clm.jobs.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    """`percent` is whole percent done; `problems` lists what was refused, row by row."""

    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = Job
        fields = (
            "id", "kind", "title", "state", "percent", "done", "total", "message", "result", "problems", "error",
            "attempts", "created_at", "started_at", "finished_at", "cancel_requested_at",
        )  # fmt: skip
