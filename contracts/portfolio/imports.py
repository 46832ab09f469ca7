"""An import of the first house: contracts that were signed before it had this product, one of them with a date that no
calendar has."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

from clm.accounts.models import Organization
from clm.documents.blobs import put_content
from clm.jobs.runner import run_here
from clm.lib.actor import Actor
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.engine.import_fields import mapping_of
from contracts.models import ContractImport, Party
from contracts.operations.imports.map_import import map_import
from contracts.operations.imports.run_import import run_import
from contracts.operations.imports.start_import import start_import
from contracts.portfolio.requests import HOUSE
from contracts.queries.imports import job_of

NAME = "Contracts of the old filing room"
SHEET = """File;Title;Type;Counterparty;Signed;Start;End;Renewal term;Notice;Value;Law
waste.txt;Waste collection, Hamburg;Services;Elbe Entsorgung GmbH;12.01.2024;01.02.2024;31.01.2034;;;18.400,00;Germany
coffee.txt;Coffee machines;Services;Bohne & Co. OHG;03.06.2025;01.07.2025;30.06.2028;1 year;3 months;6.250,00;Germany
lift.txt;Lift maintenance;Services;Aufzugdienst Nord GmbH;31.02.2023;01.03.2023;28.02.2033;;;9.900,00;Germany
"""
TEXTS = {
    "waste.txt": (
        "Waste Collection Agreement",
        "The Contractor empties the containers of the Customer in Hamburg twice a week and keeps the records that the "
        "law on waste asks for. What is found beside a container is collected against a fee of its own.",
    ),
    "coffee.txt": (
        "Agreement on Coffee Machines",
        "The Supplier puts up four machines in the offices of the Customer, fills them each Monday and repairs them "
        "within one working day. The agreement renews for a year unless notice is given three months before.",
    ),
    "lift.txt": (
        "Lift Maintenance Agreement",
        "The Contractor maintains the lift of the warehouse each quarter, answers calls from it at any hour and frees "
        "people from it within thirty minutes. Parts are charged at cost.",
    ),
}


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """In the first house; what is there already is left alone."""
    if slug == HOUSE and not ContractImport.objects.filter(name=NAME).exists():
        _import(cast["legal"])
    report(1, 1)


def _import(legal: Actor) -> None:
    archive = put_content(legal.organization_id, _archive(), "application/zip")
    batch = start_import(actor=legal, name=NAME, archive=archive)
    _work(batch)
    ours = Party.objects.filter(name=Organization.objects.get(pk=legal.organization_id).name).first()
    mapping = replace(
        mapping_of(batch.mapping),
        our_party=str(ours.pk) if ours else "",
        tags=("filing room",),
        category="services",
        currency="EUR",
    )
    map_import(actor=legal, import_id=batch.pk, mapping=mapping)
    _work(batch)
    run_import(actor=legal, import_id=batch.pk)
    _work(batch)


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("contracts.csv", SHEET)
        for name, (title, words) in TEXTS.items():
            archive.writestr(name, f"{title}\n\n1. Services\n\n{words}\n\n2. Law\n\nThe law of Germany applies.\n")
    return packed.getvalue()


def _work(batch: ContractImport) -> None:
    """The newest job on the import is done at once."""
    job = job_of(batch)
    if job is not None:
        run_here(job)
    batch.refresh_from_db()


def register() -> None:
    register_stage(Stage(key="imports", title="Imports", order=19, load=load))
