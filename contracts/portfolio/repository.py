"""The repository of the first portfolio: a company that is well known, a family of contracts, own fields, a department,
somebody who watches. Numbers, addresses and people of companies are made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any

from django.db import transaction

from clm.accounts.models import Organization, Team
from clm.accounts.operations.create_team import create_team
from clm.lib import clock
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Contract, CustomField, Party
from contracts.models.contract import Category
from contracts.operations.add_version import add_version
from contracts.operations.change_contract import change_contract
from contracts.operations.change_party import change_party
from contracts.operations.create_party import create_party
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.file_contract import file_contract
from contracts.operations.name_party import name_party
from contracts.operations.parties.address_party import add_address
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.parties.name_contact import add_contact
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.operations.relations.relate_contracts import relate_contracts
from contracts.operations.watching.name_watchers import name_watchers
from contracts.papers import Paper, put_paper, read_paper
from contracts.portfolio.requests import HOUSE

MASTER, OTHER_SIDE, GROUP = "Development services, master agreement", "Radial Spark LLC", "Spark Group Holdings Inc."
DEPARTMENT = "IT operations"
DAYS_AGO = 30
ATTRIBUTION = "By the project"
# Title, type, what it is to the master agreement, value in USD, and its words.
BELOW: tuple[tuple[str, str, str, int, str], ...] = (
    (
        "Statement of work 1, store locator",
        Category.SERVICES,
        "statement_of_work",
        48_000,
        "The Developer builds the store locator of the Customer's web shop: a map, a search by town, and an interface "
        "for the shops' opening hours.",
    ),
    (
        "Statement of work 2, loyalty app",
        Category.SERVICES,
        "statement_of_work",
        126_000,
        "The Developer builds the loyalty app for two platforms, in four steps, each accepted by the Customer.",
    ),
    (
        "Data processing terms, development",
        Category.DPA,
        "dpa",
        0,
        "The Developer processes personal data of the Customer's customers only on the Customer's documented "
        "instructions, and only to build and to test what the statements of work name.",
    ),
)
CONTACTS: tuple[dict[str, Any], ...] = (
    {"name": "Service desk", "function": "First line", "email": "desk@radial-spark.example", "escalation_level": 1},
    {
        "name": "Noor Haddock", "function": "Delivery manager", "email": "noor@radial-spark.example",
        "phone": "+1 503 555 0143", "escalation_level": 2, "days": [1, 2, 3, 4, 5], "opens_at": time(8),
        "closes_at": time(18), "time_zone": "America/Los_Angeles",
    },
    {
        "name": "Wim Castell", "function": "Managing director", "phone": "+1 503 555 0101", "escalation_level": 3,
        "days": [1, 2, 3, 4, 5], "opens_at": time(9), "closes_at": time(17), "time_zone": "America/Los_Angeles",
    },
)  # fmt: skip


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """In the first house. What is there already is left alone."""
    master = Contract.objects.filter(title=MASTER).first()
    if slug == HOUSE and master is not None and not CustomField.objects.exists():
        papers = [put_paper(cast["legal"], read_paper(_text(entry).encode(), _file_name(entry))) for entry in BELOW]
        with clock.set_to(clock.now() - timedelta(days=DAYS_AGO)):
            _load(cast, master, papers)
    report(1, 1)


def _text(entry: tuple[str, str, str, int, str]) -> str:
    title, _category, _kind, _value, words = entry
    return f"{title}\n\n1. Subject\n\n{words}\n\n2. Agreement\n\nThe {MASTER.lower()} governs.\n"


def _file_name(entry: tuple[str, str, str, int, str]) -> str:
    return f"{entry[0].lower().replace(',', '').replace(' ', '-')}.txt"


@transaction.atomic
def _load(cast: Cast, master: Contract, papers: list[Paper]) -> None:
    _know(cast)
    department = _ask(cast)
    said = {"cost_centre": "4711", "personal_data": True}
    for contract in Contract.objects.filter(category=Category.HOSTING, is_confidential=False).order_by("reference")[:8]:
        facts: dict[str, Any] = {"department_id": department.pk, "tags": ["hosting", "EU"], "custom_fields": said}
        change_contract(actor=cast["legal"], contract_id=contract.pk, **facts)
    for entry, paper in zip(BELOW, papers, strict=True):
        _stand_under(cast, master, entry, paper, said)
    change_contract(actor=cast["legal"], contract_id=master.pk, tags=["development"], department_id=department.pk)
    people = [cast[role].person_id for role in ("executive", "finance")]
    name_watchers(actor=cast["legal"], contract_id=master.pk, people=people)


def _know(cast: Cast) -> None:
    """The other side of the master agreement, with its group."""
    legal = cast["legal"]
    party = Party.objects.get(name=OTHER_SIDE)
    change_party(actor=legal, party_id=party.pk, country="US")
    for kind, value, issuer in (
        ("lei", "984500RADIALSPARK123", ""),
        ("register", "2041877-94", "Secretary of State of Oregon"),
    ):
        add_identifier(actor=legal, party_id=party.pk, kind=kind, value=value, issuer=issuer)
    town = {"city": "Portland", "region": "OR", "country": "US"}
    add_address(actor=legal, party_id=party.pk, kind="registered", street="410 Alder Yard", postal_code="97205", **town)
    add_address(actor=legal, party_id=party.pk, kind="billing", street="PO Box 118", postal_code="97207", **town)
    for contact in CONTACTS:
        add_contact(actor=legal, party_id=party.pk, **contact)
    add_contact(
        actor=legal, party_id=party.pk, name="Aiko Mori", side="ours", function="Account manager",
        email="account-manager@northwind.example",
    )  # fmt: skip
    head = create_party(actor=legal, name=GROUP, country="US")
    sister = create_party(actor=legal, name="Spark Analytics Ltd", country="GB")
    for child in (party, sister):
        set_parent_company(actor=legal, party_id=child.pk, parent_id=head.pk)


def _ask(cast: Cast) -> Team:
    """Two own fields, and the department."""
    keeper = cast["administrator"]
    define_custom_field(
        actor=keeper, key="cost_centre", label="Cost centre", kind="text", position=10,
        help_text="Of the department that pays.",
    )  # fmt: skip
    define_custom_field(
        actor=keeper, key="personal_data", label="Personal data is processed", kind="yes_no", position=20,
        categories=[Category.HOSTING, Category.CLOUD, Category.SERVICES, Category.DPA],
    )  # fmt: skip
    known = Team.objects.filter(name=DEPARTMENT).first()
    return known or create_team(actor=keeper, name=DEPARTMENT, members=[cast["account_manager"].person_id])


def _stand_under(
    cast: Cast, master: Contract, entry: tuple[str, str, str, int, str], paper: Paper, said: Mapping[str, Any]
) -> None:
    legal = cast["legal"]
    title, category, kind, value, _words = entry
    facts: dict[str, Any] = {"value_amount": value, "currency": "USD"} if value else {}
    contract = file_contract(actor=legal, title=title, category=category, custom_fields=said, **facts)
    add_version(actor=legal, contract_id=contract.pk, paper=paper, attribution=ATTRIBUTION)
    ours = Organization.objects.get(pk=legal.organization_id).name
    for name, role in ((ours, "ours"), (OTHER_SIDE, "counterparty")):
        name_party(actor=legal, contract_id=contract.pk, name=name, role=role)
    relate_contracts(actor=legal, contract_id=contract.pk, other_id=master.pk, kind=kind)


def register() -> None:
    register_stage(Stage(key="repository", title="Companies and families of contracts", order=18, load=load))
