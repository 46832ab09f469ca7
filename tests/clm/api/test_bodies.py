"""What no field is for is refused beside its name, at any depth; a refused choice names those that there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.test import APIClient

from clm.accounts.models import Membership, Organization
from clm.api.problems import CONTENT_TYPE
from clm.api.serializers import BodySerializer

UNKNOWN = "There is no such field here."
pytestmark = pytest.mark.django_db


class Step(BodySerializer):
    below = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=[("cap", "A cap"), ("greater_of", "Greater of")], required=False)


class Ladder(BodySerializer):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField()
    first = Step(required=False)
    steps = Step(many=True, required=False)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=["{a}", "b"]), required=False)
    free = serializers.DictField(required=False)


def errors(sent: Any, *, partial: bool = False) -> Any:
    found = Ladder(data=sent, partial=partial)
    found.is_valid()
    return found.errors


def test_what_is_named_is_read() -> None:
    sent = {"name": "A", "steps": [{"below": 1, "kind": "cap"}], "free": {"anything": {"goes": 1}}}

    assert errors(sent) == {}


def test_an_unknown_field_is_named_beside_what_else_is_wrong() -> None:
    assert errors({"nmae": "A"}) == {"name": ["This field is required."], "nmae": [UNKNOWN]}
    assert errors({"nmae": "A"}, partial=True) == {"nmae": [UNKNOWN]}


def test_in_a_part_and_in_each_entry_of_a_list() -> None:
    sent = {"name": "A", "first": {"below": 1, "x": 1}, "steps": [{"below": 1}, {"below": "b", "y": 2}]}

    assert errors(sent) == {
        "first": {"x": [UNKNOWN]},
        "steps": {1: {"below": ["A valid integer is required."], "y": [UNKNOWN]}},
    }


def test_what_is_only_read_is_not_sent() -> None:
    assert errors({"name": "A", "id": "7"}) == {"id": ["This field is read, and not sent."]}


def test_a_form_names_parts_by_brackets_and_dots() -> None:
    assert errors(QueryDict("name=A&first.below=1&steps[0]below=2&kinds=b")) == {}
    assert errors(QueryDict("name=A&secnod.below=1&x=2")) == {"secnod.below": [UNKNOWN], "x": [UNKNOWN]}


def test_what_is_no_object_is_said_to_be_none() -> None:
    assert errors([1]) == {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}


def test_a_refused_choice_names_those_that_there_are() -> None:
    sent = {"name": "A", "first": {"below": 1, "kind": "greater of"}, "kinds": ["c"]}

    assert errors(sent) == {
        "first": {"kind": ["“greater of” is not one of the choices: cap, greater_of."]},
        "kinds": {0: ["“c” is not one of the choices: {a}, b."]},
    }


def test_the_api_says_so_and_changes_nothing(api: APIClient) -> None:
    answer = api.post("/api/v1/people/", {"email": "new@acme.example", "roles": ["legal"], "role": "admin"})

    assert (answer.status_code, answer["Content-Type"]) == (400, CONTENT_TYPE)
    assert answer.json() == {
        "type": "urn:covenant:problem:unknown_field", "title": "What was sent is not valid.", "status": 400,
        "code": "unknown_field", "errors": {"role": [UNKNOWN]}, "instance": "/api/v1/people/",
    }  # fmt: skip
    assert not Membership.objects.filter(user__email="new@acme.example").exists()


def test_a_patch_too(api: APIClient) -> None:
    before = Organization.objects.get().name
    answer = api.patch("/api/v1/organization/", {"name": "Other", "timezone": "Europe/Berlin"})

    assert (answer.status_code, answer.json()["errors"]) == (400, {"timezone": [UNKNOWN]})
    assert Organization.objects.get().name == before


def test_what_takes_nothing_refuses_something(api: APIClient) -> None:
    answer = api.post("/api/v1/notifications/read-all/", {"until": "2026-01-01"})

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert api.post("/api/v1/notifications/read-all/").status_code == 200
