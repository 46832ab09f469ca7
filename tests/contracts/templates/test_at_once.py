"""Two people at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC
from threading import Barrier, Event
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.lib.errors import DomainError
from clm.lib.months import add_months
from contracts.models import Template, TemplateVersion
from contracts.operations.templates.add_template_version import add_template_version
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.import_template import import_template
from contracts.operations.templates.recompose_template import recompose_template
from contracts.papers import put_paper
from contracts.queries.templates import TemplateFile
from tests.cast import Cast, make_cast
from tests.contracts.library_of import LINES, draft_template, short_file
from tests.contracts.templates.composed import composed_template, composition


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_name_make_one_template() -> None:
    cast = make_cast("acme")
    file: TemplateFile = short_file()

    def attempt(role: str) -> str:
        try:
            with organization_scope(cast.organization.pk):
                import_template(actor=cast[role], file=file)
            return "imported"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, ["legal", "administrator"]))

    assert answers == ["imported", "template_known"]
    with organization_scope(cast.organization.pk):
        assert Template.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_next_versions_that_began_alike_one_is_kept() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        template = composed_template(cast["legal"])

    def attempt(role: str) -> str:
        try:
            with organization_scope(cast.organization.pk):
                given = composition(title=f"Of {role}")
                recompose_template(actor=cast[role], template_id=template.pk, composition=given, seen=1)
            return "kept"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, ["legal", "administrator"]))

    assert answers == ["changed_meanwhile", "kept"]
    with organization_scope(cast.organization.pk):
        assert TemplateVersion.objects.filter(template=template).count() == 2


def at_once(cast: Cast, *calls: Callable[[], object]) -> list[str]:
    """What became of the calls that began together, each in a connection of its own: `done`, or a refusal's code."""
    begin = Barrier(len(calls))

    def call(one: Callable[[], object]) -> str:
        try:
            with organization_scope(cast.organization.pk):
                begin.wait(timeout=20)
                one()
            return "done"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


@pytest.mark.django_db(transaction=True)
def test_a_version_that_two_approve_is_approved_by_one_and_its_review_planned_once() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        template = draft_template(cast["legal"])
        version = template.versions.get()

    def approve(role: str) -> Callable[[], object]:
        return lambda: approve_template(actor=cast[role], template_id=template.pk, version_id=version.pk)

    assert at_once(cast, approve("legal"), approve("administrator")) == ["done", "done"]

    with organization_scope(cast.organization.pk):
        template.refresh_from_db()
        version.refresh_from_db()
        moved = Transition.objects.get(subject_id=template.pk)
        entry = LedgerEntry.objects.get(event="template.approved")
    assert (moved.from_state, moved.to_state, moved.actor_id) == ("draft", "approved", entry.actor_id)
    assert (str(version.approved_by_id), version.approved_at) == (moved.actor_id, moved.at)
    assert template.review_on == add_months(moved.at.astimezone(UTC).date(), 6)


@pytest.mark.django_db(transaction=True)
def test_a_version_that_comes_while_the_one_before_is_approved_is_never_approved_unseen() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        template = draft_template(cast["legal"])
        seen = template.versions.get()
    file = short_file(lines=[*LINES, "More."])

    approved, added = at_once(
        cast,
        lambda: approve_template(actor=cast["legal"], template_id=template.pk, version_id=seen.pk),
        lambda: add_template_version(actor=cast["administrator"], template_id=template.pk, file=file),
    )

    with organization_scope(cast.organization.pk):
        template.refresh_from_db()
        rows = list(template.versions.order_by("number").values_list("number", "approved_by_id"))
    by_legal = cast.users["legal"].pk
    # Whoever comes first: the version that nobody looked at is not in use.
    expected = {
        "done": ("approved", [(1, by_legal), (2, None)]),
        "not_newest": ("draft", [(1, None), (2, None)]),
    }
    assert (added, (template.state, rows)) == ("done", expected[approved])


@pytest.mark.django_db(transaction=True)
def test_an_approval_that_waited_for_a_new_version_is_refused() -> None:
    """The upload holds the template; the approval of the version before it comes after it in the end."""
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        template = draft_template(cast["legal"])
        seen = template.versions.get()
    file = short_file(lines=[*LINES, "More."])
    with organization_scope(cast.organization.pk):
        file = replace(file, paper=put_paper(cast["legal"], file.paper))
    locked = Event()

    def add() -> object:
        with transaction.atomic():
            added = add_template_version(actor=cast["administrator"], template_id=template.pk, file=file)
            locked.set()
            wait_until_somebody_waits()
            return added

    def approve() -> object:
        assert locked.wait(timeout=20)
        return approve_template(actor=cast["legal"], template_id=template.pk, version_id=seen.pk)

    assert at_once(cast, add, approve) == ["done", "not_newest"]


def wait_until_somebody_waits() -> None:
    """Another connection waits for a lock that this one holds."""
    ends = monotonic() + 20
    with connection.cursor() as cursor:
        while monotonic() < ends:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            sleep(0.02)
    raise AssertionError("nobody waited")
