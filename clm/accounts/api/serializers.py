from __future__ import annotations

from rest_framework import serializers

from clm.accounts.models import ApiToken, Membership, Organization, User
from clm.accounts.roles import Role
from clm.api.serializers import BodySerializer, ModelBodySerializer


class PersonSerializer(serializers.ModelSerializer[Membership]):
    """A member: `id` is the membership's, `user_id` the person's."""

    user_id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "user_id", "email", "name", "roles", "created_at", "removed_at")


class RolesSerializer(BodySerializer):
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), allow_empty=False)


class InvitationSerializer(RolesSerializer):
    email = serializers.EmailField()
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class OrganizationSerializer(ModelBodySerializer[Organization]):
    slug = serializers.SlugField(read_only=True)

    class Meta:
        model = Organization
        fields = ("id", "name", "slug", "time_zone", "currency", "holidays_country", "mail_paused")


class ProfileSerializer(ModelBodySerializer[User]):
    email = serializers.EmailField(read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "time_zone")


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    user_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "user_id", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")


class NewTokenSerializer(BodySerializer):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(child=serializers.CharField(max_length=80), allow_empty=False)
    expires_at = serializers.DateTimeField()


class IssuedTokenSerializer(TokenSerializer):
    """A token as it is shown once: with its secret."""

    secret = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "secret")  # type: ignore[assignment]
