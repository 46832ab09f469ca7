"""The shell: which entry of the navigation is lit, and the pages that say what broke."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from clm.pages.context import nearest
from clm.pages.errors import server_error

URLS = ("/", "/contracts/", "/contracts/parties/", "/obligations/", "/obligations/dates/")


@pytest.mark.parametrize(
    ("path", "lit"),
    [
        ("/", "/"),
        ("/contracts/", "/contracts/"),
        ("/contracts/parties/", "/contracts/parties/"),
        ("/contracts/parties/5/", "/contracts/parties/"),
        ("/contracts/5/", "/contracts/"),
        ("/obligations/dates/", "/obligations/dates/"),
        ("/profile/", ""),
    ],
)
def test_the_nearest_entry_is_lit(path: str, lit: str) -> None:
    assert nearest(path, URLS) == lit


def test_one_entry_is_lit(page: Client) -> None:
    answer = page.get("/contracts/parties/")
    assert [entry["key"] for entry in answer.context["navigation"]() if entry["active"]] == ["parties"]


def test_without_a_database_the_page_says_so() -> None:
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        answer = server_error(RequestFactory().get("/"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert b"not available just now" in answer.content


def test_another_fault_is_ours() -> None:
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content


def test_the_api_answers_a_fault_with_a_problem() -> None:
    request = RequestFactory().get("/api/v1/contracts/")
    request.request_id = "r-1"  # type: ignore[attr-defined]
    broken = server_error(request)
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        away = server_error(request)

    assert broken["Content-Type"] == "application/problem+json"
    assert json.loads(broken.content) == {
        "type": "urn:covenant:problem:server_error", "title": "Something went wrong.", "status": 500,
        "code": "server_error", "instance": "/api/v1/contracts/", "request_id": "r-1",
    }  # fmt: skip
    assert (away.status_code, away["Retry-After"], json.loads(away.content)["code"]) == (503, "60", "unavailable")


@pytest.mark.parametrize("path", ["/contracts/", "/ledger/", "/jobs/", "/search/"])
def test_a_search_for_no_character_at_all_finds_a_page(page: Client, path: str) -> None:
    assert page.get(path, {"q": "a\x00b"}).status_code == 200
