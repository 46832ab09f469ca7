"""Reads about amendments: who has accepted, what they change, and which text is in force when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from clm.accounts.models import User
from clm.lib.actor import Actor
from clm.lib.canonical import digest
from clm.lib.errors import DomainError
from contracts.engine.compare import Row, compare
from contracts.engine.force import FinalText, Period, in_force_on, periods
from contracts.models import (
    Amendment,
    AmendmentAnswer,
    Contract,
    ContractParty,
    Envelope,
    PartyContact,
    Termination,
    Version,
)
from contracts.papers.reader import texts_of
from contracts.states import NOT_SIGNED, AmendmentState, Side, TerminationState, VersionState

# Whose acceptance an amendment needs; affiliates may profit from a contract, and are not asked.
ACCEPTING = (ContractParty.Role.OURS, ContractParty.Role.COUNTERPARTY, ContractParty.Role.GUARANTOR)
MOST_TOUCHED = 500


@dataclass(frozen=True)
class Standing:
    """How one party stands to an amendment; without `answer` it is waited for."""

    part: ContractParty
    answer: AmendmentAnswer | None

    @property
    def has_accepted(self) -> bool:
        return self.answer is not None and self.answer.verdict == AmendmentAnswer.Verdict.ACCEPTED


def amendment_rows() -> QuerySet[Amendment]:
    """With contract, texts, answers that count, and the parties: a fixed number of queries."""
    answers = AmendmentAnswer.objects.filter(voided_at=None).select_related("part__party", "evidence", "recorded_by")
    parts = ContractParty.objects.select_related("party").order_by("created_at")
    rows = Amendment.objects.select_related("contract", "version__contract", "amends__contract", "proposed_by")
    rows = rows.defer("version__text", "amends__text", "contract__search", "version__contract__search")
    return rows.defer("amends__contract__search").prefetch_related(
        Prefetch("answers", answers, to_attr="valid_answers"), Prefetch("contract__parties", parts)
    )


def standings(amendment: Amendment) -> list[Standing]:
    """Of each party that has to accept, ours first. Fetch the amendment as `amendment_rows` does."""
    answers = {each.part_id: each for each in getattr(amendment, "valid_answers", ())}
    parts = [part for part in amendment.contract.parties.all() if part.role in ACCEPTING]
    order = {role.value: place for place, role in enumerate(ACCEPTING)}
    return [Standing(part, answers.get(part.pk)) for part in sorted(parts, key=lambda part: order[part.role])]


def waited_for(amendment: Amendment) -> list[ContractParty]:
    return [each.part for each in standings(amendment) if not each.has_accepted]


def own_parts(actor: Actor, said: list[Standing]) -> set[UUID]:
    """The parties that this actor answers for, signed in here: of several counterparties those whose contact they are
    by their e-mail address."""
    role = ContractParty.Role.COUNTERPARTY if actor.is_counterparty else ContractParty.Role.OURS
    parts = [each.part for each in said if each.part.role == role]
    if not actor.is_counterparty or len(parts) < 2:
        return {part.pk for part in parts}
    email = User.objects.filter(pk=actor.person_id).values_list("email", flat=True).first() or ""
    contacts = PartyContact.objects.filter(party__in=[part.party_id for part in parts], side=Side.THEIRS)
    known = set(contacts.filter(email__iexact=email).exclude(email="").values_list("party_id", flat=True))
    return {part.pk for part in parts if part.party_id in known}


def fresh(amendment: Amendment) -> Amendment:
    """As it stands in the database now, with what `standings` needs."""
    return amendment_rows().get(pk=amendment.pk)


def amends_signed(contract: Contract) -> bool:
    """Whether a new text of this contract is an amendment: it is signed, and each party has to accept a change."""
    return contract.state not in NOT_SIGNED


def amendment_of(version: Version) -> Amendment | None:
    """The amendment that this is the consolidated text of; none that was withdrawn."""
    return amendment_rows().filter(version=version).exclude(state=AmendmentState.WITHDRAWN).first()


def open_amendment(contract: Contract) -> Amendment | None:
    rows = amendment_rows().filter(contract=contract, state__in=(AmendmentState.PROPOSED, AmendmentState.REFUSED))
    return rows.first()


def hash_of(amendment: Amendment) -> str:
    """What the parties accept: both texts by their own hashes, the instrument, and from when it counts."""
    instrument = amendment.instrument
    return digest(
        {
            "amends": amendment.amends.content_hash,
            "version": amendment.version.content_hash,
            "instrument": instrument.sha256 if instrument else None,
            "effective_on": amendment.effective_on,
            "is_retroactive": amendment.is_retroactive,
            "retroactive_reason": amendment.retroactive_reason,
        }
    )


def day_of_effect(amendment: Amendment, accepted_on: date) -> date:
    """Its own date where it says that it takes effect backwards. Else never before the last party accepted, before it
    was proposed, nor before the text that it amends takes effect."""
    if amendment.is_retroactive and amendment.effective_on is not None:
        return amendment.effective_on
    proposed_on = amendment.created_at.astimezone(ZoneInfo(amendment.contract.time_zone)).date()
    days = (amendment.effective_on, accepted_on, proposed_on, amendment.amends.effective_on)
    return max(day for day in days if day is not None)


def last_answer_on(amendment: Amendment) -> date | None:
    days = [each.answer.answered_on for each in standings(amendment) if each.answer is not None]
    return max(days, default=None)


def check_accepted(contract: Contract, version: Version) -> Amendment | None:
    """The amendment that all parties have accepted; None where the contract is not signed yet and there is nothing to
    amend. Call it with the contract locked.

    Raises DomainError `amendment_missing`, `amendment_refused`, `acceptance_missing` with the `parties`.
    """
    if not amends_signed(contract):
        return None
    amendment = amendment_of(version)
    if amendment is None:
        message = _("This contract is signed: propose the amendment first, so that each party can accept it.")
        raise DomainError("amendment_missing", message)
    check_not_refused(amendment)
    waiting = waited_for(amendment)
    if waiting or amendment.content_hash != hash_of(amendment):
        names = ", ".join(part.party.name for part in waiting)
        message = _("Each party has to accept this amendment. Still waited for: %(names)s.") % {"names": names}
        raise DomainError("acceptance_missing", message, detail={"parties": [str(part.pk) for part in waiting]})
    return amendment


def signed_with(envelope: Envelope) -> Amendment | None:
    """The amendment that whoever signs this envelope accepts; None where it is of a first text."""
    rows = Amendment.objects.filter(version=envelope.version_id).exclude(state=AmendmentState.WITHDRAWN)
    return rows.select_related("contract", "instrument", "version", "amends").first()


def bound_with(envelope: Envelope) -> dict[str, str]:
    """What events say of it: the hash of all that is accepted."""
    amendment = signed_with(envelope)
    return {"amendment": amendment.content_hash} if amendment else {}


def check_not_refused(amendment: Amendment) -> None:
    """Raises DomainError `amendment_refused`."""
    if amendment.state == AmendmentState.REFUSED:
        raise DomainError("amendment_refused", _("A party refused this amendment: change it, or withdraw it."))


def touched_by(old: Version, new: Version) -> list[dict[str, Any]]:
    """The clauses that differ, in reading order, as the new text calls them; removed ones as the old one did. Behind
    them those with another number and the same words (`renumbered`). `was` is what the old text called a clause, where
    that is something else."""
    found: list[dict[str, Any]] = []
    renumbered: list[dict[str, Any]] = []
    for row in compare(texts_of(old), texts_of(new)).rows:
        differs = row.kind in ("changed", "added", "removed") or row.is_edited
        kind = "changed" if row.kind == "moved" else str(row.kind)
        said = _called(row)
        if differs:
            found.append({"kind": kind, **said})
        elif "was" in said:
            renumbered.append({"kind": "renumbered", **said})
    return [*found[:MOST_TOUCHED], *renumbered[:MOST_TOUCHED]]


def _called(row: Row) -> dict[str, Any]:
    names = [{"number": each.number, "heading": each.heading} for each in (row.new, row.old) if each is not None]
    return names[0] | ({"was": names[1]} if names[1:] and names[0] != names[1] else {})


def amended_clauses(contract: Contract, upto: Version) -> dict[tuple[str, str], list[Amendment]]:
    """By number and heading of a clause of this version, the final amendments up to it that touched it, the newest
    first. A clause is followed where a later amendment calls it something else, and no further where one removes it."""
    rows = Amendment.objects.filter(contract=contract, state=AmendmentState.FINAL, version__number__lte=upto.number)
    found: dict[tuple[str, str], list[Amendment]] = {}
    for amendment in rows.select_related("version").defer("version__text", "instrument_text").order_by("number"):
        names = {_name(clause["was"]): _name(clause) for clause in amendment.touched if "was" in clause}
        gone = {_name(clause) for clause in amendment.touched if clause["kind"] == "removed"}
        found = {names.get(name, name): held for name, held in found.items() if name in names or name not in gone}
        for clause in amendment.differing:
            if clause["kind"] != "removed":
                found[_name(clause)] = [amendment, *found.get(_name(clause), [])]
    return found


def _name(clause: dict[str, Any]) -> tuple[str, str]:
    return clause["number"], clause["heading"]


def periods_of(contract: Contract, known_at: datetime | None = None) -> list[Period]:
    finals = Version.objects.filter(contract=contract, state=VersionState.FINAL)
    rows = finals.values_list("pk", "number", "effective_on", "finalized_at")
    texts = [FinalText(pk, number, on, at) for pk, number, on, at in rows if on is not None and at is not None]
    return periods(texts, known_at)


def period_on(contract: Contract, day: date, known_at: datetime | None = None) -> Period | None:
    return in_force_on(day, periods_of(contract, known_at))


def announced_end(contract: Contract) -> date | None:
    """The first day on which it will be over, as was announced."""
    announced = Termination.objects.filter(contract=contract, state=TerminationState.ANNOUNCED)
    return announced.values_list("ends_on", flat=True).first()


def with_period(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Versions with `effective_until` and `superseded_by`, without a query for each: final texts take effect in the
    order of their numbers (`check_order`)."""
    following = Version.objects.filter(
        contract=OuterRef("contract"), state=VersionState.FINAL, number__gt=OuterRef("number")
    ).order_by("number")
    amendment = Amendment.objects.filter(version=OuterRef("pk")).exclude(state=AmendmentState.WITHDRAWN)
    annotated: QuerySet[Any] = rows.annotate(
        next_effective_on=Subquery(following.values("effective_on")[:1]),
        next_version=Subquery(following.values("pk")[:1]),
        amendment_id=Subquery(amendment.values("pk")[:1]),
    )
    return annotated
