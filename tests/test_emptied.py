"""After a test that committed, the database is as the migrations left it."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import TransactionTestCase

from clm.accounts.models import Organization
from clm.accounts.operations.change_profile import change_profile
from clm.audit.chain import chain_entries
from clm.audit.models import LedgerEntry
from tests import emptied
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_committed_is_gone_and_what_migrations_left_stays(acme: Cast) -> None:
    before = set(ContentType.objects.values_list("pk", flat=True))
    change_profile(actor=acme["legal"], name="Renamed")
    chain_entries(acme.organization.pk)
    assert LedgerEntry.objects.exists()
    emptied.empty(TransactionTestCase())
    assert (LedgerEntry.objects.exists(), Organization.objects.exists()) == (False, False)
    assert set(ContentType.objects.values_list("pk", flat=True)) == before


def test_what_migrations_left_comes_back_when_a_test_takes_it_away(db: None) -> None:
    before = ContentType.objects.count()
    ContentType.objects.filter(app_label="contracts").delete()
    emptied.empty(TransactionTestCase())
    assert ContentType.objects.count() == before > 0
