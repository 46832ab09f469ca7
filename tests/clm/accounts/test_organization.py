from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clm.access.scope import organization_scope
from clm.accounts.models import Membership, Organization
from clm.accounts.operations.change_organization import change_organization
from clm.accounts.operations.change_profile import change_profile
from clm.audit.models import LedgerEntry
from clm.lib.errors import Invalid
from tests.cast import Cast
from tests.proof import last_entry, last_event, left_behind

pytestmark = pytest.mark.django_db


def test_what_was_given_changes_and_the_rest_stays(acme: Cast) -> None:
    changed = change_organization(actor=acme["administrator"], currency="USD", holidays_country="DE-BY")

    assert (changed.name, changed.currency, changed.holidays_country) == ("Acme", "USD", "DE-BY")
    assert (last_entry().before["currency"], last_entry().after["currency"]) == ("EUR", "USD")
    assert last_event() == ("organization.changed", {"organization_id": str(acme.organization.pk)})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Base"),
        ("time_zone", "Factory"),
        ("time_zone", "localtime"),
        ("currency", "XYZ1"),
        ("holidays_country", "QQ"),
        ("holidays_country", "DE-QQ"),
        ("name", " "),
    ],
)
def test_settings_nobody_knows_are_refused(acme: Cast, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change_organization(actor=acme["administrator"], **{field: value})

    assert list(refusal.value.fields) == [field]
    assert left_behind() == (0, 0, 0)


def test_a_profile_change_names_fields_but_no_values(acme: Cast) -> None:
    change_profile(actor=acme["legal"], name="Another Name", time_zone="Asia/Tokyo")

    assert last_entry().after == {"changed": ["name", "time_zone"]}


def test_create_organization_prints_the_way_in() -> None:
    out = StringIO()

    call_command("create_organization", "initech", "Initech", "boss@initech.example", stdout=out)

    organization = Organization.objects.get(slug="initech")
    with organization_scope(organization.pk):
        assert [m.roles for m in Membership.objects.all()] == [["administrator"]]
        assert [(e.event, e.actor_id) for e in LedgerEntry.objects.order_by("id")] == [
            ("organization.founded", "founder"),
            ("person.invited", "founder"),
        ]
    assert "/accounts/password/reset/key/" in out.getvalue()


def test_a_short_name_is_taken_once(acme: Cast) -> None:
    with pytest.raises(CommandError, match="Another organization has this short name"):
        call_command("create_organization", "acme", "Acme", "boss@acme.example")


def test_the_session_switches_to_another_organization(acme: Cast, globex: Cast) -> None:
    user = acme.users["legal"]
    with organization_scope(globex.organization.pk):
        Membership.objects.create(organization=globex.organization, user=user, roles=["auditor"])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    client.post("/organization/switch/", {"organization": str(globex.organization.pk)})

    assert client.get("/").context["organization"] == globex.organization


def test_the_session_never_switches_to_a_strange_organization(acme: Cast, globex: Cast) -> None:
    client = Client()
    client.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")

    client.post("/organization/switch/", {"organization": str(globex.organization.pk)})

    assert client.get("/").context["organization"] == acme.organization
