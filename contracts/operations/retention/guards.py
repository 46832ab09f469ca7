"""What the verbs of keeping and disposing share: one after another, by the same rules, held things stay."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from uuid import UUID

from babel import Locale
from django.utils.translation import gettext as _

from clm.access.permissions import can, require
from clm.audit.moves import move
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock, lock_row
from clm.notify.tell import people_with_roles, settle_about, tell
from contracts.access.retention import KEEPERS
from contracts.engine.retention import Retention, retention
from contracts.models import Contract, Disposal
from contracts.queries.retention import engine_rules, holds_on, retention_of
from contracts.states import ContractState, DisposalState

# Whoever says how long contracts are kept.
KEEP = "contracts.retire_retention_rule"
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_COUNTRY = re.compile(r"[A-Z]{2}")


def wait_for_records(organization_id: UUID) -> None:
    """Placing holds and disposing of contracts of one organization go one after another: a hold on a party covers
    contracts that no row of it names. Taken before any row."""
    advisory_lock(f"records:{organization_id}")


def check_jurisdiction(code: str) -> str:
    """An ISO 3166 country (DE) or a part of one (US-NY), in capitals; empty stays empty. Raises Invalid
    `jurisdiction_unknown`."""
    wanted = code.strip().upper()
    if wanted and not (_CODE.fullmatch(wanted) and wanted[:2] in countries()):
        message = _("Not a country by its ISO 3166 code, such as DE, or a part of one, such as US-NY.")
        raise Invalid("jurisdiction_unknown", message, fields={"jurisdiction": [message]})
    return wanted


@cache
def countries() -> frozenset[str]:
    """The two-letter codes of ISO 3166-1, as CLDR lists them."""
    known = {str(code) for code in Locale("en").territories if _COUNTRY.fullmatch(str(code))}
    return frozenset(known - {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


def check_not_held(contract: Contract) -> None:
    """Raises DomainError `on_hold`, naming the holds."""
    holds = list(holds_on(contract))
    if holds:
        names = ", ".join(hold.name for hold in holds)
        detail = {"holds": [{"id": str(hold.pk), "name": hold.name} for hold in holds]}
        message = _("This contract is on hold and stays: %(names)s.") % {"names": names}
        raise DomainError("on_hold", message, detail=detail)


def check_may_go(contract: Contract) -> Retention:
    """How long it had to be kept. Raises DomainError `not_archived`, `on_hold`, `no_rule`, `still_kept`."""
    if contract.state != ContractState.ARCHIVED:
        raise DomainError("not_archived", _("Only what is archived is disposed of."))
    check_not_held(contract)
    found = retention_of(contract)
    if found is None:
        raise DomainError("no_rule", _("No retention rule says how long this contract is kept: it stays."))
    if clock.today(contract.time_zone) < found.until:
        detail = {"until": found.until.isoformat(), "rule": found.rule.name}
        message = _("This contract is kept until %(until)s (%(rule)s).") % {
            "until": found.until,
            "rule": found.rule.name,
        }
        raise DomainError("still_kept", message, detail=detail)
    return found


def end(contract: Contract, on: date, *, said_on: date | None = None) -> None:
    """A contract that is over counts from this day, by the rules of today; where people said the day, and said it only
    later (`said_on`), it is kept from when they did. Saves the dates."""
    if contract.ended_on is None:
        contract.ended_on = on
        contract.end_recorded_on = said_on if said_on is not None and said_on > on else None
    keep_anew(contract)


def keep_anew(contract: Contract) -> None:
    """Until when a locked contract is kept, by its type, its jurisdiction and the rules as they are now."""
    found = retention_of(contract)
    contract.kept_until = found.until if found else None
    contract.save(update_fields=["ended_on", "end_recorded_on", "kept_until"])


def keep_all_anew() -> None:
    """Every contract that has ended has the day that today's rules give it; what is the same for many is computed once.
    Not those that are disposed of: their day is in the ledger."""
    rules = engine_rules()
    ended = Contract.objects.filter(ended_on__isnull=False).exclude(state=ContractState.DISPOSED)
    names = ("ended_on", "category", "jurisdiction", "end_recorded_on")
    for kind in ended.order_by().values(*names).distinct():
        recorded_on = kind["end_recorded_on"]
        found = retention(kind["ended_on"], kind["category"], kind["jurisdiction"], rules, recorded_on)
        known = {"end_recorded_on__isnull": True} if recorded_on is None else {}
        same = ended.filter(**{name: value for name, value in kind.items() if value is not None}, **known)
        same.update(kept_until=found.until if found else None)


def keep_no_shorter(actor: Actor, contract: Contract) -> None:
    """As `keep_anew`, after its type or its jurisdiction changed: that it may go earlier is for those who keep the
    records, and for nobody while it is held. Raises DomainError `retention_shortened`, `on_hold`."""
    before = contract.kept_until
    keep_anew(contract)
    after = contract.kept_until
    if after is None or (before is not None and after >= before):
        return
    check_not_held(contract)
    if not can(actor, KEEP):
        message = _("With this it would be kept until %(day)s only: legal or an administrator may change that.")
        raise DomainError("retention_shortened", message % {"day": after}, detail={"until": after.isoformat()})


def locked_disposal(actor: Actor, verb: str, disposal_id: UUID) -> Disposal:
    """Locked after its contract, as every verb does: ask permission next."""
    wait_for_records(actor.organization_id)
    contract_id = Disposal.objects.filter(pk=disposal_id).values_list("contract_id", flat=True).first()
    contract = lock_row(Contract, contract_id or disposal_id)
    disposal = lock_row(Disposal, disposal_id, "proposed_by")
    disposal.contract = contract
    require(actor, verb, disposal)
    return disposal


def check_somebody_else(actor: Actor, disposal: Disposal) -> None:
    """Raises DomainError `own_disposal`."""
    if actor.person_id == disposal.proposed_by_id:
        raise DomainError("own_disposal", _("Somebody else than who proposed it decides."))


def decide(actor: Actor, disposal: Disposal, to: DisposalState, answer: str) -> str:
    """Facts first, then the move; who proposed it is told. Answers the state before."""
    disposal.STATES.check(disposal.state, to)
    disposal.decided_by_id, disposal.decided_at, disposal.answer = actor.person_id, clock.now(), answer
    disposal.save(update_fields=["decided_by", "decided_at", "answer"])
    before = move(actor, disposal, to=to, reason=answer)
    settle_about(disposal, "contract.disposal_proposed")
    return before


def tell_keepers(disposal: Disposal) -> None:
    """Whoever may decide is asked: not who proposed it."""
    title = _("Dispose of %(reference)s?") % {"reference": disposal.contract.reference}
    tell(
        set(people_with_roles(*KEEPERS)) - {disposal.proposed_by_id},
        kind="contract.disposal_proposed",
        title=title,
        body=disposal.reason,
        url=disposal.get_absolute_url(),
        subject=disposal,
        dedupe_key=f"disposal:{disposal.pk}:proposed",
    )


def tell_proposer(disposal: Disposal, title: str) -> None:
    tell(
        [disposal.proposed_by_id],
        kind="contract.disposal_decided",
        title=title % {"reference": disposal.contract.reference},
        body=disposal.answer,
        url=disposal.get_absolute_url(),
        subject=disposal,
        dedupe_key=f"disposal:{disposal.pk}:decided",
    )
