"""What found contracts have in common, counted: only of rows that the caller's queryset shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clm.accounts.models import Team, User
from clm.lib import clock
from clm.lib.plans import Among, bounded_ids, met_soon
from contracts.engine.custom_values import DATE, YES_NO
from contracts.models import Contract, CustomField
from contracts.models.contract import Category
from contracts.models.risk import RiskBand
from contracts.queries.finding import Found
from contracts.states import ContractState

TOP = 12
# Of more than so many the newest are counted, and said so: a page must not take a second where a word is everywhere.
MOST, NEWEST = 5_000, 2_500
BANDS = (Decimal(10_000), Decimal(100_000), Decimal(1_000_000))
DAYS = (0, 31, 91, 366)  # from today on, where the bands of notice days begin

_COLUMNS = (
    "id", "state", "category", "department_id", "owner_id", "currency", "value_amount", "effective_on", "executed_on",
    "term_ends_on", "notice_due_on", "tags", "risk_band", "library_clauses", "risk_due_at",
)  # fmt: skip
# One statement: the rows are found once and looked at by each facet. Values of own fields are asked for contract by
# contract (OFFSET 0): those of a field are many more than the found contracts have.
_COUNT = """
WITH found AS MATERIALIZED ({found}), had AS MATERIALIZED (
    SELECT clause, count(*) AS number, count(*) FILTER (WHERE is_known) AS known FROM (
        SELECT unnest(library_clauses) AS clause, risk_due_at IS NULL AS is_known FROM found
    ) AS each GROUP BY clause
), looked_through AS MATERIALIZED (
    SELECT count(*) AS number FROM found WHERE library_clauses IS NOT NULL AND risk_due_at IS NULL
)
SELECT 'all' AS facet, '' AS key, '' AS value, count(*) AS number FROM found
UNION ALL SELECT 'state', '', state, count(*) FROM found GROUP BY state
UNION ALL SELECT 'category', '', category, count(*) FROM found GROUP BY category
UNION ALL SELECT 'department', '', department_id::text, count(*) FROM found
    WHERE department_id IS NOT NULL GROUP BY department_id
UNION ALL (SELECT 'owner', '', owner_id::text, count(*) FROM found GROUP BY owner_id ORDER BY 4 DESC LIMIT {top})
UNION ALL SELECT 'risk', '', risk_band, count(*) FROM found WHERE risk_band <> '' GROUP BY risk_band
UNION ALL (SELECT 'party', p.name, p.id::text, counted.number FROM (
        SELECT party_id, count(*) AS number FROM (
            SELECT cp.party_id, bool_or(cp.role <> 'ours') AS is_other FROM found
            JOIN contracts_contractparty cp ON cp.contract_id = found.id GROUP BY cp.party_id, cp.contract_id
        ) AS parts GROUP BY party_id HAVING bool_or(is_other)
    ) AS counted JOIN contracts_party p ON p.id = counted.party_id ORDER BY 4 DESC, 2 LIMIT {top})
UNION ALL (SELECT 'tag', '', tag, count(*) FROM found, unnest(found.tags) AS tag
    GROUP BY tag ORDER BY 4 DESC, 3 LIMIT {top})
UNION ALL SELECT 'value', currency, width_bucket(value_amount, %s::numeric[])::text, count(*) FROM found
    WHERE value_amount IS NOT NULL GROUP BY 2, 3
UNION ALL SELECT 'effective', '', date_part('year', effective_on)::int::text, count(*) FROM found
    WHERE effective_on IS NOT NULL GROUP BY date_part('year', effective_on)
UNION ALL SELECT 'executed', '', date_part('year', executed_on)::int::text, count(*) FROM found
    WHERE executed_on IS NOT NULL GROUP BY date_part('year', executed_on)
UNION ALL SELECT 'ends', '', date_part('year', term_ends_on)::int::text, count(*) FROM found
    WHERE term_ends_on IS NOT NULL GROUP BY date_part('year', term_ends_on)
UNION ALL SELECT 'notice', '', band::text, count(*) FROM (
        SELECT width_bucket(notice_due_on - %s::date, %s::int[]) AS band FROM found WHERE notice_due_on IS NOT NULL
    ) AS days GROUP BY band
UNION ALL (SELECT 'clause', l.title, l.id::text, had.number FROM had
    JOIN contracts_libraryclause l ON l.id = had.clause AND l.organization_id = %s ORDER BY 4 DESC, 2 LIMIT {top})
UNION ALL (SELECT 'without_clause', l.title, l.id::text, looked_through.number - coalesce(had.known, 0)
    FROM contracts_libraryclause l CROSS JOIN looked_through LEFT JOIN had ON had.clause = l.id
    WHERE l.organization_id = %s AND l.state = 'approved' AND looked_through.number > coalesce(had.known, 0)
    ORDER BY cardinality(l.mandatory_for) = 0, 4 DESC, 2 LIMIT {top})
UNION ALL SELECT 'known_clauses', '', 'false', count(*) FROM found
    WHERE library_clauses IS NULL OR risk_due_at IS NOT NULL HAVING count(*) > 0
UNION ALL SELECT 'custom', f.key, counted.value, counted.number FROM (
        SELECT field_id, value, count(*) AS number FROM found CROSS JOIN LATERAL (
            SELECT field_id, coalesce(date_part('year', day)::text, text) AS value
            FROM contracts_customvalue WHERE contract_id = found.id OFFSET 0
        ) AS v GROUP BY field_id, value
    ) AS counted JOIN contracts_customfield f ON f.id = counted.field_id
    WHERE f.organization_id = %s AND f.retired_at IS NULL AND f.kind IN ('choice', 'choices', 'yes_no', 'date')
"""


@dataclass(frozen=True)
class Count:
    """A value, how many found contracts have it, and the filters of the list that leave those."""

    label: str
    number: int
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Facet:
    key: str
    label: str
    counts: tuple[Count, ...]


@dataclass
class Facets:
    """`number` were counted: all that were found or, where `has_more` says so, the NEWEST of more than MOST."""

    number: int = 0
    has_more: bool = False
    facets: list[Facet] = field(default_factory=list)


def facets_of(found: Found, organization_id: UUID) -> Facets:
    """Counts over found rows, which the actor sees; four queries at most, and one more where very many were found.

    Their keys are asked for first, by whatever index finds them: with all columns the planner would read all rows."""
    keys = found.ids
    if keys is None and not found.has_more:
        keys = bounded_ids([found.rows], MOST + 1, matches_texts=False)
    if keys is not None and len(keys) <= MOST:
        return _counted(Contract.objects.filter(Among("pk", keys)), organization_id, has_more=False)
    if found.gathered is None:
        return _counted(found.rows.order_by("-id")[:NEWEST], organization_id, has_more=True)
    newest = met_soon(_newest, found.rows, found.gathered)
    return _counted(Contract.objects.filter(Among("pk", newest)), organization_id, has_more=True)


def _newest(rows: QuerySet[Contract]) -> list[str]:
    return [str(pk) for pk in rows.order_by("-id").values_list("pk", flat=True)[:NEWEST]]


def _counted(chosen: QuerySet[Contract], organization_id: UUID, *, has_more: bool) -> Facets:
    sql, params = chosen.values(*_COLUMNS).query.sql_with_params()
    statement = _COUNT.format(found=sql, top=TOP)
    with connection.cursor() as cursor:
        org = organization_id
        cursor.execute(statement, [*params, list(BANDS), clock.today(), list(DAYS), org, org, org])
        rows = cursor.fetchall()
    number = next(count for facet, _key, _value, count in rows if facet == "all")
    facets = Facets(number, has_more)
    by_facet: dict[str, list[tuple[str, str, int]]] = {}
    for name, key, value, count in rows:
        by_facet.setdefault(name, []).append((key, value, count))
    facets.facets = [each for each in _described(by_facet) if each.counts]
    return facets


def _described(rows: dict[str, list[tuple[str, str, int]]]) -> list[Facet]:
    """With labels, and in the order of the page."""
    teams = dict(Team.objects.values_list("pk", "name")) if "department" in rows else {}
    owners = {str(row.pk): str(row) for row in User.objects.filter(pk__in=[each[1] for each in rows.get("owner", ())])}
    found = [
        _facet("state", _("State"), rows, dict(ContractState.choices)),
        _facet("category", _("Type"), rows, dict(Category.choices)),
        _named("party", _("Party"), rows, "party_id"),
        _facet("department", _("Department"), rows, {str(pk): name for pk, name in teams.items()}),
        _facet("owner", _("Owner"), rows, owners),
        _facet("risk", _("Risk"), rows, dict(RiskBand.choices)),
        _facet("tag", _("Tag"), rows),
        _named("clause", _("Has the clause"), rows),
        _named("without_clause", _("Lacks the clause"), rows),
        _facet("known_clauses", _("Held against the library"), rows, {"false": _("Not yet, or without a text")}),
        _values(rows.get("value", ())),
        _years("effective", _("Took effect in"), rows),
        _years("executed", _("Signed in"), rows),
        _years("ends", _("Term ends in"), rows),
        _notices(rows.get("notice", ())),
    ]
    return [*found, *_custom(rows.get("custom", ()))]


def _facet(
    key: str, label: str, rows: dict[str, list[tuple[str, str, int]]], labels: Mapping[str, Any] | None = None
) -> Facet:
    counted = sorted(rows.get(key, ()), key=lambda row: (-row[2], row[1]))
    named = labels or {}
    return Facet(key, label, tuple(Count(str(named.get(value, value)), n, {key: value}) for _k, value, n in counted))


def _named(key: str, label: str, rows: dict[str, list[tuple[str, str, int]]], name: str = "") -> Facet:
    """Each by its id: the name of one may be a part of another's."""
    counted = sorted(rows.get(key, ()), key=lambda row: (-row[2], row[0]))
    return Facet(key, label, tuple(Count(said, n, {name or key: pk}) for said, pk, n in counted))


def _values(rows: Iterable[tuple[str, str, int]]) -> Facet:
    """Bands by currency: amounts of different currencies are never added up."""
    counts = []
    for currency, band, number in sorted(rows, key=lambda row: (row[0], int(row[1]))):
        place = int(band)
        low = BANDS[place - 1] if place else None
        high = BANDS[place] if place < len(BANDS) else None
        filters = {"currency": currency, "value_from": f"{low or 0}", **({"value_below": f"{high}"} if high else {})}
        counts.append(Count(_band(currency, low, high), number, filters))
    return Facet("value", _("Value"), tuple(counts))


def _band(currency: str, low: Decimal | None, high: Decimal | None) -> str:
    words = {"currency": currency, "low": f"{low or 0:,}", "high": f"{high or 0:,}"}
    if low is None:
        return _("%(currency)s below %(high)s") % words
    if high is None:
        return _("%(currency)s %(low)s and more") % words
    return _("%(currency)s %(low)s to below %(high)s") % words


def _years(key: str, label: str, rows: dict[str, list[tuple[str, str, int]]]) -> Facet:
    counted = sorted(rows.get(key, ()), key=lambda row: int(row[1]))
    return Facet(key, label, tuple(_year(year, n, f"{key}_after", f"{key}_before") for _k, year, n in counted))


def _year(year: str, number: int, first: str, last: str) -> Count:
    return Count(year, number, {first: f"{int(year):04}-01-01", last: f"{int(year):04}-12-31"})


def _notices(rows: Iterable[tuple[str, str, int]]) -> Facet:
    """By how soon: days from today on."""
    labels = [
        _("Passed"), _("In the next 30 days"), _("In 31 to 90 days"), _("In 91 to 365 days"), _("Later"),
    ]  # fmt: skip
    counts = []
    for _key, band, number in sorted(rows, key=lambda row: int(row[1])):
        place = int(band)
        first = {"notice_after": _in_days(DAYS[place - 1])} if place else {}
        last = {"notice_before": _in_days(DAYS[place] - 1)} if place < len(DAYS) else {}
        counts.append(Count(labels[place], number, first | last))
    return Facet("notice", _("Notice due"), tuple(counts))


def _in_days(number: int) -> str:
    return (clock.today() + timedelta(days=number)).isoformat()


def _custom(rows: Iterable[tuple[str, str, int]]) -> list[Facet]:
    counted = sorted(rows, key=lambda row: (-row[2], row[1]))
    if not counted:
        return []
    keys = {key for key, _value, _number in counted}
    return [
        Facet(f"cf_{each.key}", each.label, tuple(_own_counts(each, [row for row in counted if row[0] == each.key])))
        for each in CustomField.objects.filter(key__in=keys).order_by("position", "label")
    ]


def _own_counts(own: CustomField, rows: Iterable[tuple[str, str, int]]) -> Iterator[Count]:
    """The choices of a field, the most frequent first; of days the years, in their order."""
    name, words = f"cf_{own.key}", {"yes": _("Yes"), "no": _("No")} if own.kind == YES_NO else {}
    if own.kind == DATE:
        yield from (_year(year, n, f"{name}_from", f"{name}_to") for _k, year, n in sorted(rows, key=lambda r: r[1]))
    else:
        yield from (Count(words.get(value, value), number, {name: value}) for _k, value, number in rows)
