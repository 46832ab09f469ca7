"""Each party accepts exactly these words; nothing takes effect before, nor backwards unless it says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.objects import grant
from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry, Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Notification
from contracts.engine.force import FinalText, in_force_on, periods
from contracts.models import (
    Amendment,
    AmendmentAnswer,
    Approval,
    Contract,
    ContractParty,
    Envelope,
    EnvelopeEvent,
    PartyContact,
    Version,
)
from contracts.operations.advance_terms import advance_terms
from contracts.operations.amending.answer_amendment import accept_amendment, refuse_amendment
from contracts.operations.amending.change_amendment import change_amendment
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import record_acceptance
from contracts.operations.amending.withdraw_amendment import withdraw_amendment
from contracts.operations.archive_contract import archive_contract
from contracts.operations.create_party import create_party
from contracts.operations.finalize_version import finalize_version
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import PERMISSION
from contracts.operations.retention.approve_disposal import approve_disposal
from contracts.operations.retention.propose_disposal import propose_disposal
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.record_paper_signature import record_paper_signature
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.operations.terminate_contract import terminate_contract
from contracts.papers import put_paper
from contracts.papers.envelopes import Scan
from contracts.queries.amendments import amended_clauses, amendment_of, period_on, waited_for
from tests.cast import Cast
from tests.contracts.amended import accepted, amended, amended_text, letter, proposed
from tests.contracts.approval.routed import FINANCE, matrix_of, requested, yes
from tests.contracts.papers import SENTENCE, TERMS, TEXT, active_contract, newest, text_paper
from tests.contracts.retention.records import kept_three_years
from tests.contracts.signing.sent import (
    BEATE,
    CARL,
    ORIGIN,
    completed,
    paper_of,
    prepared,
    ready_contract,
    ready_to_sign,
    sent,
    signed,
    signer,
)
from tests.contracts.test_at_once import at_once
from tests.proof import last_event, left_behind

JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)


def refused(call: Any) -> str:
    """The code of the refusal, which wrote nothing."""
    before = left_behind()
    with pytest.raises(DomainError) as refusal:
        call()
    assert left_behind() == before
    return refusal.value.code


def final(actor: Actor, amendment: Amendment) -> Version:
    return finalize_version(actor=actor, version_id=amendment.version_id)


def theirs(amendment: Amendment) -> ContractParty:
    return ContractParty.objects.get(contract=amendment.contract, role="counterparty")


def proposed_text(actor: Actor, contract: Contract, text: str) -> Amendment:
    return propose_amendment(actor=actor, version_id=amended_text(actor, contract, text).pk)


def test_it_is_final_once_each_party_accepted(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        bare = amended_text(alice, contract)
        assert refused(lambda: finalize_version(actor=alice, version_id=bare.pk)) == "amendment_missing"
        amendment = propose_amendment(actor=alice, version_id=bare.pk, effective_on=date(2026, 7, 1), summary="Less")
        assert last_event()[0] == "amendment.proposed"
        assert refused(lambda: final(alice, amendment)) == "acceptance_missing"
        accept_amendment(actor=alice, amendment_id=amendment.pk, seen=amendment.content_hash)
        kind, payload = last_event()
        assert (kind, payload["verdict"]) == ("amendment.accepted", "accepted")
        assert refused(lambda: final(alice, amendment)) == "acceptance_missing"
        accepted(alice, amendment)
        wrong = lambda: finalize_version(  # noqa: E731
            actor=alice, version_id=bare.pk, effective_on=date(2026, 8, 1)
        )
        assert refused(wrong) == "effect_not_agreed"
        version = final(alice, amendment)

    amendment.refresh_from_db()
    assert (amendment.number, amendment.state, version.state) == (1, "final", "final")
    assert (version.effective_on, amendment.amends.number) == (date(2026, 7, 1), 1)
    assert amendment.touched == [{"kind": "changed", "number": "2.1", "heading": "Availability"}]
    assert list(Transition.objects.filter(subject_id=amendment.pk).values_list("to_state", flat=True)) == ["final"]
    assert LedgerEntry.objects.filter(event="amendment.final").count() == 1


def test_a_clause_is_followed_when_it_is_called_something_else(alice: Actor, page: Client) -> None:
    contract = active_contract(alice)
    changed = TEXT.replace("99.9", "99.5")
    renumbered = changed.replace("2. Service levels", "2. Support\nBy telephone.\n\n3. Service levels")
    for before, after in (("2.1 Availability", "3.1 Uptime"), ("2.2 ", "3.2 "), ("3. Term", "4. Term")):
        renumbered = renumbered.replace(before, after)
    without = renumbered.replace(f"3.1 Uptime. {SENTENCE.replace('99.9', '99.5')}\n", "")
    for text in (changed, renumbered, without):
        finalize_version(actor=alice, version_id=accepted(alice, proposed_text(alice, contract, text)).version_id)
    second = Amendment.objects.get(number=2)
    was = {"number": "3", "heading": ""}
    assert {"kind": "renumbered", "number": "4", "heading": "", "was": was} in second.touched
    assert ("3.1", "2.1") in {(row["number"], row.get("was", {}).get("number")) for row in second.differing}
    texts = {version.number: version for version in Version.objects.filter(contract=contract)}

    def touched(number: int, *name: str) -> list[int]:
        found = amended_clauses(contract, texts[number])
        return [each.number for each in found.get((name[0], name[1]), [])]

    assert (touched(2, "2.1", "Availability"), touched(3, "3.1", "Uptime")) == ([1], [2, 1])
    assert (touched(3, "2.1", "Availability"), touched(3, "4", "")) == ([], [])
    assert touched(4, "3.1", "Uptime") == []
    shown = page.get(reverse("version", args=[texts[3].pk])).content.decode()
    assert shown.count("amended by no. 1") == 1


def test_the_database_refuses_a_final_text_that_nobody_accepted(alice: Actor) -> None:
    amendment = proposed(alice)
    answer = _one_answer(alice, amendment)
    change_amendment(actor=alice, amendment_id=amendment.pk, effective_on=clock.today("UTC") + timedelta(days=9))
    amendment.refresh_from_db()
    statements = (
        ("UPDATE contracts_amendmentanswer SET voided_at = NULL WHERE id = %s", answer.pk, "stays void"),
        ("UPDATE contracts_version SET state = 'final', effective_on = now(), finalized_at = now() WHERE id = %s",
         amendment.version_id, "every party accepted"),
        ("UPDATE contracts_amendmentanswer SET verdict = 'refused' WHERE id = %s", answer.pk,
         "never changes"),
    )  # fmt: skip
    for statement, pk, message in statements:
        with pytest.raises(IntegrityError, match=message), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [pk])


def test_nor_does_it_take_one_in_that_nobody_accepted(alice: Actor) -> None:
    """Inserted whole, as with an organization that arrives: asked at the end of the transaction, when all is there."""
    amendment = proposed(alice)
    accepted(alice, amendment)
    entered = {
        "subject_type": "contracts.version", "event": "version.finalized", "verb": "contracts.finalize_version",
        "actor_kind": "user", "actor_id": "x", "at": JUNE, "organization_id": alice.organization_id,
    }  # fmt: skip

    def inserted(number: int, after: Any = None) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE coming ON COMMIT DROP AS SELECT * FROM contracts_version WHERE id = %s",
                [amendment.version_id],
            )
            cursor.execute(
                "UPDATE coming SET id = uuidv7(), number = %s, state = 'final', effective_on = now(), "
                "finalized_at = now()",
                [number],
            )
            cursor.execute("INSERT INTO contracts_version SELECT * FROM coming RETURNING id")
            (pk,) = cursor.fetchone()
            if after:
                after(pk)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            raise Interrupted

    def enter(pk: Any, **chained: Any) -> None:
        LedgerEntry.objects.create(**entered, subject_id=pk, **chained)

    for number, after in ((3, None), (0, None), (3, enter)):
        with pytest.raises(IntegrityError, match="every party accepted"):
            inserted(number, after)
    with pytest.raises(Interrupted):  # as it was accepted
        inserted(3, lambda pk: Amendment.objects.filter(pk=amendment.pk).update(version_id=pk))
    with pytest.raises(Interrupted):  # as the ledger that comes along says
        inserted(3, lambda pk: enter(pk, sequence=10**6, hash="0" * 64, previous_hash="0" * 64))


class Interrupted(Exception):
    pass


def _one_answer(actor: Actor, amendment: Amendment) -> AmendmentAnswer:
    accept_amendment(actor=actor, amendment_id=amendment.pk, seen=amendment.content_hash)
    return AmendmentAnswer.objects.get(amendment=amendment)


def test_another_text_other_terms_or_another_day_void_what_was_answered(alice: Actor) -> None:
    amendment = proposed(alice)
    seen = amendment.content_hash
    accepted(alice, amendment)
    set_terms(actor=alice, version_id=amendment.version_id, terms=TERMS | {"notice_length": 60})
    assert AmendmentAnswer.objects.filter(voided_at=None).count() == 0
    stale = lambda: accept_amendment(actor=alice, amendment_id=amendment.pk, seen=seen)  # noqa: E731
    assert refused(stale) == "changed_meanwhile"

    accepted(alice, Amendment.objects.get(pk=amendment.pk))
    change_amendment(actor=alice, amendment_id=amendment.pk, effective_on=clock.today("UTC") + timedelta(days=9))
    assert refused(lambda: final(alice, amendment)) == "acceptance_missing"
    kind, _payload = last_event()
    assert (kind, LedgerEntry.objects.latest("id").after["answers_voided"]) == ("amendment.changed", 2)

    newer = amended_text(alice, amendment.contract, TEXT.replace("10 %", "20 %"))
    assert refused(lambda: finalize_version(actor=alice, version_id=newer.pk)) == "amendment_missing"
    change_amendment(actor=alice, amendment_id=amendment.pk, version_id=newer.pk)
    accepted(alice, Amendment.objects.get(pk=amendment.pk))
    assert finalize_version(actor=alice, version_id=newer.pk).state == "final"


def test_never_backwards_unless_it_says_so(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        version = amended_text(alice, contract)
        back = lambda **facts: propose_amendment(  # noqa: E731
            actor=alice, version_id=version.pk, effective_on=date(2026, 3, 1), **facts
        )
        assert refused(back) == "takes_effect_backwards"
        assert refused(lambda: back(is_retroactive=True)) == "words_missing"
        amendment = back(is_retroactive=True, retroactive_reason="Section 5: from 1 March")
        change = lambda **facts: change_amendment(actor=alice, amendment_id=amendment.pk, **facts)  # noqa: E731
        assert refused(lambda: change(retroactive_reason=" ")) == "words_missing"
        assert refused(lambda: change(is_retroactive=False)) == "takes_effect_backwards"
        foreign = newest(active_contract(alice)).pk
        assert refused(lambda: change(version_id=foreign)) == "not_found"
        accepted(alice, amendment)
        assert final(alice, amendment).effective_on == date(2026, 3, 1)
        late = proposed_again(alice, contract, effective_on=date(2026, 6, 3))
    with clock.set_to(JUNE + timedelta(days=9)):
        accepted(alice, late)
        assert final(alice, late).effective_on == date(2026, 6, 10)  # the last acceptance came after its day


def proposed_again(actor: Actor, contract: Contract, **facts: Any) -> Amendment:
    version = amended_text(actor, contract, TEXT.replace("10 %", "15 %"))
    return propose_amendment(actor=actor, version_id=version.pk, **facts)


def test_who_may_answer_for_whom(acme: Cast, alice: Actor) -> None:
    guest = acme["counterparty"]
    amendment = proposed(alice)
    answer = {"amendment_id": amendment.pk, "seen": amendment.content_hash}
    assert refused(lambda: accept_amendment(actor=guest, **answer)) == "not_found"
    grant([acme.users["counterparty"]], PERMISSION, amendment.contract)
    ours = ContractParty.objects.get(contract=amendment.contract, role="ours")
    assert refused(lambda: accept_amendment(actor=guest, **answer, part_id=ours.pk)) == "party_not_asked"
    assert refused(lambda: accept_amendment(actor=alice, **answer, part_id=theirs(amendment).pk)) == "party_not_asked"
    for role in ("procurement", "finance"):
        assert refused(lambda role=role: accept_amendment(actor=acme[role], **answer)) == "forbidden"
    accept_amendment(actor=guest, **answer)
    assert refused(lambda: accept_amendment(actor=guest, **answer)) == "answered_already"
    found = AmendmentAnswer.objects.get(part=theirs(amendment))
    assert (found.how, found.recorded_by_id, found.content_hash) == ("here", guest.user_id, amendment.content_hash)
    told = Notification.objects.filter(user_id=alice.user_id, kind="contract.amendment_answered")
    assert told.count() == 1


def test_a_guarantor_and_a_letter(alice: Actor) -> None:
    amendment = proposed(alice)
    bank = ContractParty.objects.create(
        organization_id=alice.organization_id, contract=amendment.contract, role="guarantor",
        party=theirs(amendment).party,
    )  # fmt: skip
    accepted(alice, amendment)
    assert AmendmentAnswer.objects.get(part=bank).evidence is not None
    again = proposed_again(alice, amendment.contract) if final(alice, amendment) else amendment
    facts = {"amendment_id": again.pk, "part_id": bank.pk, "by_name": "Bea Bank", "evidence": letter(alice)}
    tomorrow = clock.today("UTC") + timedelta(days=1)
    record = lambda **more: record_acceptance(actor=alice, **facts | more)  # noqa: E731
    assert refused(lambda: record(how="letter", answered_on=tomorrow)) == "date_ahead"
    assert refused(lambda: record(how="here")) == "how_unknown"
    assert refused(lambda: record(how="paper", by_name=" ")) == "words_missing"


def test_refused_changed_and_withdrawn(acme: Cast, alice: Actor) -> None:
    amendment = proposed(alice)
    grant([acme.users["counterparty"]], PERMISSION, amendment.contract)
    no = {"amendment_id": amendment.pk, "seen": amendment.content_hash, "reason": "Too little"}
    refuse_amendment(actor=acme["counterparty"], **no)
    assert (Amendment.objects.get().state, last_event()[0]) == ("refused", "amendment.refused")
    assert refused(lambda: final(alice, amendment)) == "amendment_refused"
    change_amendment(actor=alice, amendment_id=amendment.pk, summary="99.7 instead")
    assert Amendment.objects.get().state == "proposed"
    withdraw_amendment(actor=alice, amendment_id=amendment.pk, reason="No longer needed")
    assert refused(lambda: final(alice, amendment)) == "amendment_missing"
    assert refused(lambda: withdraw_amendment(actor=alice, amendment_id=amendment.pk, reason="x")) == "illegal_move"
    again = propose_amendment(actor=alice, version_id=amendment.version_id)
    assert (again.number, again.state) == (2, "proposed")


def test_whoever_signs_accepts(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        version = amended_text(alice, contract)
        alone = prepared(alice, BEATE, contract=contract)
        assert refused(lambda: send_envelope(actor=alice, envelope_id=alone.pk)) == "signer_missing"
        envelope = completed(alice, BEATE, CARL, contract=contract, effective_on=date(2026, 7, 1))
    version.refresh_from_db()
    amendment = amendment_of(version)
    assert amendment is not None
    assert (amendment.state, version.state, version.effective_on) == ("final", "final", date(2026, 7, 1))
    answers = AmendmentAnswer.objects.order_by("part__role").values_list("part__role", "how", "by_name", "envelope")
    assert list(answers) == [
        ("counterparty", "signature", "Carl Client", envelope.pk), ("ours", "signature", "Beate Baum", envelope.pk),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_answer(alice: Actor) -> None:
    amendment = proposed(alice)
    answer = {"amendment_id": amendment.pk, "seen": amendment.content_hash}
    outcomes = at_once(
        alice,
        [
            lambda: accept_amendment(actor=alice, **answer),
            lambda: accept_amendment(actor=alice, **answer),
            lambda: refuse_amendment(actor=alice, **answer, reason="No", part_id=waited_for(_fresh(amendment))[0].pk),
        ],
        when=clock.now(),
    )
    assert outcomes.count("") == 1
    assert AmendmentAnswer.objects.count() == 1


def _fresh(amendment: Amendment) -> Amendment:
    found = amendment_of(amendment.version)
    assert found is not None
    return found


def test_periods_are_half_open_and_known_when_they_were_known() -> None:
    def text(number: int, on: str, known: str) -> FinalText:
        return FinalText(uuid4(), number, date.fromisoformat(on), datetime.fromisoformat(known + "T00:00+00:00"))

    first, second, third = (
        text(1, "2026-01-01", "2025-12-20"),
        text(2, "2026-03-01", "2026-06-01"),
        text(3, "2026-03-01", "2026-07-01"),
    )
    found = periods([third, first, second])
    assert [(each.text.number, each.until) for each in found] == [
        (1, date(2026, 3, 1)), (2, date(2026, 3, 1)), (3, None),
    ]  # fmt: skip
    assert in_force_on(date(2025, 12, 31), found) is None
    assert [in_force_on(day, found).text.number for day in (date(2026, 2, 28), date(2026, 3, 1))] == [1, 3]  # type: ignore[union-attr]
    before = periods([first, second, third], known_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert [(each.text.number, each.until, each.superseded_by) for each in before] == [(1, None, None)]


def test_the_version_in_force_by_api(api: APIClient, alice: Actor) -> None:
    with clock.set_to(JUNE - timedelta(days=90)):
        contract = active_contract(alice, time_zone="America/New_York")
    with clock.set_to(JUNE):
        amended(alice, amended_text(alice, contract).pk, date(2026, 3, 1))
    url = reverse("api-version-in-force", args=[contract.pk])

    def at(when: str, **more: str) -> Any:
        return api.get(url, {"at": when, **more})

    early = at("2025-12-31")
    assert (early.status_code, early.json()["code"]) == (404, "not_in_force_yet")
    first = at("2026-03-01T04:59:59Z")  # the last second of February in New York
    assert (first.data["version"]["number"], first.data["effective_until"]) == (1, "2026-03-01")
    second = at("2026-03-01T05:00:00Z").data
    assert (second["version"]["number"], second["effective_from"], second["on"]) == (2, "2026-03-01", "2026-03-01")
    assert str(first.data["superseded_by"]) == second["version"]["id"]
    assert at("2026-04-01", known_at="2026-05-01").data["version"]["number"] == 1
    assert at("2026-04-01", known_at="2026-06-01").data["version"]["number"] == 2
    for wrong in ("soon", "2026-02-30", "2026-03-01T05:00:00"):
        assert at(wrong).json()["code"] == "date_unreadable"
    own = api.get(second["url"]).json()
    assert (own["content_hash"], own["effective_until"], own["superseded_by"]) == (
        second["version"]["content_hash"], None, None,
    )  # fmt: skip
    old = api.get(reverse("api-version", args=[first.data["version"]["id"]])).json()
    assert (old["effective_until"], old["superseded_by"]) == ("2026-03-01", own["id"])
    Contract.objects.filter(pk=contract.pk).update(ended_on=date(2026, 9, 1))
    over = at("2026-09-01").data
    assert (over["is_over"], str(over["ended_on"]), at("2026-08-31").data["is_over"]) == (True, "2026-09-01", False)


def test_proposed_and_answered_by_api(acme: Cast, api: APIClient, alice: Actor) -> None:
    contract = active_contract(alice)
    version = amended_text(alice, contract)
    made = api.post(
        reverse("api-contract-amendments", args=[contract.pk]), {"version": str(version.pk)}, format="json",
        headers={"Idempotency-Key": "k"},
    )  # fmt: skip
    one = reverse("api-amendment", args=[made.data["id"]])
    assert (made.status_code, made["ETag"]) == (201, api.get(one)["ETag"])
    grant([acme.users["counterparty"]], PERMISSION, contract)
    guest = APIClient()
    guest.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")
    seen = guest.get(one).json()
    assert ("proposed_by" in seen, len(seen["waits_for"])) == (False, 2)
    yes = reverse("api-amendment-acceptance", args=[made.data["id"]])
    tag = guest.get(one)["ETag"]
    accepted_once = guest.post(yes, {"seen": seen["content_hash"]}, format="json", headers={"If-Match": tag})
    assert (accepted_once.status_code, len(accepted_once.data["waits_for"])) == (200, 1)
    stale = guest.post(yes, {"seen": seen["content_hash"]}, format="json", headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "outdated")
    api.post(yes, {"seen": seen["content_hash"]}, format="json")
    told = guest.get(one).json()["parties"]
    assert [each["answer"]["by_name"] == "" for each in told] == [True, False]
    done = api.post(reverse("api-version-final", args=[version.pk]), {}, format="json")
    assert (done.status_code, done.data["state"]) == (200, "final")


def test_lists_ask_a_fixed_number_of_queries(api: APIClient, alice: Actor) -> None:
    contract = active_contract(alice)
    url = reverse("api-contract-amendments", args=[contract.pk])
    counts = []
    for text in ("15 %", "20 %"):
        amendment = propose_amendment(
            actor=alice, version_id=amended_text(alice, contract, TEXT.replace("10 %", text)).pk
        )
        accepted(alice, amendment)
        final(alice, amendment)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_it_ends_and_goes_with_its_contract(acme: Cast, alice: Actor) -> None:
    """Open ones are withdrawn at the end; disposed of, what the parties wrote is gone and that there was one stays."""
    kept_three_years(alice)
    paper = put_paper(alice, text_paper("Section 2.1 is replaced by: 99.5 %.", "amendment-1.txt"))
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        version = amended_text(alice, contract)
        first = propose_amendment(actor=alice, version_id=version.pk, summary="Secret", instrument=paper)
        accepted(alice, first)
        final(alice, first)
        second = proposed_again(alice, contract)
    with clock.set_to(JUNE + timedelta(days=30)):
        terminate_contract(actor=alice, contract_id=contract.pk, terminated_on=date(2026, 6, 30), reason="Done")
        second.refresh_from_db()
        assert (second.state, second.outcome) == ("withdrawn", "The contract was terminated.")
        archive_contract(actor=alice, contract_id=contract.pk)
    with clock.set_to(datetime(2029, 7, 1, tzinfo=UTC)):
        disposal = propose_disposal(actor=alice, contract_id=contract.pk, reason="Nobody needs it")
        approve_disposal(actor=acme["legal"], disposal_id=disposal.pk, note="Agreed")
    first.refresh_from_db()
    assert (first.summary, first.instrument, first.instrument_text, first.touched) == ("", None, "", [])
    assert AmendmentAnswer.objects.count() == 0


def test_on_the_pages(page: Client, alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        version = amended_text(alice, contract)
        new = reverse("amendment-new", args=[contract.pk])
        backwards = page.post(new, {"effective_on": "2026-03-01"})
        assert "takes effect backwards only where it says so" in backwards.content.decode()
        page.post(new, {"effective_on": "2026-06-15", "summary": "Less uptime"})
        amendment = Amendment.objects.get()
        shown = page.get(amendment.get_absolute_url()).content.decode()
        assert all(words in shown for words in ("Who has accepted", "Not answered yet", "99.5 %", "Less uptime"))
        accept = reverse("amendment-accept", args=[amendment.pk])
        assert "Text, terms or day were changed meanwhile" in page.post(accept, {"seen": "0" * 64}).content.decode()
        page.post(accept, {"seen": amendment.content_hash})
        accepted(alice, amendment)
        page.post(reverse("version-finalize", args=[version.pk]), {"sure": "1"})
        tab = page.get(reverse("contract-tab", args=[contract.pk, "versions"])).content.decode()
        assert "Amendment no. 1" in tab
        force = reverse("contract-in-force", args=[contract.pk])
        assert "99.9 %" in page.get(force, {"on": "2026-06-14"}).content.decode()
        after = page.get(force, {"on": "2026-06-15"}).content.decode()
        assert all(words in after for words in ("99.5 %", "amended by no. 1", str(newest(contract).pk)))
        assert "No text of this contract was in force" in page.get(force, {"on": "2020-01-01"}).content.decode()


def test_the_instrument_stands_beside(alice: Actor) -> None:
    contract = active_contract(alice)
    paper = put_paper(alice, text_paper("Section 2.1 is replaced by: 99.5 %.", "amendment-1.txt"))
    version = amended_text(alice, contract)
    amendment = propose_amendment(actor=alice, version_id=version.pk, instrument=paper)
    without = amendment.content_hash
    assert (amendment.instrument_name, amendment.instrument_text[:11]) == ("amendment-1.txt", "Section 2.1")
    other = put_paper(alice, text_paper("Section 2.1 is replaced by: 99.4 %.", "amendment-1.txt"))
    assert change_amendment(actor=alice, amendment_id=amendment.pk, instrument=other).content_hash != without


NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)


def coming_contract(actor: Actor) -> Contract:
    """Signed in November, from 1 January on."""
    contract = ready_contract(actor)
    set_terms(actor=actor, version_id=newest(contract).pk, terms=TERMS | {"starts_on": date(2027, 1, 1)})
    record_execution(actor=actor, contract_id=contract.pk, executed_on=date(2026, 11, 20))
    return Contract.objects.get(pk=contract.pk)


def test_what_is_signed_never_takes_effect_before_what_it_amends(alice: Actor) -> None:
    begins = {"starts_on": date(2027, 1, 1)}
    with clock.set_to(NOVEMBER):
        contract = coming_contract(alice)
        version = amended_text(alice, contract, **begins)
        completed(alice, BEATE, CARL, contract=contract)
        version.refresh_from_db()
        assert version.effective_on == date(2027, 1, 1)
        found = period_on(contract, date(2027, 1, 2))
        assert found is not None
        assert found.text.pk == version.pk
        third = amended_text(alice, contract, TEXT.replace("10 %", "15 %"), **begins)
        early = lambda: propose_amendment(  # noqa: E731
            actor=alice, version_id=third.pk, effective_on=date(2026, 12, 1)
        )
        assert refused(early) == "effect_in_disorder"
        amendment = propose_amendment(actor=alice, version_id=third.pk)
        change = lambda: change_amendment(  # noqa: E731
            actor=alice, amendment_id=amendment.pk, effective_on=date(2026, 12, 1)
        )
        assert refused(change) == "effect_in_disorder"
        accepted(alice, amendment)
        assert final(alice, amendment).effective_on == date(2027, 1, 1)


def test_an_envelope_without_a_day_has_that_of_the_amendment(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        amended(alice, amended_text(alice, contract).pk, date(2026, 7, 1))
        late = proposed_again(alice, contract, effective_on=date(2026, 8, 1))
        envelope = completed(alice, BEATE, CARL, contract=contract)
    late.version.refresh_from_db()
    assert (late.version.effective_on, envelope.effective_on) == (date(2026, 8, 1), date(2026, 8, 1))


def test_what_a_party_refused_is_not_sent(page: Client, alice: Actor) -> None:
    amendment = proposed(alice)
    no = {"amendment_id": amendment.pk, "seen": amendment.content_hash, "reason": "Too little"}
    refuse_amendment(actor=alice, part_id=theirs(amendment).pk, **no)
    envelope = prepared(alice, BEATE, CARL, contract=amendment.contract)
    assert refused(lambda: send_envelope(actor=alice, envelope_id=envelope.pk)) == "amendment_refused"
    assert "Send for signature" not in page.get(amendment.get_absolute_url()).content.decode()


def test_an_envelope_ends_with_its_contract(alice: Actor) -> None:
    with clock.set_to(datetime(2026, 12, 20, 12, tzinfo=UTC)):
        contract = active_contract(alice, terms={"renewal": "none", "renewal_months": None})
        amended_text(alice, contract)
        envelope = sent(alice, BEATE, CARL, contract=contract)
        signed(alice, envelope, "Beate")
        given = ready_to_sign(alice, CARL.email)
    with clock.set_to(datetime(2027, 1, 2, tzinfo=UTC)):
        advance_terms(actor=system_actor("term_keeper", alice.organization_id), contract_id=contract.pk)
        assert last_event_of(envelope) == "voided"
        sign = lambda: sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN)  # noqa: E731
        assert refused(sign) == "link_ended"
        late = lambda: propose_amendment(actor=alice, version_id=newest(contract).pk)  # noqa: E731
        assert refused(late) == "contract_closed"
        assert refused(lambda: finalize_version(actor=alice, version_id=newest(contract).pk)) == "contract_closed"


def last_event_of(envelope: Envelope) -> str:
    envelope.refresh_from_db()
    assert envelope.state == EnvelopeEvent.objects.filter(envelope=envelope).latest("number").kind
    return str(envelope.state)


def test_the_paper_says_when_it_was_signed(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        version = amended_text(alice, contract)
        envelope = prepared(alice, BEATE, CARL, contract=contract)
        record_paper_signature(
            actor=alice,
            envelope_id=envelope.pk,
            scan=Scan(paper_of(alice, contract).stored, tuple(envelope.pages)),
            signed_on=date(2026, 5, 28),
            certifies=True,
        )
    answers = AmendmentAnswer.objects.filter(amendment__version=version).values_list("how", "answered_on")
    assert set(answers) == {("paper", date(2026, 5, 28))}
    version.refresh_from_db()
    assert version.effective_on == JUNE.date()  # it was put to them on that day, and says of no other
    verbs = LedgerEntry.objects.filter(event__in=("amendment.accepted", "amendment.final")).values_list(
        "verb", flat=True
    )
    assert set(verbs) == {"contracts.record_paper_signature"}


def test_what_is_approved_is_all_that_is_accepted(acme: Cast, alice: Actor) -> None:
    """Neither accepted before the approval is decided, nor changed in its day or its instrument afterwards."""
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        matrix_of(acme, FINANCE)
        amendment = propose_amendment(actor=alice, version_id=amended_text(alice, contract).pk)
        grant([acme.users["counterparty"]], PERMISSION, contract)
        answer = {"amendment_id": amendment.pk, "seen": amendment.content_hash}
        ours = lambda: accept_amendment(actor=alice, **answer)  # noqa: E731
        theirs_too = lambda: accept_amendment(actor=acme["counterparty"], **answer)  # noqa: E731
        assert refused(ours) == "approval_missing"
        approval = requested(alice, contract)
        assert (refused(ours), refused(theirs_too)) == ("approval_open", "approval_open")
        yes(acme["finance"], approval)
        ours()
        theirs_too()
        change_amendment(actor=alice, amendment_id=amendment.pk, summary="In other words")
        assert Approval.objects.get(pk=approval.pk).state == "approved"
        change_amendment(actor=alice, amendment_id=amendment.pk, effective_on=date(2026, 9, 1))
        assert Approval.objects.get(pk=approval.pk).state == "superseded"
        amendment.refresh_from_db()
        again = lambda: accept_amendment(  # noqa: E731
            actor=alice, amendment_id=amendment.pk, seen=amendment.content_hash
        )
        assert refused(again) == "approval_missing"


def test_retroactivity_is_approved_as_well(acme: Cast, alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        version = amended_text(alice, contract)
        matrix_of(acme, FINANCE)
        approval = requested(alice, contract)
        yes(acme["finance"], approval)
        why = {"is_retroactive": True, "retroactive_reason": "Section 5"}
        propose_amendment(actor=alice, version_id=version.pk, effective_on=date(2026, 3, 1), **why)
        assert Approval.objects.get(pk=approval.pk).state == "superseded"


def test_of_several_counterparties_each_answers_for_itself(acme: Cast, page: Client, alice: Actor) -> None:
    guest = acme["counterparty"]
    contract = active_contract(alice, others=[create_party(actor=alice, name="Delta Ltd")])
    amendment = propose_amendment(actor=alice, version_id=amended_text(alice, contract).pk)
    grant([acme.users["counterparty"]], PERMISSION, contract)
    first, second = ContractParty.objects.filter(contract=contract, role="counterparty").order_by("created_at")
    answer = {"actor": guest, "amendment_id": amendment.pk, "seen": amendment.content_hash}
    for part in (first, second):
        assert refused(lambda part=part: accept_amendment(**answer, part_id=part.pk)) == "party_not_asked"
    PartyContact.objects.create(
        organization_id=alice.organization_id, party=first.party, name="Guest",
        email=acme.users["counterparty"].email.upper(),
    )  # fmt: skip
    assert refused(lambda: accept_amendment(**answer, part_id=second.pk)) == "party_not_asked"
    assert refused(lambda: refuse_amendment(**answer, part_id=second.pk, reason="No")) == "party_not_asked"
    accept_amendment(**answer)
    assert AmendmentAnswer.objects.get().part_id == first.pk


def test_an_old_letter_makes_nothing_old(alice: Actor) -> None:
    with clock.set_to(JUNE):
        amendment = proposed(alice)
        for part in waited_for(_fresh(amendment)):
            facts = {"part_id": part.pk, "how": "letter", "by_name": "Carl", "evidence": letter(alice)}
            record_acceptance(actor=alice, amendment_id=amendment.pk, answered_on=date(2026, 2, 1), **facts)
        assert final(alice, amendment).effective_on == JUNE.date()


def test_why_we_withdrew_stays_with_us(acme: Cast, api: APIClient, alice: Actor) -> None:
    amendment = proposed(alice)
    grant([acme.users["counterparty"]], PERMISSION, amendment.contract)
    withdraw_amendment(actor=alice, amendment_id=amendment.pk, reason="Budget")
    guest = APIClient()
    guest.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")
    one = reverse("api-amendment", args=[amendment.pk])
    assert (api.get(one).json()["outcome"], "outcome" in guest.get(one).json()) == ("Budget", False)
    assert "Budget" not in guest.get(amendment.get_absolute_url()).content.decode()


def test_days_beyond_the_calendar_are_unreadable(api: APIClient, page: Client, alice: Actor) -> None:
    contract = active_contract(alice, time_zone="America/New_York")
    url = reverse("api-version-in-force", args=[contract.pk])
    for name, said in (
        ("at", "0001-01-01T00:00:00Z"),
        ("known_at", "9999-12-31T23:59-12:00"),
        ("known_at", "9999-12-31"),
    ):
        assert api.get(url, {name: said}).json()["code"] == "date_unreadable"
    for said in ("0001-01-01", "9999-12-31"):
        shown = page.get(reverse("contract-in-force", args=[contract.pk]), {"on": said, "known_on": said})
        assert shown.status_code == 200
