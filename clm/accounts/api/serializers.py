from __future__ import annotations

from rest_framework import serializers

from clm.accounts.models import ApiToken, Delegation, Membership, Organization, Team, User
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


class TeamSerializer(serializers.ModelSerializer[Team]):
    """`members` are ids of people, by name."""

    members = serializers.SerializerMethodField()

    class Meta:
        model = Team
        fields = ("id", "name", "kind", "lead", "members", "created_at")

    def get_members(self, team: Team) -> list[str]:
        return [str(row.user_id) for row in team.members.all()]


class TeamBodySerializer(BodySerializer):
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Team.Kind.choices, required=False)
    lead = serializers.UUIDField(source="lead_id", required=False, allow_null=True)
    members = serializers.ListField(child=serializers.UUIDField(), required=False)


class DelegationSerializer(serializers.ModelSerializer[Delegation]):
    """`limit_amount` null: any value; `categories` empty: all types."""

    class Meta:
        model = Delegation
        fields = (
            "id", "absentee", "delegate", "starts_at", "ends_at", "limit_amount", "limit_currency", "categories",
            "reason", "created_by", "created_at", "revoked_at",
        )  # fmt: skip


class NewDelegationSerializer(BodySerializer):
    """`absentee` is the caller where it is left out; others only administrators name."""

    absentee = serializers.UUIDField(source="absentee_id", required=False)
    delegate = serializers.UUIDField(source="delegate_id")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    limit_amount = serializers.DecimalField(max_digits=18, decimal_places=4, required=False, allow_null=True)
    limit_currency = serializers.CharField(required=False, allow_blank=True, max_length=3)
    categories = serializers.ListField(child=serializers.CharField(max_length=16), required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)
