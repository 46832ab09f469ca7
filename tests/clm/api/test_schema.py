from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

from clm.api.schema import _public_schema

pytestmark = pytest.mark.django_db


def test_the_schema_builds_without_a_warning() -> None:
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    assert "/api/v1/people/" in out.getvalue()


def test_the_schema_names_both_ways_to_sign_in() -> None:
    schema = Client().get("/api/v1/openapi.json", headers={"Accept": "application/json"}).json()

    schemes = schema["components"]["securitySchemes"]
    assert {scheme["type"] for scheme in schemes.values()} == {"http", "apiKey"}


@pytest.mark.parametrize("accept", ["", "*/*", "application/yaml", "text/html,application/xhtml+xml,*/*;q=0.8"])
def test_the_schema_is_json_by_its_name_whatever_is_asked_for(accept: str) -> None:
    answer = Client().get("/api/v1/openapi.json", headers={"Accept": accept} if accept else {})

    assert answer["Content-Type"].split(";")[0] == "application/json"
    assert json.loads(answer.content)["openapi"].startswith("3.")


def test_the_documentation_page_has_no_inline_script_or_style() -> None:
    answer = Client().get("/api/v1/docs/")
    page = answer.content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "<style" not in page
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]


def test_the_documentation_starts_from_a_script_of_its_own() -> None:
    answer = Client().get("/api/v1/docs/", {"script": ""})

    assert answer["Content-Type"].startswith("application/javascript")
    assert "/api/v1/openapi.json" in answer.content.decode()


def test_the_schema_is_put_together_once_for_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str | None] = []

    def get_schema(self: SchemaGenerator, request: object = None, public: bool = False) -> dict[str, str]:
        made.append(get_language())
        return {"openapi": f"3.0.{len(made)}"}

    monkeypatch.setattr(SchemaGenerator, "get_schema", get_schema)
    _public_schema.cache_clear()
    asked = [
        Client().get("/api/v1/openapi.json", headers={"Accept-Language": language}).json()["openapi"]
        for language in ("de", "en-gb", "de", "en-gb")
    ]
    _public_schema.cache_clear()

    assert (made, asked) == (["de", "en-gb"], ["3.0.1", "3.0.2"] * 2)
