"""The report of one month of a contract's service levels is on file."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.documents.models import Blob
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.models import Contract
from slas import events
from slas.models import ServiceReport


@transaction.atomic
def file_service_report(*, actor: Actor, contract_id: UUID, month: date, blob_id: UUID) -> ServiceReport:
    """`month` is its first day. The same paper again is the one that is filed already."""
    contract = lock_row(Contract, contract_id)
    require(actor, "slas.file_service_report", contract)
    blob = Blob.objects.get(pk=blob_id)
    first = month.replace(day=1)
    filed = ServiceReport.objects.select_related("blob").filter(contract=contract, month=first, blob=blob).first()
    if filed is not None:
        return filed
    report = ServiceReport.objects.create(
        organization_id=actor.organization_id, contract=contract, month=first, blob=blob
    )
    record(actor, events.report_filed(report))
    return report
