"""The caller's own inbox."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import check_empty
from clm.api.views import VisibleRowsView, actor_in
from clm.notify.api.serializers import NotificationSerializer, ReadCountSerializer
from clm.notify.filters import NotificationFilter
from clm.notify.models import Notification
from clm.notify.operations.read_all_notifications import read_all_notifications
from clm.notify.operations.read_notification import read_notification


class NotificationsView(ListModelMixin, VisibleRowsView):
    model = Notification
    verb = "notify.view_notification"
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter

    def get(self, request: Request) -> Response:
        """What the caller was told, newest first."""
        return self.list(request)


class ReadNotificationView(IdempotentMixin):
    @extend_schema(request=None, responses=NotificationSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Mark as read."""
        check_empty(request)
        read = read_notification(actor=actor_in(request), notification_id=pk)
        return Response(NotificationSerializer(read).data)


class ReadAllView(IdempotentMixin):
    @extend_schema(request=None, responses=ReadCountSerializer)
    def post(self, request: Request) -> Response:
        """Mark everything as read."""
        check_empty(request)
        return Response({"read": read_all_notifications(actor=actor_in(request))})
