"""From a contract to what the engine of risk looks at, and back to the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, Prefetch, Q, QuerySet

from clm.access.permissions import visible
from clm.lib.actor import Actor
from clm.lib.canonical import digest
from contracts.engine.positions import Said, positions_in
from contracts.engine.risk import DEFAULT, PARTS, Facts, Ground, Scale, Score, score
from contracts.models import (
    Clause,
    Contract,
    ContractParty,
    LibraryClause,
    LibraryClauseVersion,
    RiskScale,
    Terms,
    Version,
)
from contracts.queries.clause_library import LibraryReport, current_report
from contracts.risk_sources import MISHAPS
from contracts.states import NOT_SIGNED, LibraryState, RiskScaleState, Side, VersionState

QUOTED = 400
GRAVE = frozenset({"decisive", "unacceptable", "unlike"})


@dataclass(frozen=True)
class Scored:
    """What a scale would give a contract, beside what it has by the scale in use."""

    contract: Contract
    score: Score
    now: Score

    @property
    def differs(self) -> bool:
        return (self.score.score, self.score.up_to) != (self.now.score, self.now.up_to)


def active_scale() -> RiskScale | None:
    return RiskScale.objects.filter(state=RiskScaleState.ACTIVE).first()


def engine_scale(row: RiskScale | None) -> Scale:
    """DEFAULT where nobody switched on another."""
    if row is None:
        return DEFAULT
    return Scale(
        weights={key: getattr(row, key) for key in PARTS},
        value_from=row.value_from,
        value_high=row.value_high,
        currency=row.currency,
        home=frozenset(row.home),
        history_full=row.history_full,
        medium_from=row.medium_from,
        high_from=row.high_from,
        critical_from=row.critical_from,
    )


def counting_version(contract: Contract) -> Version | None:
    """The text that counts: the newest final one of what is signed, else the newest that our side has."""
    rows = Version.objects.filter(contract=contract).exclude(side=Side.THEIRS, shared_at=None).order_by("-number")
    final = rows.filter(state=VersionState.FINAL).first() if contract.state not in NOT_SIGNED else None
    return final or rows.first()


def clauses_in(version: Version | None) -> list[Clause]:
    return list(Clause.objects.filter(version=version).order_by("position")) if version else []


def positions_of(clauses: Iterable[Clause]) -> list[tuple[Clause, Said]]:
    """What each clause says on the things that are compared."""
    return [(clause, said) for clause in clauses for said in positions_in(clause.text)]


def quote_of(clause: Clause, said: Said) -> str:
    return " ".join(clause.text[said.start : said.end].split())[:QUOTED]


def risk_of(
    contract: Contract,
    version: Version | None,
    *,
    scale: RiskScale | None = None,
    parts: Sequence[ContractParty] | None = None,
    report: LibraryReport | None = None,
    said: Sequence[tuple[Clause, Said]] | None = None,
) -> Score:
    """The score of exactly this text, by the facts as they are now."""
    return score(facts_for(contract, version, parts=parts, report=report, said=said), engine_scale(scale))


def facts_for(
    contract: Contract,
    version: Version | None,
    *,
    parts: Sequence[ContractParty] | None = None,
    report: LibraryReport | None = None,
    said: Sequence[tuple[Clause, Said]] | None = None,
) -> Facts:
    """A fixed number of queries. `report`, `said` and `parts` are taken where the caller has them already."""
    known = list(ContractParty.objects.filter(contract=contract).select_related("party")) if parts is None else parts
    found = positions_of(clauses_in(version)) if said is None else said
    terms = Terms.objects.filter(version=version).first() if version else None
    own = Ground("contract", str(contract.pk), contract.reference)
    law, law_rests = _law(contract, own, found)
    history = history_of(contract, known)
    text = _text_facts(version, current_report(version) if version and report is None else report)
    return Facts(
        has_text=version is not None,
        caps=_grounds(found, "cap"),
        waivers=_grounds(found, "waiver"),
        amount=None if contract.value_amount is None else Decimal(contract.value_amount),
        currency=contract.currency,
        renewal=terms.renewal if terms else "",
        renewal_rests=(Ground("terms", str(terms.version_id), str(terms)),) if terms else (),
        law=law,
        law_rests=law_rests,
        own_countries=frozenset(
            p.party.country for p in known if p.role == ContractParty.Role.OURS and p.party.country
        ),
        history=history,
        history_rests=tuple(Ground("party", str(p.party_id), p.party.name) for p in _others(known)),
        contract=own,
        **text,
    )


def _text_facts(version: Version | None, report: LibraryReport | None) -> dict[str, Any]:
    """Departures and mandatory clauses, each with its clause."""
    if version is None or report is None:
        return {}
    grave = [row for row in report.rows if row.standing in GRAVE]
    others = [row for row in report.rows if row not in grave and row.position != "preferred"]
    return {
        "grave": tuple(_departing(row.clause, row.turns) for row in grave),
        "departing": tuple(_departing(row.clause, [row.label]) for row in others),
        "lacking": tuple(Ground("library", str(each.pk), each.title) for each in report.missing_mandatory),
    }


def _departing(clause: Any, why: Sequence[str]) -> Ground:
    """With what departs; where that is the whole of it, with its words."""
    quote = "; ".join(why) or " ".join(clause.text.split())
    return Ground("clause", str(clause.pk), f"{clause.number} {clause.heading}".strip(), quote[:QUOTED])


def _grounds(found: Iterable[tuple[Clause, Said]], topic: str) -> tuple[Ground, ...]:
    return tuple(ground_of(clause, said) for clause, said in found if said.topic == topic)


def ground_of(clause: Clause, said: Said) -> Ground:
    return Ground("clause", str(clause.pk), str(clause), quote_of(clause, said))


def _law(contract: Contract, own: Ground, found: Iterable[tuple[Clause, Said]]) -> tuple[str, tuple[Ground, ...]]:
    """What people entered goes before what is read in the text."""
    if contract.jurisdiction:
        return contract.jurisdiction, (own,)
    return next(((said.value, (ground_of(clause, said),)) for clause, said in found if said.topic == "law"), ("", ()))


def _others(parts: Iterable[ContractParty]) -> list[ContractParty]:
    return [part for part in parts if part.role != ContractParty.Role.OURS]


def history_of(contract: Contract, parts: Iterable[ContractParty]) -> dict[str, int] | None:
    """What went wrong with the other parties: in this contract and in those with them that everybody inside sees. A
    confidential one is left out, for its number would say that there is one; None: there is no other party."""
    parties = {part.party_id for part in _others(parts)}
    if not parties:
        return None
    with_them = ContractParty.objects.filter(party__in=parties).exclude(role=ContractParty.Role.OURS)
    rows = Contract.objects.filter(Q(is_confidential=False, pk__in=with_them.values("contract")) | Q(pk=contract.pk))
    ids: QuerySet[Any] = rows.values("pk")
    return {mishap.key: mishap.count(ids) for mishap in MISHAPS.values()}


def inputs_of(contract: Contract, version: Version | None, scale: RiskScale | None, counting_id: UUID | None) -> str:
    """A hash of all that a score, and which clauses are had, come from; it costs no look into the text."""
    parts = list(ContractParty.objects.filter(contract=contract).select_related("party").order_by("pk"))
    ties = Clause.objects.filter(version=version, library_version__isnull=False).order_by("pk") if version else ()
    named = [(part.role, part.party_id, part.party.country, part.party.name) for part in parts]
    return digest(
        {
            "version": [version.pk, version.content_hash] if version else None,
            "counting": counting_id,
            "facts": [contract.category, contract.value_amount, contract.currency, contract.jurisdiction],
            "parties": named,
            "scale": scale.pk if scale else None,
            "library": library_stamp(),
            "ties": [(tie.pk, tie.library_version_id) for tie in ties],
            "history": history_of(contract, parts),
        }
    )


def library_stamp() -> list[Any]:
    """Changes with whatever of the library counts."""
    approved = LibraryClause.objects.filter(state=LibraryState.APPROVED).order_by("pk")
    newest = LibraryClauseVersion.objects.aggregate(at=Max("approved_at"))["at"]
    return [newest, [[str(pk), sorted(types)] for pk, types in approved.values_list("pk", "mandatory_for")]]


def tried_scale(actor: Actor, scale: RiskScale, *, most: int = 50) -> list[Scored]:
    """The newest contracts that the actor sees, as the scale would score them, beside the one in use."""
    parts = Prefetch("parties", ContractParty.objects.select_related("party"))
    found = visible(actor, Contract.objects.defer("search")).exclude(risk_band="").prefetch_related(parts)
    now = engine_scale(active_scale())
    wanted = engine_scale(scale)
    tried = []
    for contract in found.order_by("-id")[:most]:
        facts = facts_for(contract, counting_version(contract), parts=list(contract.parties.all()))
        tried.append(Scored(contract, score(facts, wanted), score(facts, now)))
    return tried


def siblings_of(contract: Contract) -> QuerySet[Contract]:
    """The other contracts with one of its other parties."""
    parties = ContractParty.objects.filter(contract=contract).exclude(role=ContractParty.Role.OURS).values("party")
    return contracts_with(parties).exclude(pk=contract.pk)


def contracts_with(parties: Iterable[UUID] | QuerySet[Any]) -> QuerySet[Contract]:
    named = ContractParty.objects.filter(party__in=parties).exclude(role=ContractParty.Role.OURS)
    return Contract.objects.filter(pk__in=named.values("contract"))
