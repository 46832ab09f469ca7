"""Who hears what of contracts that they watch."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.events.handlers import handles
from clm.events.models import OutboxEvent
from clm.notify.tell import tell
from contracts.models import Contract, Watcher

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
