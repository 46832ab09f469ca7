"""One thing done to many contracts by a job: another owner, another tag. Each contract is a verb of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.access.permissions import require
from clm.accounts.models import Membership, User
from clm.jobs.models import Job
from clm.jobs.runner import Progress, job_kind, start_job
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.models import Contract
from contracts.operations.change_contract import change_contract
from contracts.queries import contracts

OWNERS, TAGS = "contracts.hand_over_contracts", "contracts.rename_tag"
LONGEST_TAG = 40


def request_owner_change(actor: Actor, *, from_id: UUID, to_id: UUID) -> Job:
    """A job gives all contracts of one person that the actor sees to another. Raises Invalid `owner_unknown`,
    `same_owner`."""
    require(actor, OWNERS)
    if from_id == to_id:
        message = _("Choose somebody else.")
        raise Invalid("same_owner", message, fields={"to": [message]})
    names = {row.pk: str(row) for row in User.objects.filter(pk__in=[from_id, to_id])}
    if from_id not in names or not Membership.objects.filter(user_id=to_id, removed_at=None).exists():
        message = _("Not a member.")
        raise Invalid("owner_unknown", message, fields={"to": [message]})
    title = _("Contracts of %(from)s to %(to)s") % {"from": names[from_id], "to": names[to_id]}
    return start_job(actor, kind=OWNERS, title=title, parameters={"from_id": from_id, "to_id": to_id})


def request_tag_change(actor: Actor, *, tag: str, into: str) -> Job:
    """A job puts one tag in place of another on all contracts that the actor sees; where both are, one is left. An
    empty one takes it away. Raises Invalid `tag_unknown`, `tag_unfit`."""
    require(actor, TAGS)
    wanted = " ".join(into.split())
    if len(wanted) > LONGEST_TAG or wanted == tag:
        message = _("Another tag, of at most 40 characters.")
        raise Invalid("tag_unfit", message, fields={"into": [message]})
    if not contracts(actor).filter(tags__contains=[tag]).exists():
        message = _("No contract that you see has it.")
        raise Invalid("tag_unknown", message, fields={"tag": [message]})
    title = _("Tag “%(tag)s” becomes “%(into)s”") if wanted else _("Tag “%(tag)s” is taken away")
    parameters = {"tag": tag, "into": wanted}
    return start_job(actor, kind=TAGS, title=title % {"tag": tag, "into": wanted}, parameters=parameters)


@job_kind(OWNERS, leads_to=gettext_lazy("Look at the contracts"))
def hand_over_contracts(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    to_id = UUID(parameters["to_id"])
    require(progress.actor, OWNERS)
    rows = contracts(progress.actor).filter(owner_id=parameters["from_id"])

    def give(contract: Contract) -> None:
        change_contract(actor=progress.actor, contract_id=contract.pk, owner_id=to_id)

    return {**_each(progress, rows, give), "url": f"{reverse('contracts')}?owner={to_id}"}


@job_kind(TAGS, leads_to=gettext_lazy("Look at the contracts"))
def rename_tag(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    tag, into = parameters["tag"], parameters["into"]
    require(progress.actor, TAGS)
    rows = contracts(progress.actor).filter(tags__contains=[tag])

    def put(contract: Contract) -> None:
        left = [into if each == tag else each for each in contract.tags]
        change_contract(actor=progress.actor, contract_id=contract.pk, tags=list(dict.fromkeys(filter(None, left))))

    return {**_each(progress, rows, put), "url": f"{reverse('contracts')}?tag={into}"}


def _each(progress: Progress, rows: Any, act: Callable[[Contract], None]) -> dict[str, int]:
    """Work that resumes finds only what is left, for what is done no longer fits. What is refused is listed."""
    done = int(progress.kept.get("changed", 0))
    left = list(rows.order_by("pk"))
    refused = 0
    for number, contract in enumerate(left, start=1):
        progress.report(number - 1, len(left), contract.reference)
        try:
            act(contract)
            done += 1
            progress.keep(changed=done)
        except DomainError as refusal:
            refused += 1
            progress.problem(contract.reference, refusal.message)
    progress.report(len(left), len(left))
    return {"changed": done, "refused": refused}
