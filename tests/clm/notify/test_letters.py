"""Letters to people without an account: kept as rows, sent later, tried again, and dead in the end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail

from clm.access.scope import organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.letters import LetterBody, Withheld, post_letter, register_letter
from clm.notify.models import Letter
from clm.notify.tasks import MAX_ATTEMPTS, send_letters
from clm.notify.text_messages import signature_of
from tests.cast import Cast

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
KIND = "test.letter"


def written(cast: Cast, key: str = "one", **facts: Any) -> Letter:
    to = {"to_address": "beate@acme.example", "to_name": "Beate"} | facts
    return post_letter(kind=KIND, subject=cast.organization, dedupe_key=key, **to)


def with_body(context: Any) -> None:
    register_letter(KIND, LetterBody("emails/signing/code.txt", lambda given: "Your\ncode", context))


def context(letter: Letter) -> Mapping[str, Any]:
    return {"code": "123456", "minutes": 15, "title": "Hosting"}


def test_a_letter_leaves_once(acme: Cast) -> None:
    with_body(context)
    with clock.set_to(NOON):
        assert written(acme).pk == written(acme).pk
        assert (send_letters(), send_letters()) == (1, 0)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["beate@acme.example"], "Your code")
    assert "123456" in str(sent.body)
    letter = Letter.objects.get()
    assert (letter.sent_at, letter.due_at, letter.attempts, letter.error) == (NOON, None, 1, "")


def test_one_that_fails_comes_again_and_is_dead_in_the_end(acme: Cast) -> None:
    def broken(letter: Letter) -> Mapping[str, Any]:
        raise OSError("smtp said: 123456 is no good")

    with_body(broken)
    at = NOON
    with clock.set_to(NOON):
        written(acme)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with clock.set_to(at):
            assert send_letters() == 0
            assert send_letters() == 0  # not due again yet
        letter = Letter.objects.get()
        assert (letter.attempts, letter.error) == (attempt, "OSError")
        at = letter.due_at or at
    assert (letter.due_at, letter.sent_at) == (None, None)
    assert at - NOON > timedelta(hours=2)


def test_what_is_out_of_date_is_kept_back(acme: Cast) -> None:
    def stale(letter: Letter) -> Mapping[str, Any]:
        raise Withheld("Not sent: a newer code was asked.")

    with_body(stale)
    written(acme)
    assert send_letters() == 0
    letter = Letter.objects.get()
    assert (letter.due_at, letter.error) == (None, "Not sent: a newer code was asked.")
    assert mail.outbox == []


def test_a_house_that_paused_its_mail_writes_and_sends_nothing(acme: Cast) -> None:
    with_body(context)
    acme.organization.mail_paused = True
    acme.organization.save()
    written(acme)
    assert send_letters() == 0
    assert Letter.objects.get().error == "Not sent: the organization has paused its mail."


def test_each_letter_is_made_in_the_scope_of_its_organization(acme: Cast, globex: Cast, charlie: Actor) -> None:
    seen: list[Any] = []

    def look(letter: Letter) -> Mapping[str, Any]:
        seen.append(Letter.objects.count())
        return context(letter)

    with_body(look)
    written(acme)
    with organization_scope(globex.organization.pk):
        written(globex)
    assert send_letters() == 2
    assert seen == [1, 1]


@pytest.fixture
def gateway(settings: Any) -> Iterator[list[tuple[Mapping[str, str], bytes]]]:
    """What was posted to the house's gateway for text messages; numbers that end in 0 are refused."""
    taken: list[tuple[Mapping[str, str], bytes]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((dict(self.headers), body))
            self.send_response(503 if json.loads(body)["to"].endswith("0") else 202)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        settings.SMS_URL, settings.SMS_SECRET = f"http://127.0.0.1:{server.server_port}/sms", "hush"
        yield taken
        server.shutdown()
        thread.join()


def test_a_text_message_is_posted_and_signed(acme: Cast, gateway: list[tuple[Mapping[str, str], bytes]]) -> None:
    with_body(context)
    with clock.set_to(NOON):
        letter = written(acme, channel="sms", to_address="+49 170 1234567")
        assert send_letters() == 1
    ((headers, body),) = gateway
    said = json.loads(body)
    assert (said["id"], said["to"]) == (str(letter.pk), "+49 170 1234567")
    assert said["text"].startswith("Your code is 123456.")
    instant = int(NOON.timestamp())
    assert headers["Covenant-Signature"] == f"t={instant},v1={signature_of('hush', instant, body)}"
    assert mail.outbox == []


def test_a_refused_text_message_comes_again(acme: Cast, gateway: list[Any]) -> None:
    with_body(context)
    written(acme, channel="sms", to_address="+49 170 0")
    assert send_letters() == 0
    letter = Letter.objects.get()
    assert (letter.error, letter.sent_at) == ("HTTPError", None)
    assert letter.due_at is not None
