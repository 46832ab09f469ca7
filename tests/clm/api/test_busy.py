"""A request that gave way to others is told to try again; one without a database that it is away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from clm.access.scope import organization_scope
from clm.accounts.models import User
from clm.jobs.models import Job
from clm.pages.errors import server_error
from tests.cast import make_cast


def answer_to(sql: str, path: str = "/api/v1/contracts/", **headers: str) -> HttpResponse:
    """What the request answers whose statement the database refuses."""
    request = RequestFactory(headers=headers).post(path)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError:
        return server_error(request)
    raise AssertionError("the statement passed")


def raising(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"


def told(answer: HttpResponse) -> tuple[int, str, str]:
    return answer.status_code, answer.get("Retry-After", ""), json.loads(answer.content)["code"]


@pytest.mark.parametrize("code", ["40P01", "40001", "55P03"])
def test_who_gave_way_tries_again(db: None, code: str) -> None:
    answer = answer_to(raising(code))

    assert answer["Content-Type"] == "application/problem+json"
    assert told(answer) == (503, "2", "busy")


@pytest.mark.parametrize(
    ("code", "expected"), [("57P01", (503, "60", "unavailable")), ("23505", (500, "", "server_error"))]
)
def test_other_faults_are_not_called_busy(db: None, code: str, expected: tuple[int, str, str]) -> None:
    assert told(answer_to(raising(code))) == expected


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_not_called_busy() -> None:
    answer = answer_to("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()

    assert told(answer) == (503, "60", "unavailable")


def test_a_page_that_was_sent_leads_back_to_its_form(db: None) -> None:
    sent = answer_to(raising("40P01"), "/contracts/new/", Referer="http://testserver/contracts/new/?from=x")
    strange = answer_to(raising("40P01"), "/contracts/new/", Referer="https://elsewhere.example/")

    assert (sent.status_code, sent["Retry-After"]) == (503, "2")
    assert "Covenant is busy just now" in sent.content.decode()
    assert 'href="http://testserver/contracts/new/?from=x"' in sent.content.decode()
    assert "elsewhere" not in strange.content.decode()


@pytest.fixture
def job(transactional_db: None) -> Job:
    """A queued job of acme's administrator."""
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        user = cast.users["administrator"]
        return Job.objects.create(
            organization=cast.organization, kind="x", title="x", actor_kind="user", actor_id=str(user.pk), user=user
        )


@contextmanager
def locked(job: Job) -> Iterator[None]:
    """Another session holds the job's row."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), organization_scope(job.organization_id):
            Job.objects.select_for_update().get(pk=job.pk)
            held.set()
            over.wait(60)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(60)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        yield
    finally:
        over.set()
        other.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_a_verb_that_waited_too_long_for_its_row(job: Job) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=job.user_id), backend="django.contrib.auth.backends.ModelBackend")

    with locked(job):
        by_api = client.post(f"/api/v1/jobs/{job.pk}/cancel/", headers={"Idempotency-Key": "k-1"})
        by_page = client.post(f"/jobs/{job.pk}/cancel/")
    again = client.post(f"/api/v1/jobs/{job.pk}/cancel/", headers={"Idempotency-Key": "k-1"})

    assert told(by_api) == (503, "2", "busy")
    assert by_api.json()["request_id"] == by_api["X-Request-Id"]
    assert (by_page.status_code, by_page["Retry-After"]) == (503, "2")
    assert "Covenant is busy just now" in by_page.content.decode()
    assert (again.status_code, again.json()["state"]) == (200, "cancelled")


@pytest.mark.django_db(transaction=True)
def test_one_of_two_in_a_real_deadlock_is_told_to_try_again() -> None:
    cast = make_cast("acme")
    users = [cast.users["legal"].pk, cast.users["finance"].pk]
    both_hold = threading.Barrier(2)
    answers: list[HttpResponse] = []

    def take(first: object, second: object) -> None:
        try:
            with transaction.atomic():
                User.objects.select_for_update().get(pk=first)
                both_hold.wait(60)
                User.objects.select_for_update().get(pk=second)
        except OperationalError:
            answers.append(server_error(RequestFactory().get("/api/v1/people/")))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=pair) for pair in (users, users[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [told(answer) for answer in answers] == [(503, "2", "busy")]
