"""Whoever signs an amendment reads before from when it counts, and the document that says what changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import EnvelopeEvent
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.signing.change_envelope import change_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.papers import put_paper
from contracts.papers.executed import certificate_bytes
from contracts.queries.signing import envelope_rows
from tests.contracts.amended import amended_text
from tests.contracts.papers import active_contract, text_paper
from tests.contracts.signing.sent import BEATE, CARL, prepared, signed
from tests.contracts.signing.test_binding import words_in
from tests.contracts.signing.test_pages import Visitor
from tests.contracts.test_acceptance import refused


def test_who_signs_sees_day_reason_and_instrument(alice: Actor) -> None:
    with clock.set_to(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        contract = active_contract(alice)
        paper = put_paper(alice, text_paper("Section 2.1 is replaced by: 99.5 %.", "inside-name.txt"))
        amendment = propose_amendment(
            actor=alice, version_id=amended_text(alice, contract).pk, effective_on=date(2026, 3, 1),
            is_retroactive=True, retroactive_reason="Section 5 says so", instrument=paper,
        )  # fmt: skip
        envelope = prepared(alice, BEATE, CARL, contract=contract, effective_on=date(2026, 7, 1))
        assert refused(lambda: send_envelope(actor=alice, envelope_id=envelope.pk)) == "effect_not_agreed"
        change_envelope(actor=alice, envelope_id=envelope.pk, effective_on=None)
        send_envelope(actor=alice, envelope_id=envelope.pk)

        visitor = Visitor()
        token = visitor.come_in(BEATE.email)
        shown = visitor.get("signing", token).content.decode()
        said = ("1 Mar 2026", "Takes effect backwards", "Section 5 says so", amendment.content_hash)
        assert all(words in shown for words in said)
        assert (amendment.instrument.sha256 in shown, "inside-name" in shown) == (True, False)  # type: ignore[union-attr]
        fetched = visitor.get("signing-instrument", token)
        assert b"Section 2.1 is replaced by" in b"".join(fetched.streaming_content)
        assert "Section 2.1 is replaced by" in shown
    with clock.set_to(datetime(2026, 6, 1, 13, tzinfo=UTC)):
        for name in ("Beate", "Carl"):
            signed(alice, envelope, name)
    events = EnvelopeEvent.objects.filter(envelope=envelope, kind__in=("sent", "signed"))
    assert {each.detail["amendment"] for each in events} == {amendment.content_hash}
    on_paper = words_in(certificate_bytes(envelope_rows().get(pk=envelope.pk)))
    assert all(words in on_paper for words in ("2026-03-01", "Section 5 says so"))
