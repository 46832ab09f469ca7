"""A text from its approval to its disposal, by programs that act for the people of a house: a request a step."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib import clock
from contracts.models import Contract, ContractParty, Envelope
from contracts.papers.executed import seal_envelope
from contracts.tasks import end_terminated
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, LEGAL, away, matrix_of, ready_contract
from tests.contracts.papers import TERMS, TEXT, newest
from tests.contracts.retention.records import kept_three_years
from tests.contracts.signing.sent import BEATE, CARL, signed

JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
PEOPLE = [
    {"name": each.name, "email": each.email, "side": each.side, "position": each.position} for each in (BEATE, CARL)
]


class House:
    """A program for each person."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.clients = cast, {}  # type: ignore[var-annotated]

    def __call__(self, who: str) -> APIClient:
        if who not in self.clients:
            client = APIClient()
            client.force_login(self.cast.users[who], backend="django.contrib.auth.backends.ModelBackend")
            self.clients[who] = client
        return self.clients[who]

    def post(self, who: str, route: str, pk: Any = None, *, expect: int = 0, **body: Any) -> Any:
        """What is answered; a refusal that is expected by its status."""
        has_file = any(isinstance(value, SimpleUploadedFile) for value in body.values())
        url = reverse(route, args=[pk] if pk else [])
        answer = self(who).post(url, body, format="multipart" if has_file else "json")
        assert answer.status_code == expect if expect else answer.status_code < 300, (url, answer.content)
        return answer.data

    def get(self, who: str, route: str, pk: Any = None, **query: str) -> Any:
        answer = self(who).get(reverse(route, args=[pk] if pk else []), query)
        assert answer.status_code == 200, answer.content
        return answer.data

    def approved(self, contract: Contract) -> None:
        """By legal, and by whoever acts for finance; nothing is signed in between."""
        asked = self.post("procurement", "api-contract-approvals", contract.pk)
        open_ = self.post("legal", "api-envelopes", version=str(newest(contract).pk), recipients=PEOPLE)
        early = self.post("legal", "api-envelope-sending", open_["id"], expect=409)
        assert early["code"] == "approval_open"
        for who, role in (("legal", "legal"), ("executive", "finance")):
            person = str(self.cast[role].person_id)
            seats = [seat for step in asked["steps"] for seat in step["seats"] if str(seat["person"]) == person]
            self.post(who, "api-seat-approval", seats[0]["id"], seen=asked["content_hash"])
        self.post("legal", "api-envelope-voiding", open_["id"], reason="Prepared too early")
        done = self.get("procurement", "api-approval", asked["id"])
        decided = {str(seat["decided_by"]): seat["acting_for"] for step in done["steps"] for seat in step["seats"]}
        acting, absent = (str(self.cast[name].person_id) for name in ("executive", "finance"))
        assert (done["state"], decided[acting]) == ("approved", absent)


@pytest.fixture
def house(acme: Cast) -> Iterator[House]:
    with clock.set_to(JUNE):
        matrix_of(acme, FINANCE, LEGAL)
        away(acme["finance"], acme["executive"])
        yield House(acme)


def test_a_contract_from_approval_to_disposal(house: House, tmp_path: Path, settings: Any) -> None:
    settings.SEAL_FOLDER = tmp_path / "seal"
    contract = ready_contract(house.cast["procurement"], title="Backups")
    house.approved(contract)
    sign(house, contract, tmp_path)
    house.post("legal", "api-contract-activation", contract.pk)
    amend(house, contract)
    found = house.get("procurement", "api-contracts", q='"99.5 %"')["results"]
    assert [row["id"] for row in found] == [str(contract.pk)]
    end_and_dispose(house, contract)


def sign(house: House, contract: Contract, folder: Path) -> None:
    legal = house.cast["legal"]
    made = house.post("legal", "api-envelopes", version=str(newest(contract).pk), recipients=PEOPLE)
    house.post("legal", "api-envelope-sending", made["id"], seen=newest(contract).content_hash)
    envelope = Envelope.objects.get(pk=made["id"])
    for each in (BEATE, CARL):
        signed(legal, envelope, each.name)
    assert seal_envelope(envelope.pk)
    executed = house("legal").get(reverse("api-envelope-executed", args=[envelope.pk]))
    (folder / "executed.pdf").write_bytes(executed.content)
    said = subprocess.run(["pdfsig", "-nocert", str(folder / "executed.pdf")], capture_output=True, text=True).stdout
    assert "Signature is Valid." in said
    assert house.get("legal", "api-contract", contract.pk)["state"] == "executed"


def amend(house: House, contract: Contract) -> None:
    """99.5 instead of 99.9, from tomorrow on; both parties accept, and each day has its text."""
    first = newest(contract).pk
    text = SimpleUploadedFile("amended.txt", TEXT.replace("99.9", "99.5").encode(), "text/plain")
    version = house.post("procurement", "api-versions", contract.pk, file=text)["id"]
    terms = {**TERMS, "starts_on": "2026-01-01"}
    house.post("procurement", "api-version-terms", version, **terms)
    house.approved(contract)
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    facts = {"version": version, "summary": "Less uptime, for less money.", "effective_on": tomorrow}
    amendment = house.post("legal", "api-contract-amendments", contract.pk, **facts)
    early = house.post("legal", "api-version-final", version, expect=409, effective_on=tomorrow)
    assert early["code"] == "acceptance_missing"
    parts = {row.role: str(row.pk) for row in ContractParty.objects.filter(contract=contract)}
    house.post("legal", "api-amendment-acceptance", amendment["id"], part=parts["ours"], seen=amendment["content_hash"])
    letter = SimpleUploadedFile("letter.txt", b"We accept.", "text/plain")
    said = {"part": parts["counterparty"], "how": "letter", "by_name": "Carl Cirrus", "evidence": letter}
    house.post("legal", "api-amendment-recording", amendment["id"], **said, seen=amendment["content_hash"])
    house.post("legal", "api-version-final", version, effective_on=tomorrow)
    for day, expected in ((JUNE.date().isoformat(), str(first)), (tomorrow, version)):
        assert house.get("finance", "api-version-in-force", contract.pk, at=day)["version"]["id"] == expected


def end_and_dispose(house: House, contract: Contract) -> None:
    """Held, terminated, archived; three years later two people let it go."""
    kept_three_years(house.cast["legal"])
    hold = house.post("legal", "api-holds", name="Acme v. us", reason="They sued", contract=str(contract.pk))
    ending = {"kind": "agreement", "notice_on": "2026-06-01", "ends_on": "2026-07-01", "reason": "Both want it"}
    house.post("legal", "api-contract-terminations", contract.pk, **ending)
    with clock.set_to(JUNE + timedelta(days=40)):
        end_terminated()
        house.post("legal", "api-contract-archiving", contract.pk)
    with clock.set_to(JUNE + timedelta(days=4 * 365)):
        held = house.post("legal", "api-contract-disposals", contract.pk, expect=409, reason="Nobody needs it")
        assert held["code"] == "on_hold"
        house.post("legal", "api-hold-release", hold["id"], reason="Settled")
        disposal = house.post("legal", "api-contract-disposals", contract.pk, reason="Nobody needs it")
        own = house.post("legal", "api-disposal-approval", disposal["id"], expect=409)
        assert own["code"] == "own_disposal"
        house.post("administrator", "api-disposal-approval", disposal["id"])
    assert house.get("auditor", "api-contract", contract.pk)["state"] == "disposed"
    assert newest(contract).text == ""
