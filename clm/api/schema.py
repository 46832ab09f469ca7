"""What drf-spectacular cannot see by itself: how one signs in, and how refusals look."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from clm.api.serializers import OnlyKnownFields


class ActorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Bearer tokens, or the page's session cookie with its CSRF token."""

    target_class = "clm.api.authentication.ActorAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "cvn_<prefix>_<secret>"},
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        ]


class AppSchema(AutoSchema):
    """Where serializers of several apps share a name, each component is named after its app: ContractsReason."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name: str = super().get_serializer_name(serializer, direction)
        kind = serializer if isinstance(serializer, type) else type(serializer)
        alike = {
            other.__module__ for other in _subclasses(serializers.BaseSerializer) if other.__name__ == kind.__name__
        }
        return f"{kind.__module__.split('.')[0].capitalize()}{name}" if len(alike) > 1 else name

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """A body has no other fields than those named."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request" and isinstance(serializer, OnlyKnownFields):
            schema["additionalProperties"] = False
        return schema


class SchemaMadeOnce(SchemaGenerator):
    """The description of the API, which is the same for everybody and takes a second: kept for each language. One of a
    named version is made when it is asked for."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        if self.api_version is not None or not public:
            return super().get_schema(request, public)  # type: ignore[no-untyped-call]
        return _public_schema(get_language())


@lru_cache(maxsize=len(settings.LANGUAGES))
def _public_schema(language: str | None) -> Any:
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]


def _subclasses(kind: type) -> set[type]:
    direct = set(kind.__subclasses__())
    return direct.union(*(_subclasses(each) for each in direct))


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
