"""A text from its filing to its disposal, a request a step: a program files and sends by its token, people
approve and dispose, and who signs has nothing but letters."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from clm.accounts.operations.issue_token import issue_token
from clm.lib import clock
from contracts.tasks import end_terminated, seal_envelopes
from tests.cast import Cast, add_person
from tests.contracts.approval.routed import FINANCE, LEGAL, away, matrix_of
from tests.contracts.papers import TERMS, TEXT
from tests.contracts.retention.records import kept_three_years
from tests.contracts.signing.sent import BEATE, CARL
from tests.contracts.signing.test_pages import Visitor

JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
PEOPLE = [
    {"name": each.name, "email": each.email, "side": each.side, "position": each.position} for each in (BEATE, CARL)
]


class House:
    """A program with a token, that of a person who may issue one, and the people who decide, signed in."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.clients = cast, {}  # type: ignore[var-annotated]
        owner = add_person(cast, "program", ["legal", "procurement", "integration"])
        until = clock.now() + timedelta(days=60)
        _row, secret = issue_token(actor=owner, name="Filing", scopes=["contracts.*"], expires_at=until)
        self.clients["program"] = APIClient(headers={"authorization": f"Bearer {secret}"})

    def __call__(self, who: str) -> APIClient:
        if who not in self.clients:
            self.clients[who] = APIClient()
            self.clients[who].force_login(self.cast.users[who], backend="django.contrib.auth.backends.ModelBackend")
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

    def newest(self, contract: str) -> Any:
        """The text that was added last."""
        rows = self.get("program", "api-versions", contract)["results"]
        return self.get("program", "api-version", max(rows, key=lambda row: row["number"])["id"])

    def approved(self, contract: str) -> None:
        """By legal, and by whoever acts for finance; nothing is signed in between."""
        asked = self.post("program", "api-contract-approvals", contract)
        open_ = self.post("program", "api-envelopes", version=self.newest(contract)["id"], recipients=PEOPLE)
        early = self.post("program", "api-envelope-sending", open_["id"], expect=409)
        assert early["code"] == "approval_open"
        for who, role in (("legal", "legal"), ("executive", "finance")):
            person = str(self.cast[role].person_id)
            seats = [seat for step in asked["steps"] for seat in step["seats"] if str(seat["person"]) == person]
            self.post(who, "api-seat-approval", seats[0]["id"], seen=asked["content_hash"])
        self.post("program", "api-envelope-voiding", open_["id"], reason="Prepared too early")
        done = self.get("program", "api-approval", asked["id"])
        decided = {str(seat["decided_by"]): seat["acting_for"] for step in done["steps"] for seat in step["seats"]}
        acting, absent = (str(self.cast[name].person_id) for name in ("executive", "finance"))
        assert (done["state"], decided[acting]) == ("approved", absent)


@pytest.fixture
def house(acme: Cast) -> Iterator[House]:
    with clock.set_to(JUNE):
        matrix_of(acme, FINANCE, LEGAL)
        away(acme["finance"], acme["executive"])
        yield House(acme)


def test_a_contract_from_filing_to_disposal(house: House, tmp_path: Path, settings: Any) -> None:
    settings.SEAL_FOLDER = tmp_path / "seal"
    contract = filed(house)
    house.approved(contract)
    sign(house, contract, tmp_path)
    house.post("program", "api-contract-activation", contract)
    amend(house, contract)
    found = house.get("program", "api-contracts", q='"99.5 %"')["results"]
    assert [row["id"] for row in found] == [contract]
    end_and_dispose(house, contract)


def filed(house: House) -> str:
    """With its text, both parties and its terms."""
    contract: str = house.post("program", "api-contracts", title="Backups")["id"]
    text = SimpleUploadedFile("backups.txt", TEXT.encode(), "text/plain")
    version = house.post("program", "api-versions", contract, file=text)["id"]
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        house.post("program", "api-contract-parties", contract, name=name, role=role, country="DE")
    house.post("program", "api-version-terms", version, **TERMS | {"starts_on": "2026-01-01"})
    return contract


def sign(house: House, contract: str, folder: Path) -> None:
    """Beate, then Carl, each by the link in a letter and the code in the next."""
    newest = house.newest(contract)
    envelope = house.post("program", "api-envelopes", version=newest["id"], recipients=PEOPLE)["id"]
    house.post("program", "api-envelope-sending", envelope, seen=newest["content_hash"])
    for each in (BEATE, CARL):
        visitor = Visitor()
        token = visitor.come_in(each.email)
        places = re.findall(r'name="([0-9a-f-]{36})"', visitor.get("signing", token).content.decode())
        signed = {"name": each.name, "agreed": "on", "seen": visitor.seen(token)} | dict.fromkeys(places, each.name)
        assert "You have signed" in visitor.post("signing-sign", token, data=signed).content.decode()
    assert seal_envelopes() == 1
    executed = house("program").get(reverse("api-envelope-executed", args=[envelope]))
    (folder / "executed.pdf").write_bytes(executed.content)
    said = subprocess.run(["pdfsig", "-nocert", str(folder / "executed.pdf")], capture_output=True, text=True).stdout
    assert "Signature is Valid." in said
    assert house.get("program", "api-contract", contract)["state"] == "executed"


def amend(house: House, contract: str) -> None:
    """99.5 instead of 99.9, from tomorrow on; both parties accept, and each day has its text."""
    first = house.newest(contract)["id"]
    text = SimpleUploadedFile("amended.txt", TEXT.replace("99.9", "99.5").encode(), "text/plain")
    version = house.post("program", "api-versions", contract, file=text)["id"]
    terms = {**TERMS, "starts_on": "2026-01-01"}
    house.post("program", "api-version-terms", version, **terms)
    house.approved(contract)
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    facts = {"version": version, "summary": "Less uptime, for less money.", "effective_on": tomorrow}
    amendment = house.post("program", "api-contract-amendments", contract, **facts)
    early = house.post("program", "api-version-final", version, expect=409, effective_on=tomorrow)
    assert early["code"] == "acceptance_missing"
    parts = {row["role"]: row["id"] for row in house.get("program", "api-contract-parties", contract)["results"]}
    house.post(
        "program", "api-amendment-acceptance", amendment["id"], part=parts["ours"], seen=amendment["content_hash"]
    )
    letter = SimpleUploadedFile("letter.txt", b"We accept.", "text/plain")
    said = {"part": parts["counterparty"], "how": "letter", "by_name": "Carl Cirrus", "evidence": letter}
    house.post("program", "api-amendment-recording", amendment["id"], **said, seen=amendment["content_hash"])
    house.post("program", "api-version-final", version, effective_on=tomorrow)
    for day, expected in ((JUNE.date().isoformat(), first), (tomorrow, version)):
        assert house.get("finance", "api-version-in-force", contract, at=day)["version"]["id"] == expected


def end_and_dispose(house: House, contract: str) -> None:
    """Held, terminated, archived; three years later two people let it go, for no token does."""
    kept_three_years(house.cast["legal"])
    hold = house.post("program", "api-holds", name="Acme v. us", reason="They sued", contract=contract)
    ending = {"kind": "agreement", "notice_on": "2026-06-01", "ends_on": "2026-07-01", "reason": "Both want it"}
    house.post("program", "api-contract-terminations", contract, **ending)
    with clock.set_to(JUNE + timedelta(days=40)):
        end_terminated()
        house.post("program", "api-contract-archiving", contract)
    with clock.set_to(JUNE + timedelta(days=4 * 365)):
        why = {"reason": "Nobody needs it"}
        held = house.post("legal", "api-contract-disposals", contract, expect=409, **why)
        assert held["code"] == "on_hold"
        house.post("legal", "api-hold-release", hold["id"], reason="Settled")
        disposal = house.post("legal", "api-contract-disposals", contract, **why)
        own = house.post("legal", "api-disposal-approval", disposal["id"], expect=409)
        assert own["code"] == "own_disposal"
        house.post("administrator", "api-disposal-approval", disposal["id"])
        assert house.get("auditor", "api-contract", contract)["state"] == "disposed"
