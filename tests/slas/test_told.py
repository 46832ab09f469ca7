"""Nobody hears of a service level whose contract they may not see."""

from __future__ import annotations

import pytest

from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.operations.restrict_contract import restrict_contract
from slas.models import EvaluationWindow
from slas.operations.evaluate_window import evaluate_window
from slas.operations.ingest_samples import ingest_samples
from tests.slas.conftest import Bind, evaluator, instant

SAID = {
    "breach": ("2026-02-02T00:00", [("2026-01-01T00:00Z", "down")]),
    "inconclusive": ("2026-02-02T00:00", []),
    "light": ("2026-01-20T00:00", [("2026-01-01T00:00Z", "up"), ("2026-01-10T00:00Z", "down")]),
}


@pytest.mark.parametrize("is_confidential", [False, True])
@pytest.mark.parametrize("kind", sorted(SAID))
def test_people_who_may_not_see_the_contract_are_not_told(
    alice: Actor, active: Bind, kind: str, is_confidential: bool
) -> None:
    at, rows = SAID[kind]
    commitment = active(instant(at))
    if is_confidential:
        restrict_contract(actor=alice, contract_id=commitment.contract_id)
    ingest_samples(actor=alice, samples=[{"indicator": "web", "at": when, "status": said} for when, said in rows])
    window = EvaluationWindow.objects.get(commitment=commitment, label="2026-01")
    with clock.set_to(instant(at)):
        evaluate_window(actor=evaluator(alice), window_id=window.pk)
        drain()

    told = set(Notification.objects.filter(kind=kind).values_list("user__name", flat=True))
    assert told == ({"Alice"} if is_confidential else {"Alice", "Account_Manager"})
