"""What is read of published contracts, and what is not: pure, without a database."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.adapters.ocds import NotOcds, Reading, read_ocds
from contracts.engine.ocds_merge import compiled
from tests.shared_data import shared

FOLDER = "contracts/ocds/fictional-example/1.1"


def read(said: Any) -> Reading:
    return read_ocds(json.dumps(said).encode())


def release(*contracts: Any, **facts: Any) -> dict[str, Any]:
    return {"ocid": "ocds-aaaaaa-1", "id": "1", "date": "2026-01-01T00:00:00Z", "contracts": list(contracts), **facts}


def package(*contracts: Any, **facts: Any) -> dict[str, Any]:
    return {"releases": [release(*contracts, **facts)]}


def faults(reading: Reading) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in reading.problems]


@pytest.mark.parametrize(
    "name",
    [
        "ocds-213czf-000-00001.json",
        "record/ocds-213czf-000-00001.json",
        "record/ocds-213czf-000-00001-withversions.json",
    ],
)
def test_the_process_is_read_from_every_form(name: str) -> None:
    reading = read_ocds(shared(f"{FOLDER}/{name}").read_bytes())

    (found,) = reading.contracts
    assert reading.problems == []
    assert (found.ocid, found.key, found.award_key) == (
        "ocds-213czf-000-00001", "ocds-213czf-000-00001-contract-01", "ocds-213czf-000-00001-award-01",
    )  # fmt: skip
    assert (found.amount, found.currency, found.signed_at) == (Decimal(11000000), "GBP", "2010-06-10T14:23:12Z")
    assert [str(day) for day in (found.starts_on, found.ends_on, found.extends_to)] == [
        "2010-07-01", "2011-06-30", "2011-12-31",
    ]  # fmt: skip
    assert [(body.name, body.scheme, body.address["country"]) for body in (*found.buyers, *found.suppliers)] == [
        ("London Borough of Barnet", "GB-LAC", "GB"),
        ("AnyCorp Ltd", "GB-COH", "GB"),
    ]
    assert [note["documentType"] for note in found.documents] == [
        "contractSigned",
        "awardNotice",
        "physicalProgressReport",
    ]


def in_shapes(said: dict[str, Any]) -> dict[str, Any]:
    """One process in every form that the standard has for it."""
    link = {"url": "https://a.example/1.json#1", "date": "2026-01-01T00:00:00Z", "tag": ["contract"]}
    versions = {
        name: [{"releaseID": "0", "releaseDate": "2025-01-01", "releaseTag": ["planning"], "value": "before"},
               {"releaseID": "1", "releaseDate": "2026-01-01", "releaseTag": ["contract"], "value": said[name]}]
        for name in ("contracts",)
    }  # fmt: skip
    record = {"ocid": said["ocid"], "releases": [link]}
    return {
        "release package": {"version": "1.1", "extensions": ["https://a.example/extension.json"], "releases": [said]},
        "single release": said,
        "list of releases": [said],
        "record package": {"version": "1.1", "records": [record | {"compiledRelease": said}]},
        "record package of releases": {"records": [{"ocid": said["ocid"], "releases": [said]}]},
        "record package of versions": {"records": [record | {"versionedRelease": versions}]},
        "single record": record | {"compiledRelease": said},
    }


@pytest.mark.parametrize("shape", list(in_shapes(release())))
def test_every_form_has_all_contracts_and_their_amendments(shape: str) -> None:
    """With what extensions add, which is no fault and comes nowhere."""
    amended = {"id": "b", "amendments": [{"id": "1", "date": "2026-02-01T00:00:00Z", "rationale": "More"}]}
    former = {"id": "c", "amendment": {"date": "2026-03-01T00:00:00Z", "rationale": "Less", "changes": []}}
    contracts = [{"id": "a", "x_risk": {"level": [1, None]}, "value": {"x_net": 1}}, amended, former]
    reading = read(in_shapes(release(*contracts, x_bids={"statistics": [{"value": "?"}]}))[shape])

    found = {each.key: [note["rationale"] for note in each.amendments] for each in reading.contracts}
    assert (found, reading.problems) == ({"a": [], "b": ["More"], "c": ["Less"]}, [])


def test_a_wrong_fact_is_left_out_and_named_by_its_path() -> None:
    reading = read(
        package(
            {"id": "a", "value": {"amount": 5}, "period": {"startDate": "2026-02-30", "endDate": "soon"}},
            {"id": "b", "value": {"amount": "12.50", "currency": "eur"}, "period": {"startDate": "2026-02-01"}},
            {"id": "c", "value": {"amount": True, "currency": "EUR"}, "dateSigned": 5},
            {"id": "d", "period": {"startDate": "2026-02-02T00:00:00+02:00", "endDate": "2026-02-01"}},
            {"id": "e", "awardID": "9", "documents": [{"id": 1, "url": "javascript:alert(1)"}, 7]},
            {"title": "nameless"},
            {"id": "a"},
            awards=[{"id": "8"}],
        )
    )

    place = "releases[0].contracts"
    assert faults(reading) == [
        (f"{place}[0].value.currency", "no_currency"),
        (f"{place}[0].period.startDate", "no_date"),
        (f"{place}[0].period.endDate", "no_date"),
        (f"{place}[2].value.amount", "no_amount"),
        (f"{place}[2].dateSigned", "no_date"),
        (f"{place}[3].period.endDate", "ends_before_it_starts"),
        (f"{place}[4].awardID", "award_unknown"),
        (f"{place}[4].documents[0].url", "no_link"),
        (f"{place}[4].documents[1]", "no_object"),
        (f"{place}[5].id", "missing"),
        (f"{place}[6].id", "twice"),
    ]
    found = {each.key: each for each in reading.contracts}
    assert [each.amount for each in reading.contracts] == [None, Decimal("12.50"), None, None, None]
    assert (found["b"].currency, str(found["b"].starts_on)) == ("EUR", "2026-02-01")
    assert found["e"].documents[0]["url"] == ""
    assert found["a"].title == "ocds-aaaaaa-1 a"


def test_suppliers_are_those_of_the_contracts_own_award() -> None:
    parties = [{"id": f"s{number}", "name": f"Supplier {number}", "roles": ["supplier"]} for number in (1, 2, 3)]
    awards = [{"id": "1", "suppliers": [{"id": "s1"}, {"id": "s2"}]}, {"id": "2", "suppliers": [{"id": "s3"}]}]
    reading = read(package({"id": "a", "awardID": "1"}, {"id": "b", "awardID": 2}, parties=parties, awards=awards))
    assert [[body.name for body in each.suppliers] for each in reading.contracts] == [
        ["Supplier 1", "Supplier 2"], ["Supplier 3"],
    ]  # fmt: skip

    unclear = read(package({"id": "a"}, {"id": "b"}, parties=parties))
    assert [each.suppliers for each in unclear.contracts] == [(), ()]
    assert {code for _path, code in faults(unclear)} == {"suppliers_unclear"}
    alone = read(package({"id": "a"}, parties=parties))
    assert len(alone.contracts[0].suppliers) == 3
    nothing = read(package(awards=awards))
    assert [code for _path, code in faults(nothing)] == ["award_without_contract"] * 2
    assert [code for _path, code in faults(read(package()))] == ["no_contract"]


def test_later_releases_win_and_null_takes_away() -> None:
    first = release({"id": "a", "title": "Old", "value": {"amount": 1, "currency": "EUR"}})
    later = release({"id": "a", "title": "New", "value": None}, date="2026-02-01T00:00:00+01:00", id="2")
    (found,) = read({"releases": [later, first]}).contracts

    assert (found.title, found.amount) == ("New", None)
    (embedded,) = read({"records": [{"ocid": "ocds-aaaaaa-1", "releases": [first, later]}]}).contracts
    assert (embedded.title, embedded.path) == ("New", "records[0].releases.contracts[0]")
    linked = read({"records": [{"ocid": "ocds-aaaaaa-1", "releases": [{"url": "https://a.example", "date": "x"}]}]})
    assert faults(linked) == [("records[0]", "only_links")]
    assert compiled([]) == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "no_json"),
        (b'{"releases": [], "x": NaN}', "no_json"),
        (b"[" * 100_000, "no_json"),
        (b"\xff\xfe", "no_json"),
        (b"{}", "no_process"),
        (b"[1]", "no_process"),
        (b'{"releases": []}', "no_process"),
    ],
)
def test_what_is_no_package_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(NotOcds) as refusal:
        read_ocds(content)
    assert refusal.value.code == code


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "ocid", "contracts", "awards", "parties", "value", "amount", "period", "documents", "url"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)


@given(_ANY, _ANY, _ANY)
def test_nothing_in_a_process_breaks_the_reading(contracts: Any, awards: Any, parties: Any) -> None:
    """Whatever stands in a place, the rest is read, or the file is refused."""
    said = {"releases": [{"ocid": "x", "contracts": contracts, "awards": awards, "parties": parties}]}
    reading = read(said)

    assert all(each.key and each.title for each in reading.contracts)


def test_of_many_problems_the_last_says_that_there_are_more() -> None:
    found = faults(read(package(*range(1500))))
    assert (len(found), found[-1]) == (1000, ("", "and_more"))


@pytest.mark.parametrize(("currency", "kept"), [("ABC", ""), ("eur", "EUR"), ("DEM", "DEM")])
def test_a_currency_is_one_of_iso_4217_present_or_past(currency: str, kept: str) -> None:
    reading = read(release({"id": "a", "title": "T", "value": {"amount": 1, "currency": currency}}))
    assert (reading.contracts[0].currency, len(reading.problems)) == (kept, 0 if kept else 1)
