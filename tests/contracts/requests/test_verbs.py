"""Each verb of requests: what it leaves behind, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from clm.access.permissions import get_visible, visible
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from clm.notify.models import Notification
from contracts.models import Contract, ContractParty, ContractRequest, Drafting, RequestFile, RequestQuestion, Version
from contracts.operations.requests.answer_request import answer_request
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.attach_to_request import attach_to_request
from contracts.operations.requests.change_request import change_request
from contracts.operations.requests.decline_request import decline_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.requests.prioritize_request import prioritize_request
from contracts.operations.requests.submit_request import submit_request
from contracts.operations.requests.withdraw_request import withdraw_request
from contracts.operations.templates.retire_template import retire_template
from contracts.queries.requests import MOST_FILES, make_request_paper, request_of
from contracts.tasks import remind_requests
from tests.cast import Cast
from tests.contracts.library_of import draft_template
from tests.contracts.requests.asked import ANSWERS, asked_for, assigned, supply_version
from tests.proof import last_entry, last_event, left_behind

TRIAGERS = ("legal", "procurement", "administrator")


def told(kind: str = "request") -> set[tuple[str, str]]:
    """Whose inbox has which title."""
    rows = Notification.objects.filter(kind=kind).select_related("user")
    return {(row.user.email.split("@")[0], row.title) for row in rows}


def refused(verb: Callable[[], Any], code: str) -> None:
    """The verb refuses with this code and leaves nothing."""
    before = left_behind()
    with pytest.raises(DomainError) as refusal:
        verb()
    assert (refusal.value.code, left_behind()) == (code, before)


def test_a_request_is_submitted_and_triagers_know(acme: Cast) -> None:
    supply_version(acme["legal"])
    before = left_behind()
    request = asked_for(
        acme["legal"], acme["finance"], wanted_by=date(2026, 12, 1), value_amount=Decimal("1200"), currency="EUR"
    )

    assert (request.reference, request.state, request.revision) == (f"R-{clock.today().year}-0001", "submitted", 1)
    assert request.answers == {**ANSWERS, "goods": [{"what": "Bolts", "pieces": "12"}]}
    assert request.requester_id == acme["finance"].user_id
    payload = {
        "request_id": str(request.pk),
        "state": "submitted",
        "template_version_id": str(request.template_version_id),
    }
    assert last_event() == ("request.submitted", payload)
    assert last_entry().after["value_amount"] == "1200"
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert told() == {(role, f"Contract asked for: Bolts ({request.reference})") for role in TRIAGERS}


@pytest.mark.parametrize("role", ["executive", "auditor", "integration", "approver", "account_manager"])
def test_everyone_inside_asks_and_sees_what_they_asked(acme: Cast, role: str) -> None:
    request = asked_for(acme["legal"], acme[role])

    assert get_visible(acme[role], ContractRequest.objects.all(), request.pk) == request


def test_the_other_side_asks_nothing(acme: Cast) -> None:
    version = supply_version(acme["legal"])
    before = left_behind()

    with pytest.raises(Forbidden):
        submit_request(actor=acme["counterparty"], template_version_id=version.pk, title="x", answers=ANSWERS)
    request = asked_for(acme["legal"], acme["finance"])

    assert list(visible(acme["counterparty"], ContractRequest.objects.all())) == []
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert request.requester_id == acme["finance"].user_id


def test_answers_that_are_not_asked_are_dropped_and_not_needed(acme: Cast) -> None:
    given = {**ANSWERS, "is_limited": False, "ends_on": "never", "county": "Kings"}

    request = asked_for(acme["legal"], acme["finance"], answers=given)

    assert set(request.answers) == {"party_name", "is_limited", "law", "goods"}


def test_answers_are_checked(acme: Cast) -> None:
    version = supply_version(acme["legal"])
    answers = {"is_limited": True, "goods": [{"pieces": "many"}]}
    before = left_behind()

    with pytest.raises(Invalid) as wrong:
        submit_request(actor=acme["finance"], template_version_id=version.pk, title="x", answers=answers)

    assert (wrong.value.code, set(wrong.value.fields)) == ("answers_wrong", {"party_name", "ends_on", "goods"})
    assert left_behind() == before


def test_only_a_template_in_use_is_asked_for(acme: Cast) -> None:
    unapproved = draft_template(acme["legal"]).versions.get()
    used = supply_version(acme["legal"])
    retire_template(actor=acme["legal"], template_id=used.template_id, reason="old")

    for version in (unapproved, used):
        refused(
            lambda version=version: submit_request(
                actor=acme["finance"], template_version_id=version.pk, title="x", answers=ANSWERS
            ),
            "template_not_approved",
        )


def test_a_value_has_its_currency_and_a_title_has_words(acme: Cast) -> None:
    refused_here = {"value_amount": Decimal(1)}, {"title": " "}
    supply_version(acme["legal"])
    for facts in refused_here:
        before = left_behind()
        with pytest.raises(Invalid):
            asked_for(acme["legal"], acme["finance"], **facts)
        assert left_behind() == before


def test_a_request_is_assigned(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])

    assign_request(
        actor=acme["legal"], request_id=request.pk, assignee_id=acme["procurement"].person_id, seen=request.revision
    )

    request.refresh_from_db()
    assert (request.state, request.assignee_id, request.revision) == ("assigned", acme["procurement"].user_id, 2)
    assert last_event()[1]["assignee_id"] == str(acme["procurement"].user_id)
    assert {("procurement", f"Yours to draft: Bolts ({request.reference})")} < told()
    assert {("finance", f"In progress: Bolts ({request.reference})")} < told()
    assert [(move.from_state, move.to_state) for move in Transition.objects.filter(subject_id=request.pk)] == [
        ("submitted", "assigned")
    ]


def test_a_request_is_assigned_to_triagers_only_and_once(acme: Cast) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])

    def to(role: str, **more: Any) -> Callable[[], Any]:
        return lambda: assign_request(
            actor=acme["legal"], request_id=request.pk, assignee_id=acme[role].person_id, **more
        )

    refused(to("finance"), "assignee_unknown")
    refused(to("legal"), "already_assigned")
    refused(to("procurement", seen=1), "changed_meanwhile")
    assert to("procurement")().assignee_id == acme["procurement"].user_id


def test_more_information_is_asked_and_answered(acme: Cast) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])

    ask_requester(actor=acme["legal"], request_id=request.pk, question="Which bolts?")
    assert told() >= {("finance", f"More information is needed: Bolts ({request.reference})")}
    refused(lambda: ask_requester(actor=acme["legal"], request_id=request.pk, question="And?"), "illegal_move")
    with pytest.raises(Forbidden):
        answer_request(actor=acme["legal"], request_id=request.pk, answer="Big ones")
    answer_request(actor=acme["finance"], request_id=request.pk, answer="Big ones")

    request.refresh_from_db()
    asked = RequestQuestion.objects.get()
    assert (request.state, request.revision) == ("assigned", 4)
    assert (asked.number, asked.question, asked.answer) == (1, "Which bolts?", "Big ones")
    assert (asked.asked_by_id, asked.answered_by_id) == (acme["legal"].user_id, acme["finance"].user_id)
    assert last_event()[0] == "request.answered"
    assert told() >= {("legal", f"Answered: Bolts ({request.reference})")}
    refused(lambda: answer_request(actor=acme["finance"], request_id=request.pk, answer="x"), "nothing_asked")
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestQuestion.objects.update(answer="Small ones")


def test_what_nobody_has_goes_back_to_the_queue_when_answered(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    ask_requester(actor=acme["legal"], request_id=request.pk, question="Why?")
    assert answer_request(actor=acme["finance"], request_id=request.pk, answer="So").state == "submitted"

    ask_requester(actor=acme["legal"], request_id=request.pk, question="Why?")
    assign_request(actor=acme["legal"], request_id=request.pk, assignee_id=acme["legal"].person_id)
    assert ContractRequest.objects.get().state == "asked"
    assert answer_request(actor=acme["finance"], request_id=request.pk, answer="So").state == "assigned"


def test_who_asked_changes_it_until_somebody_works_on_it(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])

    changed = change_request(actor=acme["finance"], request_id=request.pk, title="Nuts", wanted_by=date(2026, 12, 1))
    assert (changed.title, changed.revision) == ("Nuts", 2)
    assert last_entry().before == {"title": "Bolts", "wanted_by": None}
    before = left_behind()
    change_request(actor=acme["finance"], request_id=request.pk, title="Nuts")
    assert left_behind() == before
    with pytest.raises(Forbidden):
        change_request(actor=acme["legal"], request_id=request.pk, title="Mine")
    refused(
        lambda: change_request(actor=acme["finance"], request_id=request.pk, seen=1, title="Late"), "changed_meanwhile"
    )

    assign_request(actor=acme["legal"], request_id=request.pk, assignee_id=acme["legal"].person_id)
    with pytest.raises(Forbidden):
        change_request(actor=acme["finance"], request_id=request.pk, title="Late")
    corrected = change_request(actor=acme["legal"], request_id=request.pk, answers={**ANSWERS, "law": "New York"})
    assert corrected.answers["law"] == "New York"


def test_a_request_is_declined_with_a_reason(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    refused(lambda: decline_request(actor=acme["legal"], request_id=request.pk, reason=" "), "words_missing")

    decline_request(actor=acme["legal"], request_id=request.pk, reason="We have one")

    request.refresh_from_db()
    assert (request.state, request.outcome, request.waits_until) == ("declined", "We have one", None)
    assert last_entry().reason == "We have one"
    assert told() >= {("finance", f"Declined: Bolts ({request.reference})")}


def test_a_request_is_withdrawn_by_who_asked(acme: Cast) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])
    with pytest.raises(Forbidden):
        withdraw_request(actor=acme["legal"], request_id=request.pk)

    withdraw_request(actor=acme["finance"], request_id=request.pk, reason="Not needed")

    request.refresh_from_db()
    assert (request.state, request.outcome) == ("withdrawn", "Not needed")
    assert told() >= {("legal", f"Withdrawn: Bolts ({request.reference})")}


def test_a_closed_request_takes_nothing(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    withdraw_request(actor=acme["finance"], request_id=request.pk)
    me: dict[str, Any] = {"request_id": request.pk}

    for verb in (
        lambda: assign_request(actor=acme["legal"], assignee_id=acme["legal"].person_id, **me),
        lambda: ask_requester(actor=acme["legal"], question="x", **me),
        lambda: change_request(actor=acme["finance"], title="x", **me),
        lambda: decline_request(actor=acme["legal"], reason="x", **me),
        lambda: withdraw_request(actor=acme["finance"], **me),
        lambda: prioritize_request(actor=acme["legal"], priority=4, **me),
        lambda: draft_request(actor=acme["legal"], **me),
        lambda: attach_to_request(actor=acme["finance"], file_name="a.txt", content=b"a", **me),
    ):
        refused(verb, "request_closed")


def test_a_request_has_a_priority(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])

    prioritize_request(actor=acme["legal"], request_id=request.pk, priority=4)
    before = left_behind()
    prioritize_request(actor=acme["legal"], request_id=request.pk, priority=4)

    assert left_behind() == before
    assert (last_entry().before, last_entry().after) == ({"priority": 2}, {"priority": 4})


def test_a_request_becomes_a_draft_contract(acme: Cast) -> None:
    request = assigned(
        acme["legal"], acme["finance"], acme["procurement"], value_amount=Decimal("1200"), currency="EUR"
    )

    draft_request(actor=acme["procurement"], request_id=request.pk, seen=request.revision)

    request.refresh_from_db()
    contract = Contract.objects.get()
    assert (request.state, request.contract_id, request.waits_until) == ("drafted", contract.pk, None)
    assert (contract.title, contract.owner_id) == ("Bolts", acme["procurement"].user_id)
    assert (contract.value_amount, contract.currency, contract.category) == (Decimal("1200"), "EUR", "other")
    part = ContractParty.objects.select_related("party").get()
    assert (part.party.name, part.role) == ("Cirrus GmbH", "counterparty")
    text = Version.objects.get().text
    assert "It ends on 31 December 2026." in text
    assert "12 of Bolts." in text
    assert "courts" not in text
    assert Drafting.objects.get().answers["party_name"] == "Cirrus GmbH"
    assert request_of(acme["finance"], contract) == request
    assert last_event()[0] == "request.drafted"
    assert LedgerEntry.objects.latest("id").contract_id == contract.pk
    assert told() >= {("finance", f"Drafted: Bolts ({request.reference})")}


def test_only_who_works_on_it_drafts_it(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    refused(lambda: draft_request(actor=acme["legal"], request_id=request.pk), "not_assigned")
    assign_request(actor=acme["legal"], request_id=request.pk, assignee_id=acme["procurement"].person_id)
    refused(lambda: draft_request(actor=acme["legal"], request_id=request.pk), "not_assigned")
    with pytest.raises(Forbidden):
        draft_request(actor=acme["finance"], request_id=request.pk)
    assert Contract.objects.count() == 0


def test_no_draft_is_made_of_answers_that_changed_since(acme: Cast) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])
    made = make_request_paper(acme["legal"], request.pk)
    change_request(actor=acme["legal"], request_id=request.pk, answers={**ANSWERS, "law": "New York"})

    refused(lambda: draft_request(actor=acme["legal"], request_id=request.pk, made=made), "changed_meanwhile")


def test_a_retired_template_drafts_no_request(acme: Cast) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["legal"])
    retire_template(actor=acme["legal"], template_id=request.template_version.template_id, reason="old")

    refused(lambda: draft_request(actor=acme["legal"], request_id=request.pk), "template_not_approved")


def test_a_confidential_request_is_seen_by_who_asked_and_triagers(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"], is_confidential=True)
    open_one = asked_for(acme["legal"], acme["finance"], title="Open")

    def seen(role: str) -> set[Any]:
        return set(visible(acme[role], ContractRequest.objects.all()))

    assert [seen(role) for role in ("finance", *TRIAGERS)] == [{request, open_one}] * 4
    assert [seen(role) for role in ("auditor", "executive", "approver")] == [{open_one}] * 3
    assert [seen(role) for role in ("account_manager", "integration", "counterparty")] == [set()] * 3
    told_of = visible(acme["auditor"], LedgerEntry.objects.filter(event="request.submitted"))
    assert [entry.subject_id for entry in told_of] == [open_one.pk]


def test_a_confidential_request_becomes_a_confidential_contract(acme: Cast) -> None:
    request = assigned(acme["legal"], acme["finance"], acme["procurement"], is_confidential=True)

    draft_request(actor=acme["procurement"], request_id=request.pk)

    roles = ("finance", "procurement", "legal", "executive")
    counts = [visible(acme[role], Contract.objects.all()).count() for role in roles]
    assert (Contract.objects.get().is_confidential, counts) == (True, [1, 1, 0, 0])


def test_files_come_along(acme: Cast) -> None:
    request = asked_for(acme["legal"], acme["finance"])

    file = attach_to_request(actor=acme["finance"], request_id=request.pk, file_name="../offer.pdf", content=b"%PDF")
    again = attach_to_request(actor=acme["legal"], request_id=request.pk, file_name="same.pdf", content=b"%PDF")

    assert (again, file.file_name, RequestFile.objects.count()) == (file, "offer.pdf", 1)
    assert last_event()[0] == "request.file_attached"
    refused(
        lambda: attach_to_request(actor=acme["finance"], request_id=request.pk, file_name="a", content=b""), "empty"
    )
    with pytest.raises(Forbidden):
        attach_to_request(actor=acme["auditor"], request_id=request.pk, file_name="a", content=b"a")
    for number in range(MOST_FILES - 1):
        attach_to_request(actor=acme["finance"], request_id=request.pk, file_name="a", content=str(number).encode())
    refused(
        lambda: attach_to_request(actor=acme["finance"], request_id=request.pk, file_name="a", content=b"x"),
        "too_many_files",
    )


def test_a_request_that_waits_too_long_comes_back_to_mind(acme: Cast) -> None:
    now = clock.now()
    with clock.set_to(now):
        request = asked_for(acme["legal"], acme["finance"])
        ask_requester(actor=acme["legal"], request_id=request.pk, question="Why?")
    with clock.set_to(now + timedelta(hours=47)):
        assert remind_requests() == 0
    with clock.set_to(now + timedelta(hours=48)):
        assert (remind_requests(), remind_requests()) == (1, 0)
    assert told() >= {("finance", f"Still waits for you: Bolts ({request.reference})")}
    assert last_event()[0] == "request.waited"


@override_settings(REQUEST_REMINDER_HOURS=1)
def test_how_long_it_may_wait_is_a_setting(acme: Cast) -> None:
    now = clock.now()
    with clock.set_to(now):
        request = assigned(acme["legal"], acme["finance"], acme["procurement"])
    with clock.set_to(now + timedelta(hours=1)):
        assert remind_requests() == 1
    waited = f"Still waits for you: Bolts ({request.reference})"
    assert {who for who, title in told() if title == waited} == {"procurement"}


def test_another_organization_does_not_find_it(acme: Cast, charlie: Actor) -> None:
    request = asked_for(acme["legal"], acme["finance"])
    before = left_behind()

    with organization_scope(charlie.organization_id), pytest.raises(NotVisible):
        decline_request(actor=charlie, request_id=request.pk, reason="x")

    assert left_behind() == before
