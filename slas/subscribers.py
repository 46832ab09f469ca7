"""Who hears what of service levels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.permissions import system_actor
from clm.accounts.roles import Role
from clm.events.handlers import handles
from clm.events.models import OutboxEvent
from clm.notify.tell import people_with_roles, tell
from contracts.access.risk import ASSESSOR
from contracts.models import Term
from contracts.operations.risk.follow_contract import follow_contract
from slas.access import EVALUATOR
from slas.models import Alert, AlertKind, Breach, Commitment, EvaluationWindow
from slas.operations.end_with_contract import end_with_contract
from slas.states import Light, Outcome


@handles("breach.opened", "breach.withdrawn")
def tell_of_breach(event: OutboxEvent) -> None:
    """The contract's owner, account managers and watchers hear of a miss, and of its withdrawal."""
    breach = Breach.objects.select_related("commitment__contract", "window").get(pk=event.payload["breach_id"])
    words = {"reference": breach.reference, "name": breach.commitment.name, "window": breach.window.label}
    if event.type == "breach.opened":
        title = _("%(name)s was missed in %(window)s (%(reference)s)") % words
    else:
        title = _("Breach %(reference)s of %(name)s was withdrawn: %(window)s was judged anew") % words
    tell(
        listeners(breach.commitment),
        kind="breach",
        title=title,
        body=breach.commitment.contract.title,
        dedupe_key=f"{event.type}:{breach.pk}:{event.payload['evaluation_id']}",
        url=reverse("breach", args=[breach.pk]),
        subject=breach,
    )


@handles("breach.opened", "breach.withdrawn")
def follow_breach(event: OutboxEvent) -> None:
    """A miss is part of the history of the other party."""
    assessor = system_actor(ASSESSOR, event.organization_id)
    follow_contract(actor=assessor, contract_id=event.payload["contract_id"], later=True)


@handles("evaluation.recorded")
def tell_of_inconclusive(event: OutboxEvent) -> None:
    """A window that cannot be judged is a person's to look into; nothing is credited by itself."""
    if event.payload["outcome"] != Outcome.INCONCLUSIVE:
        return
    window = EvaluationWindow.objects.select_related("commitment__contract").get(pk=event.payload["window_id"])
    words = {"name": window.commitment.name, "window": window.label}
    tell(
        listeners(window.commitment),
        kind="inconclusive",
        title=_("%(name)s cannot be judged for %(window)s: telemetry is missing") % words,
        body=window.commitment.contract.title,
        dedupe_key=f"inconclusive:{event.payload['evaluation_id']}",
        url=reverse("window", args=[window.pk]),
        subject=window,
    )


@handles("window.light_changed")
def tell_of_light(event: OutboxEvent) -> None:
    """A running window that turns yellow or red is told once for each colour."""
    if event.payload["light"] not in (Light.YELLOW, Light.RED):
        return
    window = EvaluationWindow.objects.select_related("commitment__contract").get(pk=event.payload["window_id"])
    words = {"name": window.commitment.name, "window": window.label}
    is_red = event.payload["light"] == Light.RED
    title = _("%(name)s can no longer be met in %(window)s") if is_red else _("%(name)s is at risk in %(window)s")
    tell(
        listeners(window.commitment),
        kind="light",
        title=title % words,
        body=window.commitment.contract.title,
        dedupe_key=f"light:{window.pk}:{event.payload['light']}",
        url=reverse("commitment", args=[window.commitment_id]),
        subject=window,
    )


@handles("alert.opened")
def tell_of_alert(event: OutboxEvent) -> None:
    """A budget that burns is told once, however long it burns and however many windows show it."""
    alert = Alert.objects.select_related("commitment__contract").get(pk=event.payload["alert_id"])
    name = {"name": alert.commitment.name}
    is_fast = alert.kind == AlertKind.BURN_PAGE
    title = _("%(name)s: the error budget burns fast") if is_fast else _("%(name)s: the error budget burns")
    tell(
        listeners(alert.commitment),
        kind="alert",
        title=title % name,
        body=alert.commitment.contract.title,
        dedupe_key=f"alert:{alert.pk}",
        url=reverse("alert", args=[alert.pk]),
        subject=alert,
    )


@handles("contract.terminated", "contract.expired")
def stop_measuring(event: OutboxEvent) -> None:
    """Commitments end on the contract's first day out of force: of a termination, or the end of the last term."""
    contract_id = UUID(event.payload["contract_id"])
    ended_on = event.entry.after.get("terminated_on")
    if ended_on is None:
        ended_on = str(Term.objects.filter(contract_id=contract_id).latest("number").ends_on)
    actor = system_actor(EVALUATOR, event.organization_id)
    end_with_contract(actor=actor, contract_id=contract_id, ends_on=date.fromisoformat(ended_on))


def listeners(commitment: Commitment) -> Iterable[UUID]:
    """The contract's owner, its watchers, and the account managers."""
    return {commitment.contract.owner_id, *commitment.watchers, *people_with_roles(Role.ACCOUNT_MANAGER)}
