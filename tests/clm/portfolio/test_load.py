from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from clm.access.scope import organization_scope
from clm.accounts.actors import actor_of_token
from clm.accounts.models import Membership, Organization
from clm.jobs.models import Job
from clm.jobs.operations.retry_job import retry_job
from clm.notify.models import Notification
from clm.notify.tasks import send_mail
from clm.portfolio import registry
from clm.portfolio.houses import NORTHWIND, PASSWORD
from clm.portfolio.people import cast_of, token_file
from clm.portfolio.registry import Cast, Stage
from tests.cast import make_cast

pytestmark = pytest.mark.django_db(transaction=True)


class Step:
    """A stage that remembers for whom it ran, and fails while told to."""

    def __init__(self, key: str, order: int) -> None:
        self.key, self.ran, self.fails = key, [], False  # type: ignore[var-annotated]
        registry.register_stage(Stage(key, f"Stage {key}", order, self.load))

    def load(self, cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
        self.ran.append((slug, sorted(cast)))
        if self.fails:
            raise RuntimeError("the lights went out")
        report(1, 2)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """No stages but this test's, and a folder of its own."""
    monkeypatch.setattr(registry, "STAGES", {})
    monkeypatch.setattr("clm.portfolio.load.STAGES", registry.STAGES)
    settings.VAR_DIR = tmp_path
    return


def northwind() -> Organization:
    return Organization.objects.get(slug="northwind")


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_portfolio", *arguments, stdout=out)
    return out.getvalue()


def test_two_organizations_with_a_person_for_each_role() -> None:
    step = Step("things", 1)
    load()

    assert sorted(Organization.objects.values_list("slug", flat=True)) == ["meridian", "northwind"]
    with organization_scope(northwind().pk):
        assert Membership.objects.count() == 11
        assert cast_of(NORTHWIND)["finance"].roles == {"finance"}
    assert [slug for slug, _cast in step.ran] == ["northwind", "meridian"]
    assert step.ran[0][1] == sorted([*NORTHWIND.people])


def test_everyone_signs_in_with_the_password() -> None:
    load()

    assert authenticate(username="legal@northwind.example", password=PASSWORD) is not None


def test_stages_run_in_order_and_the_job_says_how_long() -> None:
    Step("second", 2)
    Step("first", 1)

    load()

    with organization_scope(northwind().pk):
        job = Job.objects.get()
        assert (job.state, job.result["stages"], job.done, job.total) == ("succeeded", ["first", "second"], 2000, 2000)


def test_loading_again_does_nothing() -> None:
    step = Step("things", 1)
    load()

    assert load().splitlines()[0] == "0 organizations to load."
    assert len(step.ran) == 2


def test_a_load_that_stopped_goes_on_after_its_last_finished_stage() -> None:
    first, second = Step("first", 1), Step("second", 2)
    second.fails = True
    with pytest.raises(RuntimeError):
        load_in_eager_worker()
    second.fails = False

    with organization_scope(northwind().pk):
        job = Job.objects.get()
        assert (job.state, job.result["stages"]) == ("failed", ["first"])
        retry_job(actor=cast_of(NORTHWIND)["administrator"], job_id=job.pk)
        job.refresh_from_db()

    assert (job.state, job.result["stages"]) == ("succeeded", ["first", "second"])
    assert (
        [slug for slug, _ in first.ran].count("northwind"),
        [slug for slug, _ in second.ran].count("northwind"),
    ) == (1, 2)


def test_loading_anew_after_a_failure_keeps_what_was_finished() -> None:
    first, second = Step("first", 1), Step("second", 2)
    second.fails = True
    with pytest.raises(RuntimeError):
        load_in_eager_worker()
    second.fails = False

    load()

    assert [slug for slug, _ in first.ran].count("northwind") == 1
    with organization_scope(northwind().pk):
        assert [job.state for job in Job.objects.order_by("id")] == ["failed", "succeeded"]


def test_the_person_at_the_keyboard_reads_how_the_load_ended(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    step = Step("things", 1)
    step.fails = True
    with pytest.raises(RuntimeError):
        load_in_eager_worker()
    step.fails = False
    load()

    first, *rest = (tmp_path / "run" / "news.txt").read_text().splitlines()
    assert first.startswith("The load of Northwind Foods stopped (RuntimeError).")
    assert [line for line in rest if "Meridian" not in line] == [
        f"API token (lead@northwind.example): {token_file().read_text()}",
        "The first portfolio of Northwind Foods has loaded.",
    ]


def load_in_eager_worker() -> None:
    """Tasks run at once in tests; a load that failed is reported by the command."""
    try:
        load()
    except CommandError as failure:
        raise RuntimeError(str(failure)) from failure


def test_no_mail_leaves_and_inboxes_are_short() -> None:
    load()

    assert send_mail() == 0
    with organization_scope(northwind().pk):
        assert Notification.objects.count() == 11
        assert not northwind().mail_paused


def test_the_token_for_trying_works_and_only_its_file_has_it() -> None:
    load()

    actor = actor_of_token(token_file().read_text())

    assert actor is not None
    assert actor.organization_id == northwind().pk
    assert token_file().stat().st_mode & 0o077 == 0


def test_it_is_refused_where_everybody_could_sign_in(settings: Settings) -> None:
    settings.FIRST_PORTFOLIO_ALLOWED = False

    with pytest.raises(CommandError, match="passwords that everybody knows"):
        load()

    assert Organization.objects.count() == 0


def test_if_empty_leaves_an_installation_alone() -> None:
    Organization.objects.create(name="Initech", slug="initech")

    assert load("--if-empty") == "There are organizations already; nothing is loaded.\n"
    assert Organization.objects.count() == 1


def test_sign_ins_by_role() -> None:
    load()
    out = StringIO()

    call_command("sign_ins", stdout=out)

    assert "  Finance          finance@northwind.example" in out.getvalue().splitlines()
    assert f"Everyone's password: {PASSWORD}" in out.getvalue()
    assert token_file().read_text() in out.getvalue()


def test_no_sign_ins_elsewhere(settings: Settings) -> None:
    load()
    settings.FIRST_PORTFOLIO_ALLOWED = False
    out = StringIO()

    call_command("sign_ins", stdout=out)

    assert out.getvalue() == ""


def loading_job(organization: Organization) -> Job:
    user = Membership.objects.filter(roles=["administrator"]).get().user
    return Job.objects.create(
        organization=organization, kind="portfolio.load", title="Loading", state="running", done=1, total=4,
        actor_kind="user", actor_id=str(user.pk), user=user,
    )  # fmt: skip


def test_everyones_home_begins_with_the_bar_while_it_loads() -> None:
    cast = make_cast("acme")
    client = Client()
    client.force_login(cast.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")
    with organization_scope(cast.organization.pk):
        job = loading_job(cast.organization)

    assert 'hx-get="/portfolio/progress/"' in client.get("/").content.decode()
    assert "25 %" in client.get("/portfolio/progress/").content.decode()

    with organization_scope(cast.organization.pk):
        Job.objects.filter(pk=job.pk).delete()
    assert client.get("/portfolio/progress/")["HX-Refresh"] == "true"
    assert "/portfolio/progress/" not in client.get("/").content.decode()
