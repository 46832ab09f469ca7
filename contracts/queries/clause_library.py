"""Reads of the clause library, and how a version of a contract stands to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from clm.access.permissions import visible
from clm.lib.actor import Actor
from contracts.engine.decisive import Turn
from contracts.engine.deviation import ClauseText, Departure, Ladder, Match, Position, Standing, differences, survey
from contracts.models import Clause, Contract, DeclinedOffer, DraftClause, LibraryClause, LibraryClauseVersion, Version
from contracts.papers.reader import WORDS, body_offset
from contracts.queries.templates import answers_to
from contracts.states import DraftState, LibraryState, LibraryVersionState, VersionState


@dataclass(frozen=True)
class Offer:
    """The library's newer version of what a clause of an open draft adopted. `position` is the same place on the newer
    ladder, empty where that has no such place; `changes` is what components/diff.html draws."""

    library_version: LibraryClauseVersion
    position: str
    changes: list[dict[str, Any]]


@dataclass(frozen=True)
class Held:
    """A clause of a version or of a draft, as it is held against the library: without number and heading in its text.
    `parent` is the clause it is a part of, `library_position` the place on the ladder of what it is tied to."""

    pk: UUID
    number: str
    heading: str
    text: str
    parent: UUID | None
    library_version: LibraryClauseVersion | None
    library_position: str


@dataclass(frozen=True)
class Standpoint:
    """A clause of a contract beside its library clause. `position` is the nearest one's name."""

    clause: Held
    library_version: LibraryClauseVersion
    position: str
    standing: Standing
    departure: Departure
    changes: list[dict[str, Any]]
    is_adopted: bool
    offer: Offer | None

    @property
    def label(self) -> str:
        return position_label(self.position)

    @property
    def as_position(self) -> str:
        """How it is said that the clause has the words of the position: As preferred."""
        return _("As %(position)s") % {"position": self.label.lower()}

    @property
    def turns(self) -> list[str]:
        """What turns the position, for people."""
        return [turn_words(turn) for turn in self.departure.turns]

    @property
    def why(self) -> str:
        """Why an unacceptable position is that, and what the librarian said of a fallback."""
        return str(dict(self.library_version.keyed)[self.position]["why"])


@dataclass(frozen=True)
class LibraryReport:
    """How a version stands to the library. Of a version that is fixed only what it adopted is said: `is_open` False.
    `had` are the library clauses that are there by their words, in whatever position and whatever of it departs: a tie
    says which one a text is held against, not that its words are."""

    is_open: bool
    rows: tuple[Standpoint, ...]
    others: tuple[Held, ...]
    missing: tuple[LibraryClause, ...]
    missing_mandatory: tuple[LibraryClause, ...]
    had: frozenset[UUID]

    @property
    def offers(self) -> int:
        return sum(1 for row in self.rows if row.offer)


def position_label(name: str) -> str:
    """`fallback-2` for people."""
    kind, _dash, number = name.partition("-")
    names = {"preferred": _("Preferred"), "fallback": _("Fallback"), "unacceptable": _("Unacceptable")}
    return f"{names.get(kind, kind)} {number}".strip()


def turn_words(turn: Turn) -> str:
    words = {"left": turn.left, "put": turn.put}
    if turn.where == "heading":
        return _("“%(put)s” in its heading") % words
    if turn.where == "blank":
        return _("“%(put)s” in a blank") % words
    if not turn.left:
        return _("“%(put)s” added") % words
    return (_("“%(put)s” in place of “%(left)s”") if turn.put else _("“%(left)s” left out")) % words


def waiting_clauses(rows: QuerySet[LibraryClause]) -> QuerySet[LibraryClause]:
    """Those of which something waits for approval: words, or the types that must have them."""
    drafts = LibraryClauseVersion.objects.filter(clause=OuterRef("pk"), state=LibraryVersionState.DRAFT)
    waits = Q(proposed_for__isnull=False) | Exists(drafts)
    return rows.exclude(state=LibraryState.RETIRED).filter(waits)


def library_clauses(actor: Actor) -> QuerySet[Any]:
    """Library clauses with the numbers of their newest and newest approved version."""
    versions = LibraryClauseVersion.objects.filter(clause=OuterRef("pk")).order_by("-number").values("number")
    approved = versions.filter(state=LibraryVersionState.APPROVED)
    rows = visible(actor, LibraryClause.objects.select_related("owner"))
    return rows.annotate(newest_number=Subquery(versions[:1]), approved_number=Subquery(approved[:1]))


def library_entries(actor: Actor) -> Iterator[dict[str, Any]]:
    """The whole library as files have it: each clause with its newest positions, by title; four queries."""
    newest = LibraryClauseVersion.objects.order_by("clause_id", "-number").distinct("clause_id")
    versions = {version.clause_id: version for version in newest}
    for clause in library_clauses(actor).order_by("title"):
        version = versions[clause.pk]
        yield {
            "title": clause.title, "category": clause.category, "risk": clause.risk, "owner": clause.owner.email,
            "guidance": clause.guidance, "mandatory_for": clause.wanted_for, "attribution": clause.attribution,
            "positions": version.positions, "state": clause.state, "version": version.number,
        }  # fmt: skip


def versions_in_use() -> list[LibraryClauseVersion]:
    """The newest approved version of each library clause that is not retired."""
    rows = LibraryClauseVersion.objects.filter(state=LibraryVersionState.APPROVED, clause__state=LibraryState.APPROVED)
    return list(rows.select_related("clause").order_by("clause_id", "-number").distinct("clause_id"))


def position_choices(*, acceptable: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each position in use, by library clause: the value is the version's id and the position's name. With `acceptable`
    those alone that may be put into a text."""
    found = sorted(versions_in_use(), key=lambda version: version.clause.title.casefold())
    return [
        (
            version.clause.title,
            [
                (f"{version.pk}:{name}", position_label(name))
                for name, position in version.keyed
                if not (acceptable and position["kind"] == "unacceptable")
            ],
        )
        for version in found
    ]


def tied_clauses(actor: Actor, clause: LibraryClause) -> QuerySet[Clause]:
    """The clauses of open drafts that adopted it, as far as the actor sees the contracts; newest first."""
    rows = Clause.objects.filter(library_version__clause=clause, version__state=VersionState.DRAFT)
    return visible(actor, rows.select_related("version__contract", "library_version")).order_by("-id")


def report_on(version: Version) -> LibraryReport:
    """A fixed number of queries. A draft is held against the library of today, and each clause that adopted a position
    against the version it adopted; any other version against what it adopted alone."""
    rows = Clause.objects.filter(version=version).select_related("library_version__clause").order_by("position")
    return held_against([_held(clause) for clause in rows], version.contract, version.state == VersionState.DRAFT)


def current_report(version: Version) -> LibraryReport:
    """The same of any version, fixed or not, held against the library of today."""
    rows = Clause.objects.filter(version=version).select_related("library_version__clause").order_by("position")
    return held_against([_held(clause) for clause in rows], version.contract, is_open=True)


def held_against(clauses: Sequence[Held], contract: Contract, is_open: bool) -> LibraryReport:
    """The clauses in reading order beside the library of today, or, of a fixed text, beside what it adopted."""
    in_use = versions_in_use() if is_open else []
    declined = _declined(contract) if is_open else set()
    adopted = {row.library_version.pk: row.library_version for row in clauses if row.library_version is not None}
    held = _ladders_for(adopted, in_use)
    answers = answers_to(contract.pk).values()
    found = survey(
        [_text(clause) for clause in clauses], [_ladder(each, contract) for each in held], answers=list(answers)
    )
    by_key = {str(clause.pk): clause for clause in clauses}
    newer = {each.clause_id: each for each in in_use if each.pk not in declined}
    library = {str(each.pk): each for each in held}
    alike = {library[match.ladder].clause_id for match in found.matches if match.standing != "unlike"}
    return LibraryReport(
        is_open=is_open,
        rows=tuple(_standpoint(match, by_key, library, newer) for match in found.matches),
        others=tuple(by_key[key] for key in found.others if _says_something(by_key[key])) if is_open else (),
        missing=tuple(library[key].clause for key in found.missing) if is_open else (),
        missing_mandatory=tuple(_lacking(held, contract, found.missing_mandatory)) if is_open else (),
        had=frozenset(alike | _met(held, contract, found.missing_mandatory)),
    )


def _lacking(
    held: Sequence[LibraryClauseVersion], contract: Contract, missing: Collection[str]
) -> Iterator[LibraryClause]:
    """Each once: a contract may have clauses by two versions of one library clause, and one that meets it is enough."""
    met = _met(held, contract, missing)
    clauses = {each.clause_id: each.clause for each in held if str(each.pk) in missing}
    yield from (clause for pk, clause in clauses.items() if pk not in met)


def _met(held: Sequence[LibraryClauseVersion], contract: Contract, missing: Collection[str]) -> set[UUID]:
    """The mandatory clauses of which one version at least is met."""
    return {each.clause_id for each in held if _is_mandatory(each.clause, contract) and str(each.pk) not in missing}


def _is_mandatory(clause: LibraryClause, contract: Contract) -> bool:
    """A retired clause is mandatory nowhere, though a text may have adopted it."""
    return clause.state == LibraryState.APPROVED and contract.category in clause.mandatory_for


def _declined(contract: Contract) -> set[UUID]:
    return set(DeclinedOffer.objects.filter(contract=contract).values_list("library_version", flat=True))


def offered_to(contract: Contract) -> QuerySet[LibraryClauseVersion]:
    """The versions in use that are newer than what a clause of the contract's open texts has from the library."""
    texts = Clause.objects.filter(version__contract=contract, version__state=VersionState.DRAFT)
    drafts = DraftClause.objects.filter(draft__contract=contract, draft__state=DraftState.OPEN)
    newest = LibraryClauseVersion.objects.filter(state=LibraryVersionState.APPROVED, clause=OuterRef("clause"))
    older = [
        Exists(rows.filter(library_version__clause=OuterRef("clause"), library_version__number__lt=OuterRef("number")))
        for rows in (texts, drafts)
    ]
    in_use = LibraryClauseVersion.objects.filter(
        older[0] | older[1],
        clause__state=LibraryState.APPROVED,
        number=Subquery(newest.order_by("-number").values("number")[:1]),
    )
    return in_use.select_related("clause")


def _ladders_for(
    adopted: Mapping[Any, LibraryClauseVersion], in_use: Sequence[LibraryClauseVersion]
) -> list[LibraryClauseVersion]:
    tied = {each.clause_id for each in adopted.values()}
    return [*adopted.values(), *(each for each in in_use if each.clause_id not in tied)]


def _held(clause: Clause) -> Held:
    return Held(
        pk=clause.pk,
        number=clause.number,
        heading=clause.heading,
        text=clause.text[body_offset(clause) :],
        parent=clause.parent_id,
        library_version=clause.library_version,
        library_position=clause.library_position,
    )


def _text(clause: Held) -> ClauseText:
    tied = clause.library_version
    return ClauseText(
        key=str(clause.pk),
        heading=clause.heading,
        text=clause.text,
        parent=str(clause.parent or ""),
        adopted=str(tied.pk) if tied else "",
    )


def _ladder(library_version: LibraryClauseVersion, contract: Contract) -> Ladder:
    clause = library_version.clause
    return Ladder(
        key=str(library_version.pk),
        title=clause.title,
        positions=tuple(Position(each["kind"], each["text"], each["why"]) for each in library_version.positions),
        is_mandatory=_is_mandatory(clause, contract),
    )


def _says_something(clause: Held) -> bool:
    return bool(clause.text.strip())


def _standpoint(
    match: Match,
    clauses: Mapping[str, Held],
    library: Mapping[str, LibraryClauseVersion],
    newer: Mapping[Any, LibraryClauseVersion],
) -> Standpoint:
    clause, held = clauses[match.clause], library[match.ladder]
    name = held.keyed[match.departure.nearest][0]
    spans = [(WORDS[segment.op], segment.text) for segment in match.departure.segments]
    changes = [_change(clause.number, clause.heading, spans)] if match.departure.changed else []
    is_adopted = clause.library_version is not None and clause.library_version.pk == held.pk
    return Standpoint(
        clause=clause,
        library_version=held,
        position=name,
        standing=match.standing,
        departure=match.departure,
        changes=changes,
        is_adopted=is_adopted,
        offer=_offer(clause, held, newer.get(held.clause_id)) if is_adopted else None,
    )


def _offer(clause: Held, held: LibraryClauseVersion, newest: LibraryClauseVersion | None) -> Offer | None:
    """None where nothing newer is in use."""
    if newest is None or newest.number <= held.number:
        return None
    before, after = dict(held.keyed), dict(newest.keyed)
    name = clause.library_position if clause.library_position in after else ""
    old = str(before[clause.library_position]["text"])
    new = str(after[name or "preferred"]["text"])
    spans = [(WORDS[segment.op], segment.text) for segment in differences(old, new)]
    return Offer(newest, name, [_change(clause.number, newest.clause.title, spans)])


def _change(number: str, heading: str, spans: Iterable[tuple[str, str]]) -> dict[str, Any]:
    shown = list(spans)
    kind = "changed" if any(op != "same" for op, _text in shown) else "same"
    return {"kind": kind, "number": number, "heading": heading, "spans": shown}
