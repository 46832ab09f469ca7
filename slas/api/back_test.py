"""Back-tests over the API: a job judges the last months, and its result has the windows."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer
from clm.api.views import actor_in
from slas.api.actions import started
from slas.api.serializers import JobStartedSerializer
from slas.back_test import MOST_MONTHS
from slas.models import Commitment
from slas.requests import request_back_test


class BackTestSerializer(BodySerializer):
    months = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS, default=12)


class BackTest(IdempotentMixin):
    """POST judges the last months by the terms of a service level, drafts too; the job's result has each window."""

    model = Commitment

    @extend_schema(request=BackTestSerializer, responses={202: JobStartedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        sent = BackTestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return started(request_back_test(actor_in(request), pk, sent.validated_data["months"]))
