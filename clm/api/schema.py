"""What drf-spectacular cannot see by itself: how one signs in, and how refusals look."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers


class ActorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Bearer tokens, or the page's session cookie with its CSRF token."""

    target_class = "clm.api.authentication.ActorAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "cvn_<prefix>_<secret>"},
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        ]


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 application/problem+json, as every refusal is answered."""

    type = serializers.CharField(help_text="urn:covenant:problem:<code>")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(required=False)
    instance = serializers.CharField(required=False)
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
