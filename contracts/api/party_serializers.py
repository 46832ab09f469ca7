"""The API's shapes of legal entities."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clm.api.serializers import BodySerializer, ModelBodySerializer
from clm.lib import clock
from contracts.models import Party, PartyAddress, PartyContact, PartyIdentifier


class IdentifierSerializer(ModelBodySerializer[PartyIdentifier]):
    """Check digits are verified; `issuer` is the register, for kinds `register` and `other` alone."""

    issuer = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")

    class Meta:
        model = PartyIdentifier
        fields = ["id", "kind", "value", "issuer"]


class PartySerializer(ModelBodySerializer[Party]):
    identifiers = IdentifierSerializer(many=True, read_only=True)

    class Meta:
        model = Party
        fields = ["id", "name", "is_ours", "country", "email", "parent", "identifiers", "archived_at"]
        read_only_fields = ["parent", "archived_at"]


class AddressSerializer(ModelBodySerializer[PartyAddress]):
    class Meta:
        model = PartyAddress
        fields = ["id", "kind", "street", "postal_code", "city", "region", "country"]


class ContactSerializer(ModelBodySerializer[PartyContact]):
    """`days` are ISO weekdays, 1 is Monday, none is every day; times are local to `time_zone`. `is_reached_now` says
    whether it is within them, null where nothing is said of them."""

    days = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7), required=False)
    escalation_level = serializers.IntegerField(min_value=1, max_value=9, required=False, allow_null=True)
    is_reached_now = serializers.SerializerMethodField()

    class Meta:
        model = PartyContact
        fields = [
            "id", "side", "name", "function", "email", "phone", "escalation_level", "days", "opens_at", "closes_at",
            "time_zone", "is_reached_now",
        ]  # fmt: skip

    def get_is_reached_now(self, contact: PartyContact) -> bool | None:
        if not contact.days and contact.opens_at is None:
            return None
        return contact.hours.hold_at(clock.now())


class ParentSerializer(BodySerializer):
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]


class GroupMemberSerializer(serializers.Serializer[Any]):
    """A company of a group: `depth` steps below its head."""

    id = serializers.UUIDField(source="party.pk")
    name = serializers.CharField(source="party.name")
    depth = serializers.IntegerField()
