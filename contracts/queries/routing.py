"""From rows to what the routing engine takes, and from its steps to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from clm.access.permissions import visible
from clm.accounts.models import Membership, Team, TeamMember, User
from clm.accounts.roles import PEOPLE_INSIDE, Role
from clm.lib.actor import Actor
from contracts.engine.risk import Score
from contracts.engine.routing import Asked, Conditions, Facts, Row, Step, route
from contracts.models import Approval, Contract, ContractParty, Drafting, Matrix, Rule, Version
from contracts.models.approval import Departure, Needs, Origin
from contracts.models.version import Source
from contracts.queries.clause_library import LibraryReport, current_report
from contracts.queries.risk import active_scale, counting_version, risk_of
from contracts.states import MatrixState

GRAVE = frozenset({"decisive", "unacceptable", "unlike"})


@dataclass(frozen=True)
class Asking:
    """A step with the people it asks, by name; those of a role or a team in the order of their names."""

    step: Step
    label: str
    people: tuple[User, ...]

    @property
    def needs(self) -> int:
        """How many of them have to say yes."""
        if self.step.asked.needs == Needs.ALL:
            return max(len(self.people), 1)
        return self.step.asked.count or 1

    @property
    def has_enough(self) -> bool:
        return len(self.people) >= self.needs


def active_matrix() -> Matrix | None:
    return Matrix.objects.filter(state=MatrixState.ACTIVE).first()


def rule_rows(matrix: Matrix | None) -> QuerySet[Any]:
    rows = Rule.objects.filter(matrix=matrix) if matrix else Rule.objects.none()
    return rows.select_related("person", "team", "escalate_person").order_by("place")


def rows_of(rules: Iterable[Rule]) -> list[Row]:
    return [_row(rule) for rule in rules]


def _row(rule: Rule) -> Row:
    return Row(
        key=str(rule.pk),
        name=rule.name,
        conditions=Conditions(
            value_from=rule.value_from,
            value_below=rule.value_below,
            currency=rule.currency,
            categories=frozenset(rule.categories),
            origins=frozenset(rule.origins),
            departure=rule.departure,
            lacks_mandatory=rule.lacks_mandatory,
            parties=frozenset(map(str, rule.parties)),
            countries=frozenset(rule.countries),
            departments=frozenset(map(str, rule.departments)),
            tags=frozenset(rule.tags),
            is_confidential=rule.is_confidential,
            risk=rule.risk,
        ),
        stage=rule.stage,
        asked=asked_by(rule),
        hours=rule.hours,
        remind_hours=rule.remind_hours,
        escalate_to=_escalation(rule),
    )


def asked_by(rule: Rule) -> Asked:
    if rule.role:
        return Asked("role", rule.role, rule.needs, rule.needs_count)
    if rule.team_id:
        return Asked("team", str(rule.team_id), rule.needs, rule.needs_count)
    return Asked("person", str(rule.person_id), rule.needs, rule.needs_count)


def _escalation(rule: Rule) -> tuple[str, str]:
    if rule.escalate_person_id:
        return "person", str(rule.escalate_person_id)
    return ("role", rule.escalate_role) if rule.escalate_role else ("", "")


def facts_of(contract: Contract, version: Version, *, with_library: bool = True, with_risk: bool = True) -> Facts:
    """What the rules look at, as it is now. The library costs a close look at the text; without it nothing departs, and
    without the risk none is said."""
    report = current_report(version) if with_library or with_risk else None
    parts = list(ContractParty.objects.filter(contract=contract).select_related("party"))
    risk = risk_of(contract, version, scale=active_scale(), parts=parts, report=report) if with_risk else None
    return facts_from(contract, parts, _origins([contract.pk]).get(contract.pk, Origin.NONE), report, risk)


def facts_from(
    contract: Contract,
    parts: Iterable[ContractParty],
    origin: str,
    report: LibraryReport | None,
    risk: Score | None = None,
) -> Facts:
    others = [(part.party_id, part.party.country) for part in parts if part.role != ContractParty.Role.OURS]
    department = getattr(contract, "department_id", None)
    return Facts(
        amount=contract.value_amount,
        currency=contract.currency if contract.value_amount is not None else "",
        category=contract.category,
        origin=str(origin),
        departure=departure_in(report, origin) if report else "",
        lacks_mandatory=bool(report and report.missing_mandatory),
        parties=frozenset(str(party) for party, _country in others),
        countries=frozenset(country for _party, country in others),
        department=str(department) if department else "",
        tags=frozenset(contract.tags),
        is_confidential=contract.is_confidential,
        risk=risk.up_to_band if risk else "",
        risk_score=risk.up_to if risk else None,
    )


def _origins(contracts: Iterable[UUID]) -> dict[UUID, str]:
    """The risk of the template that the newest text of each contract was made of, by however many turns; none where a
    document that somebody brought took its place."""
    rows = Version.objects.filter(contract__in=list(contracts)).order_by("contract", "number")
    risk = Subquery(Drafting.objects.filter(version=OuterRef("pk")).values("template_version__template__risk")[:1])
    found: dict[UUID, str] = {}
    for contract_id, source, made_of in rows.annotate(risk=risk).values_list("contract_id", "source", "risk"):
        if made_of is not None:
            found[contract_id] = made_of
        elif source == Source.UPLOAD:
            found[contract_id] = Origin.NONE
    return found


def departure_in(report: LibraryReport, origin: str) -> str:
    """ "grave" where words of a clause decide or are not acceptable; "any" where a clause is another than preferred, or
    the text is of no template and says something that the library does not know."""
    if any(row.standing in GRAVE for row in report.rows):
        return Departure.GRAVE
    departs = any(row.standing != "present" or row.position != "preferred" for row in report.rows)
    is_unknown = origin == Origin.NONE and bool(report.others)
    return Departure.ANY if departs or is_unknown else ""


def looks_into_the_text(rows: Iterable[Row]) -> bool:
    return any(row.conditions.departure or row.conditions.lacks_mandatory for row in rows)


def looks_at_risk(rows: Iterable[Row]) -> bool:
    return any(row.conditions.risk for row in rows)


def asking(steps: Iterable[Step], requester: UUID) -> list[Asking]:
    """Each step with its people, without the one who asks: nobody approves their own request."""
    return [Asking(step, *people_asked(step.asked, but=requester)) for step in steps]


def people_asked(asked: Asked, *, but: UUID) -> tuple[str, tuple[User, ...]]:
    """What they are called together, and the present members of the house among them."""
    members = present_members()
    if asked.kind == "role":
        label, found = str(Role(asked.key).label), members.filter(roles__contains=[asked.key])
    elif asked.kind == "team":
        in_team = TeamMember.objects.filter(team_id=asked.key).values("user")
        label, found = str(Team.objects.get(pk=asked.key)), members.filter(user__in=in_team)
    else:
        label, found = str(User.objects.get(pk=asked.key)), members.filter(user_id=asked.key)
    people = [row.user for row in found if row.user_id != but]
    return label, tuple(people)


def present_members() -> QuerySet[Membership]:
    """People of the house: a membership that only an integration uses holds no seat."""
    rows = Membership.objects.filter(removed_at=None, user__is_active=True, roles__overlap=list(PEOPLE_INSIDE))
    return rows.select_related("user").order_by("user__name", "user__email", "user_id")


def route_of(contract: Contract, version: Version, matrix: Matrix | None) -> tuple[Facts, list[Step]]:
    rows = rows_of(rule_rows(matrix))
    facts = facts_of(contract, version, with_library=looks_into_the_text(rows), with_risk=looks_at_risk(rows))
    return facts, route(rows, facts)


def lacking_steps(approval: Approval, contract: Contract, version: Version) -> list[str]:
    """The steps that today's facts of this very text ask for, and that the approval did not: of an approval that asked
    somebody by the rules that it was asked by, which stay when others are switched on; of one that nobody was asked for
    by the active ones."""
    matrix = approval.matrix if approval.trace else active_matrix()
    if matrix is None:
        return []
    held = {reason["rule"] for step in approval.trace for reason in step["reasons"]}
    _facts, steps = route_of(contract, version, matrix)
    return [step.name for step in steps if not any(reason.row in held for reason in step.reasons)]


def needs_words(asking: Asking) -> str:
    """How many of whom, for people."""
    if asking.step.asked.kind == "person":
        return asking.label
    words = {"label": asking.label, "count": asking.needs}
    if asking.step.asked.needs == Needs.ALL:
        return _("%(label)s: all") % words
    return (_("%(label)s: one") if asking.needs == 1 else _("%(label)s: %(count)s of them")) % words


@dataclass(frozen=True)
class Tried:
    """The route that a past contract would take by a matrix, beside the one by the active matrix. `asked_at` is when
    its approval was asked, by the facts of which it is tried; None: by its facts of today."""

    contract: Contract
    steps: tuple[str, ...]
    active: tuple[str, ...]
    asked_at: datetime | None = None

    @property
    def differs(self) -> bool:
        return self.steps != self.active


def tried_on(actor: Actor, matrix: Matrix, *, most: int = 50) -> list[Tried]:
    """The newest contracts that the actor sees and that have a text, signed ones too, as the matrix would route them:
    one that was sent for approval by what was known of it then, any other by what is known today of the text that
    counts."""
    rows, now = rows_of(rule_rows(matrix)), rows_of(rule_rows(active_matrix()))
    names = _names([*rows, *now])
    with_text = Exists(Version.objects.filter(contract=OuterRef("pk")))
    parts = Prefetch("parties", ContractParty.objects.select_related("party"))
    seen = visible(actor, Contract.objects.defer("search").filter(with_text)).prefetch_related(parts)
    found = list(seen.order_by("-id")[:most])
    asked = _newest_approvals(found)
    origins = _origins(contract.pk for contract in found)
    tried = []
    for contract in found:
        approval = asked.get(contract.pk)
        facts = _facts_then(contract, approval, [*rows, *now], origins.get(contract.pk, Origin.NONE))
        at = approval.created_at if approval else None
        tried.append(Tried(contract, _said(route(rows, facts), names), _said(route(now, facts), names), at))
    return tried


def _newest_approvals(contracts: Iterable[Contract]) -> dict[UUID, Approval]:
    rows = Approval.objects.filter(contract__in=[contract.pk for contract in contracts]).select_related("version")
    newest = rows.defer("version__text").order_by("contract_id", "-number").distinct("contract_id")
    return {row.contract_id: row for row in newest}


def _facts_then(contract: Contract, approval: Approval | None, rows: list[Row], origin: str) -> Facts:
    """What was known when approval was asked, completed by today's where no rule of then looked at it: departures and
    risk of the very text that was asked about."""
    kept = Facts.from_json(approval.facts) if approval else None
    version = approval.version if approval else counting_version(contract)
    if version is None:
        return facts_from(contract, contract.parties.all(), origin, None)
    looked = rows_of(rule_rows(approval.matrix)) if approval and approval.matrix else []
    into_text, at_risk = looks_into_the_text(rows), looks_at_risk(rows)
    if kept is not None and (looks_into_the_text(looked) or not into_text) and (looks_at_risk(looked) or not at_risk):
        return kept
    version.contract = contract
    report = current_report(version) if into_text or at_risk else None
    parts = list(contract.parties.all())
    risk = risk_of(contract, version, scale=active_scale(), parts=parts, report=report) if at_risk else None
    today = facts_from(contract, parts, origin, report, risk)
    if kept is None:
        return today
    text = (
        {} if looks_into_the_text(looked) else {"departure": today.departure, "lacks_mandatory": today.lacks_mandatory}
    )
    score = {} if looks_at_risk(looked) else {"risk": today.risk, "risk_score": today.risk_score}
    return replace(kept, **text, **score)  # type: ignore[arg-type]


def _said(steps: Iterable[Step], names: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """Each step as stage, name, and whom it asks."""
    return tuple(f"{step.stage} {step.name} ({asked_words(step.asked, names)})" for step in steps)


def asked_words(asked: Asked, names: dict[tuple[str, str], str]) -> str:
    label = names[asked.kind, asked.key]
    if asked.kind == "person" or (asked.needs == Needs.ONE):
        return label
    if asked.needs == Needs.ALL:
        return _("all of %(label)s") % {"label": label}
    return _("%(count)s of %(label)s") % {"count": asked.count, "label": label}


def _names(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """What each person, role and team that rows ask is called; two queries."""
    asked = {(row.asked.kind, row.asked.key) for row in rows}
    people = User.objects.filter(pk__in=[key for kind, key in asked if kind == "person"])
    teams = Team.objects.filter(pk__in=[key for kind, key in asked if kind == "team"])
    names = {("person", str(person.pk)): str(person) for person in people}
    names |= {("team", str(team.pk)): str(team) for team in teams}
    return names | {("role", str(role)): str(role.label) for role in Role}
