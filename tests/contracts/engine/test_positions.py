"""What clauses say, and where two contracts say different things of it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from contracts.engine.conflicts import Saying, disagreements, outlives
from contracts.engine.places_of_law import PLACES
from contracts.engine.positions import positions_in
from tests.shared_data import shared

SAID = [
    ("This Agreement shall be governed by the laws of the State of New York.", "law", "US-NY"),
    ("The laws of Germany apply.", "law", "DE"),
    ("Invoices are payable within thirty (30) days of the invoice date.", "payment", "30 days"),
    ("The Supplier's total liability shall not exceed the fees paid in the preceding twelve (12) months.", "cap",
     "12 months of fees"),
    ("In no event shall liability exceed US$1.5 million.", "cap", "USD 1500000"),
    ("The Supplier grants the Reseller the exclusive right to sell the Products.", "exclusivity", "exclusive"),
    ("The Distributor is appointed as a non-exclusive distributor.", "exclusivity", "non-exclusive"),
    ("It renews automatically for successive periods unless notice is given.", "renewal", "automatic"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "topic", "value"), SAID)
def test_a_sentence_says_it(text: str, topic: str, value: str) -> None:
    assert (topic, value) in [(said.topic, said.value) for said in positions_in(text)]


def test_a_place_of_courts_or_an_own_right_is_none() -> None:
    text = (
        "The courts of Paris have exclusive jurisdiction. All right, title and interest vest exclusively in the Owner."
    )
    assert [said for said in positions_in(text) if said.topic in ("law", "exclusivity")] == []


def test_what_one_says_and_the_other_too_is_no_disagreement() -> None:
    mine = [Saying("payment", "30 days"), Saying("payment", "60 days"), Saying("law", "US"), Saying("cap", "")]
    theirs = [Saying("payment", "60 days"), Saying("law", "US-NY"), Saying("cap", "EUR 1")]
    assert list(disagreements(mine, theirs)) == []
    found = list(disagreements([Saying("law", "DE", "a")], [Saying("law", "AT", "b")]))
    assert [(each.topic, each.first.quote, each.second.quote) for each in found] == [("law", "a", "b")]


def test_work_ends_with_its_master_unless_that_goes_on() -> None:
    end, later = date(2027, 1, 1), date(2027, 1, 2)
    assert outlives(later, end, master_renews_itself=False)
    assert not outlives(end, end, master_renews_itself=False)
    assert not outlives(later, end, master_renews_itself=True)


# Shares of contracts, by experts' labels of every fourth: found among those that have it, and right among found.
FLOORS = {
    "Governing Law": ({"law"}, 0.90, 0.97),
    "Cap On Liability": ({"cap", "waiver"}, 0.77, 0.85),
    "Uncapped Liability": ({"uncapped"}, 0.80, 0.45),
    "Exclusivity": ({"exclusivity"}, 0.63, 0.60),
    "Renewal Term": ({"renewal"}, 0.80, 0.60),
}


def test_it_is_as_often_right_as_experts_labels_say() -> None:
    rows = [json.loads(line) for line in shared("cuad/labels.jsonl").read_text().splitlines()]
    counts = {label: [0, 0, 0, 0] for label in FLOORS}  # labelled, of these found, found at all, of these labelled
    same = [0, 0]
    for row in rows[::4]:
        text = shared(f"cuad/{row['txt']}").read_text(encoding="utf-8")
        read = [said for said in positions_in(text) if said.value != "non-exclusive"]
        for label, (topics, _recall, _precision) in FLOORS.items():
            spans = row["labels"].get(label, {}).get("spans", [])
            mine = [said for said in read if said.topic in topics]
            hit = any(said.start < span["end"] and span["start"] < said.end for said in mine for span in spans)
            for place, counted in enumerate((spans, hit, mine, mine and spans)):
                counts[label][place] += bool(counted)
            if label == "Governing Law" and hit:
                words = " ".join(span["text"] for span in spans).casefold()
                same[0] += 1
                same[1] += mine[0].value in {code for name, code in PLACES.items() if name in words}
    figures = {label: (found / has, right / said) for label, (has, found, said, right) in counts.items()}
    assert {label for label, (_topics, recall, _p) in FLOORS.items() if figures[label][0] < recall} == set(), figures
    assert {label for label, (_topics, _r, floor) in FLOORS.items() if figures[label][1] < floor} == set(), figures
    assert same[1] / same[0] >= 0.94, same
