"""Holding and letting go at the same instant, on a real database: one outcome."""

from __future__ import annotations

import pytest

from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Disposal, LegalHold, Version
from contracts.operations.retention.approve_disposal import approve_disposal
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.withdraw_disposal import withdraw_disposal
from tests.cast import Cast
from tests.contracts.retention.records import AFTER, proposed
from tests.contracts.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("again", [1, 2])
def test_held_or_gone_and_never_both(acme: Cast, alice: Actor, again: int) -> None:
    with clock.set_to(AFTER):
        disposal = proposed(alice)
    party = disposal.contract.parties.get(role="counterparty").party_id
    hold = lambda: place_hold(actor=alice, name="Dispute", reason="Sued", party_id=party)  # noqa: E731
    go = lambda: approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)  # noqa: E731

    answers = at_once(alice, [hold, go], when=AFTER)
    gone = Contract.objects.get().state == "disposed"
    assert answers == (["", ""] if gone else ["", "on_hold"])
    assert (Version.objects.get().text == "") is gone
    assert LegalHold.objects.count() == 1


def test_two_approvals_dispose_once(acme: Cast, alice: Actor) -> None:
    with clock.set_to(AFTER):
        disposal = proposed(alice)
    calls = [
        lambda who=who: approve_disposal(actor=acme[who], disposal_id=disposal.pk) for who in ("legal", "administrator")
    ]
    assert at_once(alice, calls, when=AFTER) == ["", "contract_disposed"]
    with organization_scope(acme.organization.pk):
        assert LedgerEntry.objects.filter(event="contract.disposed").count() == 1


def test_withdrawn_or_gone(acme: Cast, alice: Actor) -> None:
    with clock.set_to(AFTER):
        disposal = proposed(alice)
    calls = [
        lambda: approve_disposal(actor=acme["legal"], disposal_id=disposal.pk),
        lambda: withdraw_disposal(actor=alice, disposal_id=disposal.pk),
    ]
    answers = at_once(alice, calls, when=AFTER)
    gone = Contract.objects.get().state == "disposed"
    assert (Disposal.objects.get().state == "approved") is gone
    assert answers == ["", "contract_disposed" if gone else "illegal_move"]
