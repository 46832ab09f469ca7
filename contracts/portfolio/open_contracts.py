"""The first house in the open: who publishes, a contract that is published, and two that a town published with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.adapters.ocds import read_ocds
from contracts.models import Contract, OpenContract, OpenPublisher
from contracts.operations.open_contracts.publish_contract import publish_contract
from contracts.operations.open_contracts.set_publisher import set_publisher
from contracts.operations.open_contracts.take_open_contract import SUPPLIER, take_open_contract
from contracts.states import IN_FORCE

HOUSE = "northwind"
OCID = "ocds-7k2m9q-2026-114"
_TOWN = {
    "id": "DE-HRB-KA-200411",
    "name": "Town of Auenbach, school meals",
    "roles": ["buyer", "procuringEntity"],
    "identifier": {"scheme": "DE-REG", "id": "KA-200411", "legalName": "Town of Auenbach"},
    "address": {"streetAddress": "Marktplatz 1", "locality": "Auenbach", "postalCode": "76307", "countryName": "DE"},
}


def package(supplier: str) -> dict[str, Any]:
    """A release package with two lots that the house supplies."""
    seller = {"id": "nw", "name": supplier, "roles": ["supplier"]}
    lots = [("1", "Milk and dairy products for schools", 48250), ("2", "Fruit and vegetables for schools", 61900.5)]
    release = {
        "ocid": OCID,
        "id": f"{OCID}-1",
        "date": "2026-06-18T10:00:00+02:00",
        "tag": ["contract"],
        "initiationType": "tender",
        "parties": [_TOWN, seller],
        "buyer": {"id": _TOWN["id"], "name": _TOWN["name"]},
        "tender": {"id": "114", "title": "Food for schools 2026/27", "procurementMethod": "open"},
        "awards": [{"id": f"114-{lot}", "status": "active", "suppliers": [{"id": "nw"}]} for lot, _title, _sum in lots],
        "contracts": [
            {
                "id": f"114-{lot}-C",
                "awardID": f"114-{lot}",
                "title": title,
                "status": "active",
                "value": {"amount": amount, "currency": "EUR"},
                "dateSigned": "2026-06-12",
                "period": {"startDate": "2026-09-01T00:00:00+02:00", "endDate": "2027-07-31T23:59:59+02:00"},
                "documents": [
                    {
                        "id": f"114-{lot}-doc",
                        "documentType": "contractSigned",
                        "title": f"Contract, lot {lot}",
                        "url": f"https://tenders.auenbach.example/114/{lot}.pdf",
                        "format": "application/pdf",
                    }
                ],
            }
            for lot, title, amount in lots
        ],
    }
    return {"version": "1.1", "releases": [release]}


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """What is there already is left alone."""
    if slug == HOUSE:
        if not OpenPublisher.objects.exists():
            set_publisher(
                actor=cast["administrator"],
                prefix="ocds-n0rthw",
                name="Northwind Foods",
                uri="https://northwind.example",
                license_url="https://creativecommons.org/publicdomain/zero/1.0/",
            )
        if not OpenContract.objects.filter(ocid=OCID).exists():
            for facts in read_ocds(json.dumps(package("Northwind Foods")).encode()).contracts:
                taken = take_open_contract(actor=cast["legal"], facts=facts, ours=SUPPLIER)
                publish_contract(actor=cast["legal"], contract_id=taken.contract.pk)
        _publish_own(cast)
    report(1, 1)


def _publish_own(cast: Cast) -> None:
    rows = Contract.objects.filter(state__in=IN_FORCE, is_confidential=False, value_amount__isnull=False)
    own = rows.exclude(external_reference="").order_by("reference").first()
    if own is not None:
        publish_contract(actor=cast["legal"], contract_id=own.pk)


def register() -> None:
    register_stage(Stage(key="open_contracts", title="Contracts in the open", order=75, load=load))
