"""The API of an organization's own fields. Their values are `custom_fields` of a contract."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import ModelBodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.access.custom_fields import VIEW
from contracts.api.serializers import ReasonSerializer
from contracts.models import CustomField
from contracts.models.contract import Category
from contracts.operations.custom_fields.change_custom_field import change_custom_field
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.custom_fields.retire_custom_field import reinstate_custom_field, retire_custom_field


class CustomFieldSerializer(ModelBodySerializer[CustomField]):
    """`categories` are types of contract, none means every type; `position` orders. `key` and `kind` never change."""

    key = serializers.RegexField(r"^[a-z][a-z0-9_]{0,39}$")
    categories = serializers.ListField(child=serializers.ChoiceField(choices=Category.choices), required=False)
    choices = serializers.ListField(child=serializers.CharField(max_length=80), required=False)

    class Meta:
        model = CustomField
        fields = [
            "id", "key", "label", "help_text", "kind", "categories", "is_required", "choices", "position", "retired_at",
        ]  # fmt: skip
        read_only_fields = ["retired_at"]


class CustomFieldChangeSerializer(ModelBodySerializer[CustomField]):
    categories = serializers.ListField(child=serializers.ChoiceField(choices=Category.choices), required=False)
    choices = serializers.ListField(child=serializers.CharField(max_length=80), required=False)

    class Meta:
        model = CustomField
        fields = ["label", "help_text", "categories", "is_required", "choices", "position"]


class CustomFields(IdempotentMixin, VisibleRowsView, ListAPIView):
    """What contracts are asked for beyond the facts that every contract has; POST defines one."""

    model = CustomField
    verb = VIEW
    serializer_class = CustomFieldSerializer
    filterset_fields = ["key", "kind"]

    @extend_schema(responses={201: CustomFieldSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.define_custom_field")
        field = define_custom_field(actor=actor, **checked(CustomFieldSerializer, request.data))
        return Response(CustomFieldSerializer(field).data, status=status.HTTP_201_CREATED)


class CustomFieldDetail(VisibleRowsView, RetrieveAPIView):
    """One definition; PATCH changes it, its key and type apart."""

    model = CustomField
    verb = VIEW
    serializer_class = CustomFieldSerializer

    def rows(self) -> QuerySet[Any]:
        return CustomField.objects.all()

    @extend_schema(request=CustomFieldChangeSerializer(partial=True), responses=CustomFieldSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_custom_field", self.get_object())
        sent = checked(CustomFieldChangeSerializer, request.data, partial=True)
        return Response(CustomFieldSerializer(change_custom_field(actor=actor, field_id=pk, **sent)).data)


class FieldAct(Act):
    model = CustomField
    asks = "contracts.retire_custom_field"
    serializer_class = ReasonSerializer


@extend_schema(responses=CustomFieldSerializer)
class Retirement(FieldAct):
    """Contracts are asked for it no more; what was said stays."""

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return CustomFieldSerializer(retire_custom_field(actor=actor, field_id=pk, **sent)).data


@extend_schema(responses=CustomFieldSerializer)
class Reinstatement(FieldAct):
    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return CustomFieldSerializer(reinstate_custom_field(actor=actor, field_id=pk, **sent)).data
