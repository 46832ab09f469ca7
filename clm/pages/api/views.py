"""The caller's own saved views, and what they tell of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from clm.api.acts import Act
from clm.api.serializers import BodySerializer
from clm.api.views import VisibleRowsView
from clm.lib.actor import Actor
from clm.pages.models import Alert, SavedView
from clm.pages.operations.set_view_alert import VERB, set_view_alert


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """`query` is that of the list's address; `alert` when its owner is told of what newly matches, empty: never."""

    class Meta:
        model = SavedView
        fields = ["id", "page", "name", "query", "is_default", "alert", "alert_by_mail"]
        read_only_fields = fields


class AlertSerializer(BodySerializer):
    alert = serializers.ChoiceField(choices=Alert.choices, allow_blank=True)
    by_mail = serializers.BooleanField(required=False, default=True)


class SavedViews(VisibleRowsView, ListAPIView):
    """Your saved views."""

    model = SavedView
    verb = "pages.save_view"
    serializer_class = SavedViewSerializer
    filterset_fields = ["page", "alert"]


class SavedViewDetail(VisibleRowsView, RetrieveAPIView):
    model = SavedView
    verb = "pages.save_view"
    serializer_class = SavedViewSerializer


@extend_schema(responses=SavedViewSerializer)
class SavedViewAlert(Act):
    """Be told of what newly matches a view of yours: `at_once`, `daily`, or with an empty `alert` never."""

    model = SavedView
    asks = VERB
    serializer_class = AlertSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return SavedViewSerializer(set_view_alert(actor=actor, view_id=pk, **sent)).data
