from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from rest_framework.test import APIClient

from clm.access.permissions import noting_grants
from clm.access.scope import organization_scope
from clm.accounts.models import ApiToken, Membership
from clm.accounts.operations.change_roles import change_roles
from clm.api.idempotency import _require_again, fingerprint, forget_before_now
from clm.api.models import IdempotencyRecord
from clm.lib import clock
from clm.lib.errors import NotVisible
from tests.cast import Cast, make_cast
from tests.clm.api.conftest import Bearer
from tests.proof import left_behind

INVITATION = {"email": "new@acme.example", "roles": ["legal"]}


def invite(client: APIClient, key: str = "key-1", **changes: Any) -> Any:
    return client.post("/api/v1/people/", INVITATION | changes, headers={"Idempotency-Key": key})


def set_roles(client: APIClient, cast: Cast) -> Any:
    member = Membership.objects.get(user=cast.users["legal"])
    return client.post(f"/api/v1/people/{member.pk}/roles/", {"roles": ["legal"]}, headers={"Idempotency-Key": "key-2"})


def test_a_repeated_request_gets_the_first_answer(api: APIClient) -> None:
    first = invite(api)
    second = invite(api)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert ("Idempotent-Replay" in first, second["Idempotent-Replay"]) == (False, "true")
    assert left_behind() == (1, 1, 0)


def test_another_body_under_the_same_key_is_refused(api: APIClient) -> None:
    invite(api)

    answer = invite(api, roles=["finance"])

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert left_behind() == (1, 1, 0)


def test_another_path_under_the_same_key_is_refused(api: APIClient) -> None:
    invite(api)

    assert api.post("/api/v1/notifications/read-all/", headers={"Idempotency-Key": "key-1"}).status_code == 422


def test_keys_belong_to_who_sent_them(api: APIClient, acme: Cast) -> None:
    invite(api)
    other = APIClient()
    other.force_login(acme.users["administrator"], backend="django.contrib.auth.backends.ModelBackend")

    assert invite(other).json()["code"] == "already_member"


def test_an_answer_is_not_for_who_may_no_longer_ask(api: APIClient, acme: Cast) -> None:
    assert invite(api).status_code == 201
    Membership.objects.filter(user=acme.users["alice"]).update(roles=["legal"])

    answer = invite(api)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "new@acme.example" not in answer.content.decode()


def test_an_answer_is_not_for_a_token_whose_scope_was_taken_away(bearer: Bearer, acme: Cast) -> None:
    client = bearer(scopes=("*",))
    assert set_roles(client, acme).status_code == 200
    assert set_roles(client, acme)["Idempotent-Replay"] == "true"

    ApiToken.objects.update(scopes=["accounts.view_person"])

    assert (set_roles(client, acme).status_code, set_roles(client, acme).json()["code"]) == (403, "forbidden")


def test_another_token_of_the_same_person_does_not_read_the_answer(bearer: Bearer, acme: Cast) -> None:
    assert set_roles(bearer(scopes=("*",)), acme).status_code == 200

    answer = set_roles(bearer(scopes=("accounts.view_person",)), acme)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_an_answer_about_a_row_is_not_for_who_no_longer_sees_it(api: APIClient, acme: Cast) -> None:
    member = Membership.objects.get(user=acme.users["legal"])
    with noting_grants(acme["administrator"]) as grants:
        change_roles(actor=acme["administrator"], membership_id=member.pk, roles=["finance"])

    assert grants == [("accounts.change_roles", "accounts.Membership", str(member.pk))]
    with pytest.raises(NotVisible):
        _require_again(acme["counterparty"], grants[0])
    with pytest.raises(NotVisible):
        _require_again(acme["administrator"], (*grants[0][:2], str(acme.organization.pk)))


def test_a_refused_request_keeps_no_key(api: APIClient) -> None:
    assert invite(api, email="legal@acme.example").status_code == 409
    assert IdempotencyRecord.objects.count() == 0

    assert invite(api).status_code == 201


def test_an_invalid_request_keeps_no_key(api: APIClient) -> None:
    assert invite(api, roles=[]).status_code == 400
    assert IdempotencyRecord.objects.count() == 0


def test_without_a_key_nothing_is_kept(api: APIClient) -> None:
    api.post("/api/v1/people/", INVITATION)

    assert IdempotencyRecord.objects.count() == 0


def test_a_key_has_a_length(api: APIClient) -> None:
    assert invite(api, key="k" * 129).json()["code"] == "idempotency_key_invalid"


def test_a_failure_after_the_verb_leaves_neither_key_nor_change(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(response: Any) -> None:
        raise RuntimeError("the process died")

    monkeypatch.setattr("clm.api.idempotency._plain", fail)
    with pytest.raises(RuntimeError):
        invite(api)

    assert IdempotencyRecord.objects.count() == 0
    assert left_behind() == (0, 0, 0)
    monkeypatch.undo()
    assert invite(api).status_code == 201


def test_answers_are_forgotten_after_a_day(api: APIClient) -> None:
    invite(api)
    assert forget_before_now() == 0

    with clock.set_to(clock.now() + timedelta(hours=25)):
        assert forget_before_now() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_result() -> None:
    cast = make_cast("acme")
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        client = APIClient()
        client.force_login(cast.users["administrator"], backend="django.contrib.auth.backends.ModelBackend")
        start.wait()
        answers.append(invite(client))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer for answer in answers) == 3
    with organization_scope(cast.organization.pk):
        assert Membership.objects.filter(user__email="new@acme.example").count() == 1
        assert left_behind() == (1, 1, 0)


def parts(boundary: str, content: str) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    return f"{head}{content}\r\n--{boundary}--\r\n".encode()


def fingerprint_of(boundary: str, content: str) -> str:
    kind = f"multipart/form-data; boundary={boundary}"
    request = RequestFactory().post("/api/v1/x/", parts(boundary, content), content_type=kind)
    try:
        return fingerprint(request, takes_files=True)
    finally:
        request.close()


def test_a_repeated_upload_may_draw_another_boundary(settings: Any) -> None:
    assert fingerprint_of("----one1111", "same") == fingerprint_of("----two2222", "same")
    assert fingerprint_of("----one1111", "same") != fingerprint_of("----one1111", "other")
    # A file is no field: it lies on the disk, however large it is.
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert fingerprint_of("----one1111", "x" * 999) != fingerprint_of("----one1111", "x" * 998 + "y")


def test_a_form_that_is_cut_off_is_refused(api: APIClient) -> None:
    kind = "multipart/form-data; boundary="
    sent = api.generic("POST", "/api/v1/people/", b"x", content_type=kind, headers={"Idempotency-Key": "key-1"})

    assert (sent.status_code, sent["Content-Type"]) == (400, "application/problem+json")
