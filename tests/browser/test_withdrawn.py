"""A withdrawn breach in Chromium, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clm.lib.actor import Actor
from slas.models import Breach, EvaluationWindow
from slas.operations.ingest_samples import ingest_samples
from tests.browser.conftest import axe_violations, overflows, sign_in
from tests.browser.test_pages import WALK
from tests.cast import Cast
from tests.slas.conftest import Bind, active, bind, judge, passage
from tests.slas.test_api import IN_GRACE
from tests.slas.test_withdrawn import HOUR_DOWN, LATER, exclude

__all__ = ["active", "bind", "passage"]
pytestmark = WALK


@pytest.fixture
def withdrawn(acme: Cast, alice: Actor, active: Bind) -> Breach:
    active(IN_GRACE)
    ingest_samples(actor=alice, samples=HOUR_DOWN)
    judge(alice, EvaluationWindow.objects.get(label="2026-01"), IN_GRACE)
    breach = Breach.objects.get()
    exclude(acme, breach)
    judge(alice, breach.window, LATER)
    return breach


def test_the_reason_leads_to_the_exclusion(
    open_tab: Callable[[int], Page], acme: Cast, withdrawn: Breach, width: int
) -> None:
    tab = open_tab(width)
    sign_in(tab, acme.users["alice"].email)
    tab.goto(reverse("breach", args=[withdrawn.pk]))
    assert (axe_violations(tab), overflows(tab)) == ([], False)

    tab.get_by_role("link", name="Agreed, Move of the data centre").click()
    tab.wait_for_url("**/#exclusion-*")
    expect(tab.locator("tr:target")).to_contain_text("Move of the data centre")
    assert (axe_violations(tab), overflows(tab)) == ([], False)
