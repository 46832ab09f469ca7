"""How risky a contract is: a score from 0 to 100 of parts that anyone can read.

Each part takes a share of its weight, by a fact, and names what the fact rests on. Weights are scaled so that all of
them make 100. What is not known takes no points and says so: `up_to` is the score if the worst of it were true, and
what is decided by risk (who approves) goes by that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

PARTS = ("departure", "mandatory", "liability", "value", "renewal", "jurisdiction", "history")
BANDS = ("low", "medium", "high", "critical")
HALF, FULL, NONE = Decimal("0.5"), Decimal(1), Decimal(0)
MOST_GROUNDS = 12  # of what a part rests on so much is shown


@dataclass(frozen=True, slots=True)
class Scale:
    """`weights` by the names of PARTS. A value from `value_from` on takes half of its weight, from `value_high` on all;
    `history_full` mishaps take all of theirs. `home` are the governing laws that are ours, by ISO 3166: a country
    stands for its parts too; empty: those of our own parties. A band begins at its bound."""

    weights: Mapping[str, int]
    value_from: Decimal
    value_high: Decimal
    currency: str
    home: frozenset[str] = frozenset()
    history_full: int = 5
    medium_from: int = 25
    high_from: int = 50
    critical_from: int = 75

    def band(self, score: int) -> str:
        bounds = (self.medium_from, self.high_from, self.critical_from)
        return BANDS[sum(score >= bound for bound in bounds)]


# What counts until an administrator switches on another: each part by how much it decides in a dispute, by our own
# judgement.
DEFAULT = Scale(
    weights={
        "departure": 20,
        "mandatory": 15,
        "liability": 20,
        "value": 15,
        "renewal": 10,
        "jurisdiction": 10,
        "history": 10,
    },
    value_from=Decimal(50_000),
    value_high=Decimal(500_000),
    currency="EUR",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a fact rests on: `kind` is clause, library, terms, contract, party or version; `label` is how people call
    it, `quote` its words."""

    kind: str
    key: str
    label: str
    quote: str = ""

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.key, "label": self.label, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one exact text and what is known of its contract. Without a text (`has_text` False) nothing that is read in
    one is known. `history` counts mishaps by their kind; None: there is no other party."""

    has_text: bool = False
    grave: tuple[Ground, ...] = ()
    departing: tuple[Ground, ...] = ()
    lacking: tuple[Ground, ...] = ()
    caps: tuple[Ground, ...] = ()
    waivers: tuple[Ground, ...] = ()
    amount: Decimal | None = None
    currency: str = ""
    renewal: str = ""
    renewal_rests: tuple[Ground, ...] = ()
    law: str = ""
    law_rests: tuple[Ground, ...] = ()
    own_countries: frozenset[str] = frozenset()
    history: Mapping[str, int] | None = None
    history_rests: tuple[Ground, ...] = ()
    contract: Ground | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The share of a part's weight, None where it is not known; `code` and `values` say why."""

    share: Decimal | None
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    rests: tuple[Ground, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """`points` of at most `most`, both of 100; `is_known` False: it may be as much as `most`."""

    key: str
    points: Decimal
    most: Decimal
    is_known: bool
    finding: Finding

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "points": str(self.points),
            "most": str(self.most),
            "is_known": self.is_known,
            "code": self.finding.code,
            "values": {name: str(value) for name, value in self.finding.values.items()},
            "rests_on": [ground.as_json() for ground in self.finding.rests[:MOST_GROUNDS]],
            "rests_on_count": len(self.finding.rests),
        }


@dataclass(frozen=True, slots=True)
class Score:
    score: int
    up_to: int
    band: str
    up_to_band: str
    parts: tuple[Part, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(part.key for part in self.parts if not part.is_known)


def score(facts: Facts, scale: Scale = DEFAULT) -> Score:
    """Half points are rounded up, once: in the sum."""
    total = sum(scale.weights[key] for key in PARTS)
    parts = tuple(_part(key, finding, scale.weights[key], total) for key, finding in _findings(facts, scale) if total)
    known = sum((part.points for part in parts), NONE)
    open_ = sum((part.most for part in parts if not part.is_known), NONE)
    points, up_to = _rounded(known), _rounded(known + open_)
    return Score(points, up_to, scale.band(points), scale.band(up_to), parts)


def _part(key: str, finding: Finding, weight: int, total: int) -> Part:
    most = Decimal(100 * weight) / total
    points = NONE if finding.share is None else most * finding.share
    tenth = Decimal("0.01")
    return Part(key, points.quantize(tenth), most.quantize(tenth), finding.share is not None, finding)


def _rounded(value: Decimal) -> int:
    return min(int(value.quantize(FULL, ROUND_HALF_UP)), 100)


def _findings(facts: Facts, scale: Scale) -> Iterator[tuple[str, Finding]]:
    yield "departure", _departure(facts)
    yield "mandatory", _mandatory(facts)
    yield "liability", _liability(facts)
    yield "value", _value(facts, scale)
    yield "renewal", _renewal(facts)
    yield "jurisdiction", _jurisdiction(facts, scale)
    yield "history", _history(facts, scale)


def _departure(facts: Facts) -> Finding:
    """All of it where words decide or are not acceptable, half where a clause is another than preferred."""
    if not facts.has_text:
        return Finding(None, "no_text")
    if facts.grave:
        return Finding(FULL, "departs_gravely", {"count": len(facts.grave)}, facts.grave)
    if facts.departing:
        return Finding(HALF, "departs", {"count": len(facts.departing)}, facts.departing)
    return Finding(NONE, "as_preferred")


def _mandatory(facts: Facts) -> Finding:
    if not facts.has_text:
        return Finding(None, "no_text")
    if facts.lacking:
        return Finding(FULL, "lacks_mandatory", {"count": len(facts.lacking)}, facts.lacking)
    return Finding(NONE, "has_mandatory")


def _liability(facts: Facts) -> Finding:
    """Where no words limit it, liability is what the law says: without a limit."""
    if not facts.has_text:
        return Finding(None, "no_text")
    if facts.caps:
        return Finding(NONE, "capped", {}, facts.caps)
    if facts.waivers:
        return Finding(HALF, "only_indirect_excluded", {}, facts.waivers)
    return Finding(FULL, "uncapped")


def _value(facts: Facts, scale: Scale) -> Finding:
    rests = (facts.contract,) if facts.contract else ()
    if facts.amount is None:
        return Finding(None, "value_missing", {}, rests)
    said = {"amount": f"{facts.amount.normalize():f}", "currency": facts.currency}
    if facts.currency != scale.currency:
        return Finding(None, "value_other_currency", {**said, "wanted": scale.currency}, rests)
    share = FULL if facts.amount >= scale.value_high else HALF if facts.amount >= scale.value_from else NONE
    code = {FULL: "value_high", HALF: "value_medium", NONE: "value_low"}[share]
    return Finding(share, code, said, rests)


def _renewal(facts: Facts) -> Finding:
    if not facts.renewal:
        return Finding(None, "terms_missing")
    if facts.renewal == "automatic":
        return Finding(FULL, "renews_by_itself", {}, facts.renewal_rests)
    return Finding(NONE, "renews_not_by_itself", {}, facts.renewal_rests)


def _jurisdiction(facts: Facts, scale: Scale) -> Finding:
    home = scale.home or facts.own_countries
    if not facts.law:
        return Finding(None, "law_missing")
    said = {"law": facts.law, "home": ", ".join(sorted(home))}
    if not home:
        return Finding(None, "home_missing", said, facts.law_rests)
    is_home = facts.law in home or facts.law.partition("-")[0] in home
    return Finding(NONE if is_home else FULL, "law_ours" if is_home else "law_foreign", said, facts.law_rests)


def _history(facts: Facts, scale: Scale) -> Finding:
    if facts.history is None:
        return Finding(None, "no_counterparty")
    number = sum(facts.history.values())
    if not number:
        return Finding(NONE, "nothing_happened", {}, facts.history_rests)
    share = min(Decimal(number) / scale.history_full, FULL)
    return Finding(
        share, "happened", {name: count for name, count in facts.history.items() if count}, facts.history_rests
    )
