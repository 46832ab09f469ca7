"""Each verb of the library: what it leaves behind, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clm.access.scope import organization_scope
from clm.audit.models import Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from clm.notify.models import Notification
from contracts.models import Contract, Drafting, Template, TemplateVersion, Version
from contracts.operations.templates.add_template_version import add_template_version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.operations.templates.import_template import import_template
from contracts.operations.templates.retire_template import retire_template
from contracts.queries.templates import version_in_use
from contracts.tasks import LATER, remind_template_reviews
from tests.cast import Cast
from tests.contracts.library_of import LINES, METADATA, approved_template, draft_template, short_file
from tests.proof import last_entry, last_event, left_behind

ANSWERS = {"party_name": "Cirrus GmbH", "signed_on": "2026-03-31", "has_extras": True}


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with clock.set_to(datetime(2026, 1, 31, 12, tzinfo=UTC)):
        yield


def source_of(template: Template) -> TemplateVersion:
    return TemplateVersion.objects.filter(template=template).latest("number")


def test_an_imported_template_is_a_draft_with_one_version(alice: Actor) -> None:
    template = import_template(actor=alice, file=short_file(), risk="high")

    version = source_of(template)
    assert (template.name, template.category, template.risk, template.state) == ("Short NDA", "nda", "high", "draft")
    assert (version.number, version.license, version.approved_at) == (1, "CC0-1.0", None)
    assert [field["name"] for field in version.fields] == ["party_name", "signed_on", "has_extras", "law"]
    payload = {"template_id": str(template.pk), "template_version_id": str(version.pk), "number": 1}
    assert last_event() == ("template.version_added", payload)
    assert last_entry().after["fields"] == 4
    assert left_behind() == (2, 2, 0)


def test_a_name_is_there_once_until_it_is_retired(alice: Actor) -> None:
    template = draft_template(alice)
    with pytest.raises(DomainError) as refused:
        draft_template(alice)
    assert (refused.value.code, left_behind()) == ("template_known", (2, 2, 0))

    retire_template(actor=alice, template_id=template.pk, reason="old")
    assert draft_template(alice).pk != template.pk


def test_an_owner_from_elsewhere_is_refused(alice: Actor, charlie: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        import_template(actor=alice, file=short_file(), owner_id=charlie.user_id)

    assert (list(refused.value.fields), left_behind()) == (["owner"], (0, 0, 0))


@pytest.mark.parametrize(("risk", "review"), [("high", date(2026, 4, 30)), ("standard", date(2026, 7, 31))])
def test_an_approved_template_has_its_review(alice: Actor, risk: str, review: date) -> None:
    template = approved_template(alice, risk=risk)

    source = source_of(template)
    assert (template.state, template.review_on) == ("approved", review)
    assert template.review_due_at == datetime(review.year, review.month, review.day, tzinfo=UTC) - timedelta(days=30)
    assert (source.approved_at, source.approved_by_id) == (clock.now(), alice.user_id)
    assert last_event()[1]["review_on"] == review.isoformat()
    assert [(move.from_state, move.to_state) for move in Transition.objects.all()] == [("draft", "approved")]


def test_only_the_version_that_was_looked_at_is_approved(alice: Actor) -> None:
    template = draft_template(alice)
    first = source_of(template)
    add_template_version(actor=alice, template_id=template.pk, file=short_file(lines=[*LINES, "More."]))
    before = left_behind()

    with pytest.raises(DomainError) as refused:
        approve_template(actor=alice, template_id=template.pk, version_id=first.pk)

    template.refresh_from_db()
    assert (refused.value.code, template.state, left_behind()) == ("not_newest", "draft", before)


def test_a_new_version_is_used_once_it_is_approved(alice: Actor) -> None:
    template = approved_template(alice)
    with pytest.raises(DomainError, match="this document"):
        add_template_version(actor=alice, template_id=template.pk, file=_same(template))
    add_template_version(actor=alice, template_id=template.pk, file=short_file(lines=[*LINES, "More."]), note="more")
    assert version_in_use(template).number == 1

    approve_template(actor=alice, template_id=template.pk)

    assert version_in_use(template).number == 2
    unapproved = add_template_version(actor=alice, template_id=template.pk, file=short_file())
    with pytest.raises(DomainError) as refused:
        draft_from_template(actor=alice, template_version_id=unapproved.pk, answers=ANSWERS, title="x")
    assert refused.value.code == "template_not_approved"


def _same(template: Template) -> Any:
    """The file that the newest version has: a Word document is written with the instant it was made at."""
    from clm.documents.blobs import read_blob
    from contracts.adapters.template_metadata import read_metadata
    from contracts.queries.templates import read_template

    content = read_blob(source_of(template).blob)
    return read_template(content, "again.docx", read_metadata(METADATA))


def test_a_retired_template_makes_nothing(alice: Actor) -> None:
    template = approved_template(alice)

    retire_template(actor=alice, template_id=template.pk, reason="superseded")

    template.refresh_from_db()
    assert (template.state, template.review_due_at, version_in_use(template)) == ("retired", None, None)
    assert last_entry().reason == "superseded"
    before = left_behind()
    for refused in (
        lambda: approve_template(actor=alice, template_id=template.pk),
        lambda: retire_template(actor=alice, template_id=template.pk, reason="x"),
        lambda: add_template_version(actor=alice, template_id=template.pk, file=short_file()),
        lambda: draft_from_template(
            actor=alice, template_version_id=source_of(template).pk, answers=ANSWERS, title="x"
        ),
    ):
        with pytest.raises(DomainError):
            refused()
    assert left_behind() == before


def test_one_review_that_fails_comes_back_and_the_others_go_on(alice: Actor) -> None:
    fails = approved_template(alice, risk="high")
    Template.objects.filter(pk=fails.pk).update(name="Broken")
    goes = approved_template(alice, risk="high")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE contracts_template ADD CHECK (name <> 'Broken' OR review_due_at < '2026-05-01') NOT VALID"
        )
    due = datetime(2026, 4, 30, 1, tzinfo=UTC)

    with clock.set_to(due):
        assert remind_template_reviews() == 2

    told = Notification.objects.filter(kind="template_review")
    assert {row.url for row in told} == {f"/contracts/templates/{goes.pk}/"}
    assert Template.objects.get(pk=fails.pk).review_due_at == due + LATER


def test_a_draft_is_a_contract_with_the_answers_in_it(alice: Actor) -> None:
    source = source_of(approved_template(alice))

    contract = draft_from_template(actor=alice, template_version_id=source.pk, answers=ANSWERS, title="NDA Cirrus")

    version = Version.objects.get(contract=contract)
    drafting = Drafting.objects.get(version=version)
    assert (contract.state, contract.category, contract.owner_id) == ("draft", "nda", alice.user_id)
    assert "between us and Cirrus GmbH" in version.text
    assert "signed on 31 March 2026" in version.text
    assert "There are extras" in version.text
    assert (version.file_name, version.note) == ("Short NDA.docx", "Drafted from Short NDA, version 1.")
    assert drafting.answers == {**ANSWERS, "law": "Delaware"}
    assert last_event() == (
        "contract.drafted",
        {
            "contract_id": str(contract.pk),
            "version_id": str(version.pk),
            "template_id": str(source.template_id),
            "template_version_id": str(source.pk),
        },
    )


def test_what_was_left_empty_is_among_the_warnings(alice: Actor) -> None:
    source = source_of(approved_template(alice))

    contract = draft_from_template(
        actor=alice, template_version_id=source.pk, answers={"party_name": "Cirrus"}, title="x"
    )

    warnings = Version.objects.get(contract=contract).warnings
    assert "Left empty in the questionnaire: Signed on." in warnings


def test_answers_that_are_not_in_the_text_are_among_the_warnings(alice: Actor) -> None:
    said = b"name: x\nfields: [{name: fee, type: string, label: Fee}, {name: cap, type: string, label: Cap},"
    said += b" {name: has_cap, type: boolean, label: Has cap}, {name: days, type: number, label: Days}]"
    file = short_file(said, ("1. Fees", "The fee is {fee}, for 305 days."))
    template = import_template(actor=alice, file=file)
    approve_template(actor=alice, template_id=template.pk)
    answers = {"fee": "EUR 2,000", "cap": "EUR 100,000", "has_cap": True, "days": "30"}

    contract = draft_from_template(
        actor=alice, template_version_id=template.versions.get().pk, answers=answers, title="x"
    )

    assert Version.objects.get(contract=contract).warnings == ["Answered, but not in the text: Cap, Days."]


def test_wrong_answers_make_nothing(alice: Actor) -> None:
    source = source_of(approved_template(alice))
    before = left_behind()

    with pytest.raises(Invalid) as refused:
        draft_from_template(
            actor=alice, template_version_id=source.pk, answers={"signed_on": "soon", "law": "Mars", "x": 1}, title="x"
        )

    assert set(refused.value.fields) == {"party_name", "signed_on", "law", "x"}
    assert (left_behind(), Contract.objects.count()) == (before, 0)


def test_nothing_that_was_used_ever_changes(alice: Actor) -> None:
    source = source_of(approved_template(alice))
    draft_from_template(actor=alice, template_version_id=source.pk, answers=ANSWERS, title="x")
    for change in (
        lambda: TemplateVersion.objects.filter(pk=source.pk).update(fields=[]),
        lambda: TemplateVersion.objects.filter(pk=source.pk).update(approved_at=None, approved_by=None),
        lambda: Drafting.objects.update(answers={}),
        lambda: Drafting.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_who_may_not_does_nothing(acme: Cast, alice: Actor, bob: Actor) -> None:
    template = draft_template(alice)
    source = source_of(template)
    before = left_behind()
    for refused in (
        lambda: draft_template(bob),
        lambda: approve_template(actor=acme["integration"], template_id=template.pk),
        lambda: add_template_version(actor=acme["procurement"], template_id=template.pk, file=short_file()),
        lambda: retire_template(actor=bob, template_id=template.pk, reason="x"),
        lambda: draft_from_template(actor=bob, template_version_id=source.pk, answers=ANSWERS, title="x"),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert left_behind() == before


def test_another_organization_finds_no_template(alice: Actor, charlie: Actor) -> None:
    template = approved_template(alice)
    source = source_of(template)
    with organization_scope(charlie.organization_id):
        for refused in (
            lambda: approve_template(actor=charlie, template_id=template.pk),
            lambda: retire_template(actor=charlie, template_id=template.pk, reason="x"),
            lambda: draft_from_template(actor=charlie, template_version_id=source.pk, answers=ANSWERS, title="x"),
        ):
            with pytest.raises(NotVisible):
                refused()
        assert left_behind() == (0, 0, 0)
