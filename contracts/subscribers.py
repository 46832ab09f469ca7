"""Who hears what of contracts that they watch."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import system_actor
from clm.events.handlers import handles
from clm.events.models import Delivery, DeliveryState, OutboxEvent
from clm.notify.tell import tell
from contracts.access.approvals import DESK
from contracts.access.risk import ASSESSOR
from contracts.models import Approval, Contract, Watcher
from contracts.operations.approval.reseat_approval import reseat_approval
from contracts.operations.change_party import ROUTED
from contracts.operations.risk.assess_later import assess_later
from contracts.operations.risk.follow_contract import follow_contract
from contracts.operations.risk.guards import LIVE
from contracts.queries.risk import contracts_with
from contracts.search import refresh_text
from contracts.states import ApprovalState, RiskScaleState

# The words for a fact; dates of the app above are known by the name of their event alone.
WORDS = {
    "contract.negotiated": gettext_lazy("%(contract)s is in negotiation"),
    "contract.submitted": gettext_lazy("%(contract)s is in approval"),
    "contract.approved": gettext_lazy("%(contract)s is approved"),
    "contract.reopened": gettext_lazy("%(contract)s went back to work"),
    "contract.executed": gettext_lazy("%(contract)s is signed"),
    "contract.activated": gettext_lazy("%(contract)s is in force"),
    "contract.expired": gettext_lazy("%(contract)s has expired"),
    "contract.terminated": gettext_lazy("%(contract)s was terminated"),
    "contract.archived": gettext_lazy("%(contract)s was archived"),
    "contract.term_started": gettext_lazy("A new term of %(contract)s began"),
    "version.added": gettext_lazy("%(contract)s has a new version"),
    "version.received": gettext_lazy("The other side answered: %(contract)s"),
    "version.finalized": gettext_lazy("A version of %(contract)s became final"),
    "draft.handed_over": gettext_lazy("%(contract)s was handed over"),
    "envelope.sent": gettext_lazy("%(contract)s is out for signature"),
    "deadline.reminded": gettext_lazy("A date of %(contract)s comes near"),
}


# What a contract's score, what it says, and the route of its approval come from.
FOLLOWED = (
    "contract.changed", "contract.party_added", "contract.party_removed", "contract.executed", "contract.related",
    "contract.unrelated", "version.added", "version.received", "version.terms_set", "version.finalized",
    "clause.adopted", "clause.released", "draft.taken_back",
)  # fmt: skip
# What moves its end, or the history of its parties: followed soon, for these come in hundreds.
FOLLOWED_SOON = (
    "contract.created", "contract.activated", "contract.expired", "contract.terminated", "contract.archived",
    "contract.restricted", "contract.opened_up", "contract.term_started", "contract.term_changed",
    "contract.renewal_decided", "termination.announced",
)  # fmt: skip


@handles(*FOLLOWED, *FOLLOWED_SOON)
def follow(event: OutboxEvent) -> None:
    """What rests on the contract follows it, after the last of what came at once."""
    contract_id = _of(event)
    if not contract_id or _is_followed_next(event, contract_id):
        return
    if Contract.objects.filter(pk=contract_id).exists():
        assessor = system_actor(ASSESSOR, event.organization_id)
        follow_contract(actor=assessor, contract_id=contract_id, later=event.type in FOLLOWED_SOON)


def _of(event: OutboxEvent) -> UUID | None:
    told = event.payload.get("of_contract_id") or event.payload.get("contract_id")
    return UUID(told) if told else None


def _is_followed_next(event: OutboxEvent, contract_id: UUID) -> bool:
    """Whether a later fact of its kind about the contract waits for the same: it finds what this one would, and more.
    Nobody has begun with that one: who has may have read before this one was known."""
    kind = FOLLOWED_SOON if event.type in FOLLOWED_SOON else FOLLOWED
    later = OutboxEvent.objects.filter(type__in=kind, entry__contract_id=contract_id, pk__gt=event.pk)
    mine = f"{follow.__module__}.{follow.__qualname__}"
    waits = Delivery.objects.filter(event=OuterRef("pk"), handler=mine, status=DeliveryState.PENDING, attempts=0)
    waiting = later.filter(Q(fanned_out_at=None) | Exists(waits))
    return any(_of(each) == contract_id for each in waiting.only("payload"))


@handles("version.finalized", "contract.executed", "contract.term_changed")
def find_by_what_counts(event: OutboxEvent) -> None:
    """Another text is in force: the words of the one before lead here no more."""
    with transaction.atomic():
        contract = Contract.objects.select_for_update(of=("self",)).filter(pk=event.payload["contract_id"]).first()
        if contract is not None:
            refresh_text(contract)


@handles("risk_scale.activated", "library_clause.approved", "library_clause.retired")
def mark_all(event: OutboxEvent) -> None:
    """The weights, and what the library asks for, count in every contract."""
    _assess_later(event, Contract.objects.all())


@handles("risk_scale.retired")
def mark_without_scale(event: OutboxEvent) -> None:
    """Nothing was scored by a draft."""
    if event.entry.before.get("state") == RiskScaleState.ACTIVE:
        _assess_later(event, Contract.objects.all())


@handles("party.changed", "party.parent_set")
def mark_with_party(event: OutboxEvent) -> None:
    """Nothing rests on its e-mail address."""
    before, after = event.entry.before, event.entry.after
    if event.type == "party.changed" and all(before.get(name, after[name]) == after[name] for name in ROUTED):
        return
    _assess_later(event, contracts_with([event.payload["party_id"]]))


@handles("matrix.activated")
def mark_unasked(event: OutboxEvent) -> None:
    """A text for which nobody was asked may be one that the new rules ask about."""
    _assess_later(event, Contract.objects.filter(approvals__state__in=LIVE, approvals__trace=[]))


def _assess_later(event: OutboxEvent, rows: QuerySet[Contract]) -> None:
    assessor = system_actor(ASSESSOR, event.organization_id)
    assess_later(actor=assessor, contracts=rows, because=event.type)


@handles("person.roles_changed", "person.removed", "person.invited", "team.changed")
def reseat_approvals(event: OutboxEvent) -> None:
    """Who is asked follows the roles, the teams and the house."""
    desk = system_actor(DESK, event.organization_id)
    rows = Approval.objects.filter(state=ApprovalState.OPEN).order_by("contract_id", "pk")
    for approval_id in rows.values_list("pk", flat=True):
        reseat_approval(actor=desk, approval_id=approval_id)


@handles(*WORDS)
def tell_watchers(event: OutboxEvent) -> None:
    """Watchers hear of it once, whoever did it apart; who sees the contract no more hears nothing."""
    contract = Contract.objects.filter(pk=event.payload["contract_id"]).first()
    if contract is None:
        return
    people = Watcher.objects.filter(contract=contract).values_list("user_id", flat=True)
    entry = event.entry
    tell(
        {pk for pk in people if str(pk) != entry.actor_id},
        kind="contract.watched",
        title=str(WORDS[event.type]) % {"contract": contract.title},
        body=_("You watch this contract: %(reference)s.") % {"reference": contract.reference},
        url=contract.get_absolute_url(),
        subject=contract,
        dedupe_key=f"watched:{event.pk}",
    )
