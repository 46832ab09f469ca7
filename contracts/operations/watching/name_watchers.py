"""Others hear what happens to a contract."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import can, require
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from clm.notify.tell import tell
from contracts.access.watching import WATCH
from contracts.events import watching as events
from contracts.models import Contract, Watcher

VERB = "contracts.name_watchers"


@transaction.atomic
def name_watchers(*, actor: Actor, contract_id: UUID, people: Iterable[UUID]) -> list[Watcher]:
    """These watch the contract and no others; who is new hears of it. Raises Invalid `watcher_unfit` for somebody who
    is no member of our side, or does not see the contract."""
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    wanted = set(people)
    known = {row.user_id: row for row in Watcher.objects.filter(contract=contract)}
    fresh = wanted - known.keys()
    _check(contract, fresh)
    for gone in known.keys() - wanted:
        record(actor, events.watcher_set("contract.unwatched", VERB, known[gone]))
        known[gone].delete()
    for user_id in sorted(fresh):
        watcher = Watcher.objects.create(
            organization_id=contract.organization_id, contract=contract, user_id=user_id, added_by_id=actor.user_id
        )
        record(actor, events.watcher_set("contract.watched", VERB, watcher))
        _tell(watcher)
    return list(Watcher.objects.filter(contract=contract))


def _check(contract: Contract, people: set[UUID]) -> None:
    members = Membership.objects.filter(user_id__in=people, removed_at=None).select_related("user", "organization")
    seeing = {row.user_id for row in members if can(actor_of_membership(row), WATCH, contract)}
    if people - seeing:
        message = _("Only colleagues who see the contract can watch it.")
        raise Invalid("watcher_unfit", message, fields={"people": [message]})


def _tell(watcher: Watcher) -> None:
    contract = watcher.contract
    if watcher.user_id == watcher.added_by_id:
        return
    tell(
        [watcher.user_id],
        kind="contract.watched",
        title=_("You watch %(contract)s now") % {"contract": contract.title},
        body=_("You hear of its state, its versions and its dates. Stop it on its page, under Facts."),
        url=contract.get_absolute_url(),
        subject=contract,
        dedupe_key=f"watcher:{watcher.pk}",
    )
