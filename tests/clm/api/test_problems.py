from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from clm.accounts.models import ApiToken, Membership, User
from clm.accounts.roles import Role
from clm.api.throttles import ActorThrottle, AnonymousThrottle
from clm.lib import clock
from tests.cast import Cast
from tests.clm.api.conftest import Bearer

CONTENT_TYPE = "application/problem+json"


def test_a_path_that_no_route_has(api: APIClient) -> None:
    answer = api.get("/api/v1/pirates/")

    assert (answer.status_code, answer["Content-Type"]) == (404, CONTENT_TYPE)
    assert answer.json() == {
        "type": "urn:covenant:problem:not_found", "title": "Not found.", "status": 404, "code": "not_found",
        "instance": "/api/v1/pirates/",
    }  # fmt: skip


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/changes/x/acceptance/"])
def test_an_unknown_address_is_not_found_by_any_method(db: None, method: str, path: str) -> None:
    """Also by who sends no CSRF token: there is nothing that it could protect."""
    answer = getattr(APIClient(enforce_csrf_checks=True), method)(path)

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (404, CONTENT_TYPE, "not_found")


def test_malformed_json(api: APIClient) -> None:
    answer = api.post("/api/v1/people/", "{not json", content_type="application/json")

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (400, CONTENT_TYPE, "parse_error")


def test_json_that_is_nested_too_deep_is_malformed(api: APIClient) -> None:
    sent = '{"email": ' + "[" * 200_000 + "]" * 200_000 + "}"
    answer = api.post("/api/v1/people/", sent, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (400, CONTENT_TYPE, "parse_error")


@pytest.mark.parametrize(("sent", "code"), [('{"roles": ["\\ud800"]}', "invalid"), ('{"\\ud83d": 1}', "unknown_field")])
def test_half_a_character_is_refused_by_its_field(api: APIClient, sent: str, code: str) -> None:
    """The answer says again what was sent, which UTF-8 alone could not."""
    answer = api.post("/api/v1/people/", sent, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (400, CONTENT_TYPE, code)


def test_escaped_characters_are_read(api: APIClient) -> None:
    answer = api.post("/api/v1/people/", '{"roles": ["\\ud83d\\ude00"]}', content_type="application/json")

    assert (answer.status_code, answer.json()["errors"]["roles"]) == (
        400,
        {"0": [f"“\U0001f600” is not one of the choices: {', '.join(Role.values)}."]},
    )


def test_fields_that_are_wrong_are_named(api: APIClient) -> None:
    answer = api.post("/api/v1/people/", {"email": "nobody", "roles": ["pirate"]})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert sorted(answer.json()["errors"]) == ["email", "roles"]


def test_a_refusal_of_the_domain(api: APIClient, acme: Cast) -> None:
    answer = api.post("/api/v1/people/", {"email": "legal@acme.example", "roles": ["legal"]})

    assert (answer.status_code, answer["Content-Type"]) == (409, CONTENT_TYPE)
    assert answer.json() == {
        "type": "urn:covenant:problem:already_member", "title": "This person is a member already.", "status": 409,
        "code": "already_member", "detail": "This person is a member already.",
        "errors": {"email": ["This person is a member already."]}, "instance": "/api/v1/people/",
    }  # fmt: skip


def test_a_method_that_a_route_lacks(api: APIClient) -> None:
    answer = api.put("/api/v1/people/", {})

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        405,
        CONTENT_TYPE,
        "method_not_allowed",
    )


def test_nobody_signed_in(db: None) -> None:
    answer = APIClient().get("/api/v1/people/")

    assert (answer.status_code, answer.json()["code"], answer["WWW-Authenticate"]) == (
        401,
        "not_authenticated",
        "Bearer",
    )


def test_a_role_that_may_not(bearer: Bearer) -> None:
    answer = bearer("integration").get("/api/v1/people/")

    assert (answer.status_code, answer.json()["parameters"]) == (403, {"verb": "accounts.view_person"})


def test_a_token_that_nobody_issued(db: None) -> None:
    answer = APIClient(headers={"Authorization": "Bearer cvn_x_y"}).get("/api/v1/people/")

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_an_expired_token(bearer: Bearer) -> None:
    client = bearer()
    assert client.get("/api/v1/people/").status_code == 200

    with clock.set_to(clock.now() + timedelta(days=2)):
        assert client.get("/api/v1/people/").json()["code"] == "invalid_token"


def test_a_revoked_token(bearer: Bearer) -> None:
    client = bearer()
    client.delete(f"/api/v1/tokens/{ApiToken.objects.get().pk}/")

    assert client.get("/api/v1/people/").status_code == 401


def test_a_token_does_no_more_than_its_scopes(bearer: Bearer) -> None:
    client = bearer(scopes=("accounts.view_person",))

    assert client.get("/api/v1/people/").status_code == 200
    assert client.get("/api/v1/tokens/").status_code == 403


def test_a_token_opens_no_page(bearer: Bearer) -> None:
    answer = bearer().get("/people/")

    assert answer["Location"].startswith("/accounts/login/")


def test_a_session_needs_its_csrf_token(acme: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(acme.users["administrator"], backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post("/api/v1/people/", {"email": "new@acme.example", "roles": ["legal"]})

    assert (answer.status_code, answer["Content-Type"]) == (403, CONTENT_TYPE)
    assert not User.objects.filter(email="new@acme.example").exists()


def test_a_token_needs_none(bearer: Bearer) -> None:
    client = bearer()
    client.handler.enforce_csrf_checks = True

    assert client.patch("/api/v1/profile/", {"name": "New"}).status_code == 200


def test_too_many_requests(bearer: Bearer, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(ActorThrottle, "THROTTLE_RATES", {"actor": "2/min"})
    client = bearer()
    client.get("/api/v1/people/")
    client.get("/api/v1/people/")

    answer = client.get("/api/v1/people/")

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (429, CONTENT_TYPE, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 61
    cache.clear()


def test_nobody_is_counted_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anon": "1/min"})
    request = APIRequestFactory().get("/")

    assert [AnonymousThrottle().allow_request(Request(request), APIView()) for _ in range(2)] == [True, False]
    cache.clear()


def page_of_people(client: APIClient, **query: object) -> dict[str, object]:
    found: dict[str, object] = client.get("/api/v1/people/", query).json()
    return found


def test_pages_follow_each_other_without_gap_or_overlap(api: APIClient, acme: Cast) -> None:
    seen, url = [], "/api/v1/people/?page_size=4"
    while url:
        answer = api.get(url).json()
        seen += [row["id"] for row in answer["results"]]
        url = answer["next"]

    members = Membership.objects.order_by("-id").values_list("pk", flat=True)
    assert seen == [str(pk) for pk in members]


@pytest.mark.parametrize(("asked", "given"), [("0", 11), ("-1", 11), ("x", 11), ("3", 3), ("100000", 11)])
def test_the_page_size_stays_within_bounds(api: APIClient, acme: Cast, asked: str, given: int) -> None:
    assert len(page_of_people(api, page_size=asked)["results"]) == given  # type: ignore[arg-type]


@pytest.mark.parametrize("cursor", ["cD1waXJhdGU=", "cD0="])
def test_a_cursor_nobody_gave(api: APIClient, cursor: str) -> None:
    answer = api.get("/api/v1/people/", {"cursor": cursor})

    assert (answer.status_code, answer["Content-Type"]) == (404, CONTENT_TYPE)


def test_the_request_id_comes_back(api: APIClient) -> None:
    assert api.get("/api/v1/people/", headers={"X-Request-Id": "abcdefgh-1"})["X-Request-Id"] == "abcdefgh-1"
    assert len(api.get("/api/v1/people/", headers={"X-Request-Id": "bad id!"})["X-Request-Id"]) == 32
