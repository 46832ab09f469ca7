"""What the parts of a risk score say, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.risk_sources import MISHAPS

LABELS = {
    "departure": gettext_lazy("Departs from standard"),
    "mandatory": gettext_lazy("Mandatory clauses"),
    "liability": gettext_lazy("Liability"),
    "value": gettext_lazy("Value"),
    "renewal": gettext_lazy("Renewal"),
    "jurisdiction": gettext_lazy("Governing law"),
    "history": gettext_lazy("History of the counterparty"),
}
FACTS = {
    "no_text": gettext_lazy("Not known: there is no text yet"),
    "departs_gravely": gettext_lazy("Clauses whose words decide, or are not acceptable: %(count)s"),
    "departs": gettext_lazy("Clauses in another position than preferred: %(count)s"),
    "as_preferred": gettext_lazy("No clause departs from the library"),
    "lacks_mandatory": gettext_lazy("Mandatory clauses that are missing: %(count)s"),
    "has_mandatory": gettext_lazy("No mandatory clause is missing"),
    "capped": gettext_lazy("Liability has a cap"),
    "only_indirect_excluded": gettext_lazy("Only indirect damages are excluded: there is no cap"),
    "uncapped": gettext_lazy("No words were found that limit liability"),
    "value_missing": gettext_lazy("Not known: no value was entered"),
    "value_other_currency": gettext_lazy("Not known: %(amount)s %(currency)s are not in %(wanted)s"),
    "value_high": gettext_lazy("%(amount)s %(currency)s: high"),
    "value_medium": gettext_lazy("%(amount)s %(currency)s: medium"),
    "value_low": gettext_lazy("%(amount)s %(currency)s: low"),
    "terms_missing": gettext_lazy("Not known: no terms were set"),
    "renews_by_itself": gettext_lazy("Renews by itself"),
    "renews_not_by_itself": gettext_lazy("Does not renew by itself"),
    "law_missing": gettext_lazy("Not known: no governing law was entered, or read in the text"),
    "home_missing": gettext_lazy("Not known: law of %(law)s, and which laws are ours nobody said"),
    "law_ours": gettext_lazy("Law of %(law)s, which is ours"),
    "law_foreign": gettext_lazy("Law of %(law)s; ours are %(home)s"),
    "no_counterparty": gettext_lazy("Not known: no counterparty is named"),
    "nothing_happened": gettext_lazy("Nothing went wrong that everybody inside may know of"),
    "happened": "",
}


@dataclass(frozen=True)
class Said:
    """A part as the page shows it: `rests` are the label, the quote and the address of what it rests on."""

    key: str
    label: str
    points: str
    most: str
    is_known: bool
    fact: str
    rests: list[dict[str, str]]
    further: int


def said_of(parts: Iterable[Mapping[str, Any]], contract_id: Any) -> list[Said]:
    return [
        Said(
            key=part["key"],
            label=str(LABELS[part["key"]]),
            points=part["points"],
            most=part["most"],
            is_known=part["is_known"],
            fact=fact_of(part),
            rests=[{**ground, "url": _url(ground, contract_id)} for ground in part["rests_on"]],
            further=part["rests_on_count"] - len(part["rests_on"]),
        )
        for part in parts
    ]


def fact_of(part: Mapping[str, Any]) -> str:
    if part["code"] == "happened":
        counted = [(MISHAPS[key].words, number) for key, number in part["values"].items() if key in MISHAPS]
        return "; ".join(f"{words}: {number}" for words, number in counted)
    values = dict(part["values"])
    if "amount" in values:
        values["amount"] = f"{Decimal(values['amount']):,f}"
    said: str = str(FACTS[part["code"]]) % values
    return said


def _url(ground: Mapping[str, str], contract_id: Any) -> str:
    if ground["kind"] == "clause":
        return f"{reverse('contract', args=[contract_id])}#clause-{ground['id']}"
    if ground["kind"] == "terms":
        return reverse("contract-tab", args=[contract_id, "terms"])
    places = {"library": "library-clause", "party": "party"}
    if ground["kind"] in places:
        return reverse(places[ground["kind"]], args=[ground["id"]])
    return reverse("contract-tab", args=[contract_id, "facts"])


def band_words(score: int, up_to: int, up_to_label: str) -> str:
    """What the score may be at worst; empty where all is known."""
    if up_to == score:
        return ""
    return _("At most %(score)s (%(band)s): not all of it is known") % {"score": up_to, "band": up_to_label.lower()}
