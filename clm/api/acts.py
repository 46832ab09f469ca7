"""One verb on one row, by POST."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.idempotency import IdempotentMixin
from clm.api.views import actor_in
from clm.lib.actor import Actor


class Act(IdempotentMixin, GenericAPIView[Any]):
    """POST one verb on one row: the serializer reads the body, `act` calls the verb and answers with the body.

    With `asks` the row (of `model`) must be seen and the verb allowed before the body is read: who may not act learns
    nothing from how the body is refused.
    """

    model: ClassVar[type[Model]]
    asks: ClassVar[str] = ""

    def post(self, request: Request, pk: UUID) -> Response:
        if self.asks:
            actor = actor_in(request)
            require(actor, self.asks, get_visible(actor, self.model._default_manager.all(), pk))
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(self.act(actor_in(request), pk, sent.validated_data))

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        raise AssertionError("an action names its verb")
