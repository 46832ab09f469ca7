"""A mandatory clause is not left out unless somebody else than who asked agrees; and what a draft shows beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import visible
from clm.audit.models import Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from clm.notify.models import Notification
from contracts.models import Contract, Draft, LibraryClauseVersion, Omission, Version
from contracts.operations.add_version import add_version
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.put_position import put_position
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.drafting.restore_clause import restore_clause
from contracts.operations.finalize_version import finalize_version
from contracts.operations.omissions.approve_omission import approve_omission
from contracts.operations.omissions.ask_omission import ask_omission
from contracts.operations.omissions.refuse_omission import refuse_omission
from contracts.operations.set_terms import set_terms
from contracts.queries.draft_library import draft_report
from contracts.queries.drafts import draft_rows
from tests.cast import Cast
from tests.contracts.amended import agree, amended
from tests.contracts.drafting.written import clause_of, let_in, open_draft, write
from tests.contracts.library.shelf import approved, renewed
from tests.contracts.papers import TERMS, active_contract, newest, text_paper
from tests.proof import last_entry, last_event, left_behind

AVAILABLE = "The Provider keeps the Service available at least 99.9 % of each month, as Section 2.2 says."
LADDER = [
    {"kind": "preferred", "text": AVAILABLE, "why": ""},
    {"kind": "unacceptable", "text": "The Service is provided as available.", "why": "It promises nothing"},
]
BACKEND = "django.contrib.auth.backends.ModelBackend"


def mandatory(actor: Actor, **facts: Any) -> LibraryClauseVersion:
    """Clause 2.1 of the sample draft, mandatory in hosting contracts."""
    return approved(actor, **({"positions": LADDER} | facts))


def lacking_draft(actor: Actor) -> Draft:
    """An open draft of ours without its mandatory clause."""
    mandatory(actor)
    draft = open_draft(actor, category="hosting")
    remove_clause(actor=actor, clause_id=clause_of(draft, "Availability").pk)
    return Draft.objects.get(pk=draft.pk)


def asked(actor: Actor, contract: Contract) -> Omission:
    clause = LibraryClauseVersion.objects.first()
    assert clause is not None
    return ask_omission(
        actor=actor, contract_id=contract.pk, library_clause_id=clause.clause_id, reason="A pilot of a month"
    )


def refusal(act: Any) -> DomainError:
    before = left_behind()
    with pytest.raises(DomainError) as refused:
        act()
    assert left_behind() == before
    return refused.value


def test_a_draft_is_not_handed_over_without_its_mandatory_clause(alice: Actor) -> None:
    draft = lacking_draft(alice)

    refused = refusal(lambda: hand_over(actor=alice, draft_id=draft.pk))

    assert (refused.code, refused.status) == ("mandatory_missing", 409)
    assert refused.message == (
        "Mandatory clauses are missing: Availability. Put them in, or ask for approval to leave them out."
    )
    assert [each["title"] for each in refused.detail["clauses"]] == ["Availability"]
    assert Version.objects.filter(contract=draft.contract).count() == 1
    restore_clause(actor=alice, clause_id=clause_of(draft, "Availability").pk)
    assert hand_over(actor=alice, draft_id=draft.pk).number == 2


def test_with_approval_it_is_handed_over(acme: Cast, alice: Actor) -> None:
    draft = lacking_draft(alice)
    omission = asked(alice, draft.contract)
    assert refusal(lambda: hand_over(actor=alice, draft_id=draft.pk)).code == "mandatory_missing"

    approve_omission(actor=acme["approver"], omission_id=omission.pk)

    assert hand_over(actor=alice, draft_id=draft.pk).number == 2


def test_a_contract_of_another_type_needs_nothing(alice: Actor) -> None:
    mandatory(alice, mandatory_for=["nda"])
    draft = open_draft(alice, category="hosting")
    remove_clause(actor=alice, clause_id=clause_of(draft, "Availability").pk)

    assert hand_over(actor=alice, draft_id=draft.pk).number == 2


def test_the_other_side_writes_what_it_likes(acme: Cast, alice: Actor) -> None:
    mandatory(alice)
    draft = open_draft(alice, category="hosting")
    hand_over(actor=alice, draft_id=draft.pk)
    other = let_in(acme, draft.contract)
    theirs = open_draft(other, draft.contract)
    remove_clause(actor=other, clause_id=clause_of(theirs, "Availability").pk)

    assert hand_over(actor=other, draft_id=theirs.pk).side == "theirs"


def test_asking(alice: Actor, acme: Cast) -> None:
    draft = lacking_draft(alice)
    before = left_behind()
    with clock.set_to(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        omission = asked(alice, draft.contract)

    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])
    assert (omission.state, omission.asked_by_id, omission.reason) == ("asked", alice.user_id, "A pilot of a month")
    assert omission.created_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    payload = {
        "omission_id": str(omission.pk), "contract_id": str(draft.contract_id),
        "library_clause_id": str(omission.library_clause_id), "state": "asked",
    }  # fmt: skip
    assert last_event() == ("omission.asked", payload)
    entry = last_entry()
    assert (entry.verb, entry.reason, entry.contract_id) == (
        "contracts.ask_omission", "A pilot of a month", draft.contract_id,
    )  # fmt: skip
    told = Notification.objects.filter(kind="contract.omission_asked")
    assert {row.user_id for row in told} == {acme.users["legal"].pk, acme.users["approver"].pk} - {alice.user_id}


def test_approving(acme: Cast, alice: Actor) -> None:
    omission = asked(alice, lacking_draft(alice).contract)
    before = left_behind()
    with clock.set_to(datetime(2026, 3, 3, 9, tzinfo=UTC)):
        approve_omission(actor=acme["approver"], omission_id=omission.pk, note="Once")

    omission.refresh_from_db()
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2] + 1)
    assert (omission.state, omission.decided_by_id, omission.answer) == ("approved", acme["approver"].user_id, "Once")
    assert omission.decided_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    move = Transition.objects.latest("id")
    assert (move.from_state, move.to_state) == ("asked", "approved")
    assert last_event()[0] == "omission.approved"
    assert last_entry().after["state"] == "approved"
    told = Notification.objects.get(kind="contract.omission_decided")
    assert (told.user_id, told.title) == (alice.user_id, "“Availability” may be left out: Hosting")


def test_refusing_and_asking_anew(acme: Cast, alice: Actor) -> None:
    draft = lacking_draft(alice)
    omission = asked(alice, draft.contract)
    assert refusal(lambda: asked(alice, draft.contract)).code == "omission_known"
    decide = acme["approver"]
    assert refusal(lambda: refuse_omission(actor=decide, omission_id=omission.pk, reason=" ")).code == "reason_missing"

    refused = refuse_omission(actor=decide, omission_id=omission.pk, reason="They host our data")

    assert (refused.state, refused.answer) == ("refused", "They host our data")
    assert last_event()[0] == "omission.refused"
    assert refusal(lambda: approve_omission(actor=decide, omission_id=omission.pk)).code == "illegal_move"
    assert refusal(lambda: hand_over(actor=alice, draft_id=draft.pk)).code == "mandatory_missing"
    again = asked(alice, draft.contract)
    approve_omission(actor=decide, omission_id=again.pk)
    assert hand_over(actor=alice, draft_id=draft.pk).number == 2


def test_it_takes_two(acme: Cast) -> None:
    """Who asked, and who began the draft, decide nothing; the database agrees."""
    legal, procurement = acme["legal"], acme["procurement"]
    draft = lacking_draft(legal)
    by_drafter = asked(procurement, draft.contract)
    assert refusal(lambda: approve_omission(actor=legal, omission_id=by_drafter.pk)).code == "own_omission"
    refuse_omission(actor=acme["approver"], omission_id=by_drafter.pk, reason="No")
    own = asked(legal, draft.contract)
    assert refusal(lambda: approve_omission(actor=legal, omission_id=own.pk)).code == "own_omission"
    assert refusal(lambda: refuse_omission(actor=legal, omission_id=own.pk, reason="No")).code == "own_omission"
    with pytest.raises(IntegrityError), transaction.atomic():
        Omission.objects.filter(pk=own.pk).update(
            state="approved", decided_by=legal.user_id, decided_at=datetime(2026, 3, 3, tzinfo=UTC)
        )


def test_what_is_not_asked(acme: Cast, alice: Actor) -> None:
    draft = lacking_draft(alice)
    version = mandatory(alice, title="Insurance", mandatory_for=["nda"])
    contract, clause = draft.contract_id, version.clause_id

    def ask(**facts: Any) -> Any:
        given = {"actor": alice, "contract_id": contract, "library_clause_id": clause, "reason": "Why"} | facts
        return lambda: ask_omission(**given)

    assert refusal(ask()).code == "not_mandatory"
    needed = LibraryClauseVersion.objects.exclude(pk=version.pk).get().clause_id
    empty = refusal(ask(library_clause_id=needed, reason="  "))
    assert isinstance(empty, Invalid)
    assert (empty.code, list(empty.fields)) == ("reason_missing", ["reason"])
    assert isinstance(refusal(ask(contract_id=uuid4())), NotVisible)
    assert isinstance(refusal(ask(actor=acme["approver"], library_clause_id=needed)), Forbidden)


def test_another_organization_and_the_other_side_see_nothing(acme: Cast, alice: Actor, charlie: Actor) -> None:
    draft = lacking_draft(alice)
    omission = asked(alice, draft.contract)
    counterparty = let_in(acme, draft.contract)

    assert list(visible(alice, Omission.objects.all())) == [omission]
    assert list(visible(counterparty, Omission.objects.all())) == []
    assert isinstance(refusal(lambda: approve_omission(actor=counterparty, omission_id=omission.pk)), DomainError)
    assert isinstance(refusal(lambda: approve_omission(actor=charlie, omission_id=omission.pk)), DomainError)


def test_a_text_that_was_written_here_is_not_made_final_without_it(acme: Cast, alice: Actor) -> None:
    """An uploaded text is what was agreed elsewhere: it is filed as it is."""
    contract = active_contract(alice, category="hosting")
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper("1. Fees\n\nThe fee is lower from now on."))
    mandatory(alice)
    version = newest(contract)
    set_terms(actor=alice, version_id=version.pk, terms=TERMS)
    Version.objects.filter(pk=version.pk).update(source="draft")

    def finish() -> Version:
        return finalize_version(actor=alice, version_id=version.pk)

    assert refusal(finish).code == "mandatory_missing"
    Version.objects.filter(pk=version.pk).update(source="upload")
    agree(alice, version.pk, date(2026, 5, 1))
    assert finish().state == "final"


def test_with_approval_it_is_made_final(acme: Cast, alice: Actor) -> None:
    contract = active_contract(alice, category="hosting")
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper("1. Fees\n\nThe fee is lower from now on."))
    mandatory(alice)
    version = newest(contract)
    set_terms(actor=alice, version_id=version.pk, terms=TERMS)
    Version.objects.filter(pk=version.pk).update(source="draft")
    approve_omission(actor=acme["approver"], omission_id=asked(alice, contract).pk)

    final = amended(alice, version.pk, date(2026, 5, 1))

    assert final.state == "final"


def test_what_was_signed_elsewhere_is_filed_whatever_it_lacks(alice: Actor) -> None:
    approved(alice, title="Insurance", positions=[{"kind": "preferred", "text": "They insure it.", "why": ""}])

    contract = active_contract(alice, category="hosting")

    assert contract.state == "active"


def test_the_pages_of_asking_and_deciding(acme: Cast, page: Client, alice: Actor) -> None:
    draft = lacking_draft(alice)
    contract = draft.contract_id
    beside = str(page.get(reverse("draft-checks", args=[contract])).content.decode())
    clause = LibraryClauseVersion.objects.get().clause_id
    assert "Mandatory clauses are missing:" in beside
    assert f"{reverse('omission-new', args=[contract])}?clause={clause}" in beside
    handed = page.post(reverse("draft-hand-over", args=[draft.pk]), {"note": ""}, follow=True)
    assert "Mandatory clauses are missing: Availability." in handed.content.decode()
    sent = page.post(reverse("omission-new", args=[contract]), {"library_clause": str(clause), "reason": "A pilot"})
    omission = Omission.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, reverse("omission", args=[omission.pk]))
    own = page.get(reverse("omission", args=[omission.pk])).content.decode()
    assert "Waits for approval" in own
    assert reverse("omission-approve", args=[omission.pk]) not in own
    assert "Ask to leave it out" not in page.get(reverse("draft-checks", args=[contract])).content.decode()
    other = Client()
    other.force_login(acme.users["approver"], backend=BACKEND)
    assert reverse("omission-approve", args=[omission.pk]) in (
        other.get(reverse("omission", args=[omission.pk])).content.decode()
    )
    assert other.post(reverse("omission-approve", args=[omission.pk]), {"note": ""}).status_code == 302
    omission.refresh_from_db()
    assert omission.state == "approved"
    in_draft = page.get(reverse("draft-checks", args=[contract]))
    assert page.post(reverse("omission-approve", args=[omission.pk]), {"note": ""}).status_code == 400
    hand_over(actor=alice, draft_id=draft.pk)
    for shown in (in_draft, page.get(reverse("contract-tab", args=[contract, "library"]))):
        assert f"left out, approved by {omission.decided_by}" in shown.content.decode()
        assert "notice-bad" not in shown.content.decode()
        assert "Mandatory clauses are missing" not in shown.content.decode()


def test_refusing_on_the_page(acme: Cast, alice: Actor) -> None:
    omission = asked(alice, lacking_draft(alice).contract)
    other = Client()
    other.force_login(acme.users["approver"], backend=BACKEND)
    assert other.post(reverse("omission-refuse", args=[omission.pk]), {"reason": ""}).status_code == 400
    assert other.post(reverse("omission-refuse", args=[omission.pk]), {"reason": "They host it"}).status_code == 302
    assert "They host it" in other.get(reverse("omission", args=[omission.pk])).content.decode()


def test_by_the_api(api: APIClient, acme: Cast, alice: Actor) -> None:
    draft = lacking_draft(alice)
    clause = LibraryClauseVersion.objects.get().clause_id
    url = f"/api/v1/contracts/{draft.contract_id}/omissions/"
    library = api.get(f"/api/v1/drafts/{draft.pk}/library/").data
    assert [each["title"] for each in library["missing_mandatory"]] == ["Availability"]
    refused = api.post(f"/api/v1/drafts/{draft.pk}/handing-over/", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "mandatory_missing")
    made = api.post(url, {"library_clause": str(clause), "reason": "A pilot"}, format="json")
    assert (made.status_code, made.data["state"]) == (201, "asked")
    assert [each["id"] for each in api.get(url).data["results"]] == [made.data["id"]]
    one = f"/api/v1/omissions/{made.data['id']}/"
    assert api.post(f"{one}approval/", {}, format="json").json()["code"] == "own_omission"
    other = APIClient()
    other.force_login(acme.users["approver"], backend=BACKEND)
    approval = other.post(f"{one}approval/", {"note": "Once"}, format="json")
    assert (approval.status_code, approval.data["state"], approval.data["answer"]) == (200, "approved", "Once")
    assert api.get(one).data["decided_by"] == acme.users["approver"].pk


def test_a_draft_shows_how_far_it_departs(page: Client, alice: Actor) -> None:
    mandatory(alice)
    draft = open_draft(alice, category="hosting")
    write(alice, clause_of(draft, "Availability"), AVAILABLE.replace("99.9", "98"))

    (row,) = draft_report(draft_rows().get(pk=draft.pk)).rows
    body = page.get(reverse("draft-checks", args=[draft.contract_id])).content.decode()

    assert (row.standing, row.is_adopted, row.departure.changed, row.departure.words) == ("decisive", False, 2, 38)
    assert (row.clause.number, row.clause.heading) == ("2.1", "Availability")
    assert "Preferred, meaning changed" in body
    assert "What decides: “98” in place of “99.9”" in body
    assert "there, but with another meaning: “98” in place of “99.9”" in body
    assert "2 of 38 words and signs of both texts differ" in body
    assert "Beside the library" not in page.get(reverse("draft", args=[draft.contract_id])).content.decode()


def test_a_draft_is_offered_the_newer_words(acme: Cast, page: Client, alice: Actor) -> None:
    version = mandatory(alice)
    draft = open_draft(alice, category="hosting")
    clause = clause_of(draft, "Availability")
    put_position(actor=alice, clause_id=clause.pk, revision=1, library_version_id=version.pk, position="preferred")
    ladder = [{**LADDER[0], "text": AVAILABLE.replace("month", "quarter")}, LADDER[1]]
    newer = renewed(alice, version, ladder, by=acme["legal"])
    url = reverse("draft-checks", args=[draft.contract_id])

    body = page.get(url).content.decode()

    assert "What version 2 of the library changes in version 1" in body
    assert f'data-act="take" data-of="{clause.pk}" data-value="{newer.pk}:preferred"' in body
    clause.refresh_from_db()
    put_position(
        actor=alice, clause_id=clause.pk, revision=clause.revision, library_version_id=newer.pk, position="preferred"
    )
    clause.refresh_from_db()
    assert clause.text == AVAILABLE.replace("month", "quarter")
    assert "Take the words" not in page.get(url).content.decode()


def test_a_reader_is_offered_nothing_and_the_other_side_sees_nothing(acme: Cast, alice: Actor) -> None:
    version = mandatory(alice)
    draft = open_draft(alice, category="hosting")
    clause = clause_of(draft, "Availability")
    put_position(actor=alice, clause_id=clause.pk, revision=1, library_version_id=version.pk, position="preferred")
    ladder = [{**LADDER[0], "text": AVAILABLE.replace("month", "quarter")}, LADDER[1]]
    renewed(alice, version, ladder, by=acme["legal"])
    url = reverse("draft-checks", args=[draft.contract_id])
    reader, other = Client(), Client()
    reader.force_login(acme.users["executive"], backend=BACKEND)
    read = reader.get(url).content.decode()
    assert "What version 2 of the library changes" in read
    assert "Take the words" not in read
    hand_over(actor=alice, draft_id=draft.pk)
    actor = let_in(acme, draft.contract)
    open_draft(actor, draft.contract)
    other.force_login(acme.users["counterparty"], backend=BACKEND)
    theirs = other.get(url).content.decode()
    assert "Terms and references" in theirs
    assert "library" not in theirs
    assert str(version.pk) not in theirs
    assert other.get(reverse("api-draft-library", args=[draft.pk])).status_code in (403, 404)


def test_the_panel_asks_as_often_for_many_clauses(page: Client, alice: Actor) -> None:
    mandatory(alice)
    draft = open_draft(alice, category="hosting")
    url = reverse("draft-checks", args=[draft.contract_id])
    page.get(url)
    with CaptureQueriesContext(connection) as few:
        page.get(url)
    for number in range(5):
        mandatory(alice, title=f"Clause {number}", positions=[{**LADDER[0], "text": f"Words {number} of their own."}])
    for heading in ("Service", "Credits"):
        clause = clause_of(draft, heading)
        put_position(
            actor=alice, clause_id=clause.pk, revision=1, position="preferred",
            library_version_id=LibraryClauseVersion.objects.get(clause__title="Clause 1").pk,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        page.get(url)

    assert len(many) == len(few)
