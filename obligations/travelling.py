"""Which rows of this app leave with their organization: all of them."""

from __future__ import annotations

from clm.transfer.registry import register_travelling
from obligations import models as rows


def register() -> None:
    register_travelling(rows.Deadline, rows.Obligation, rows.Occurrence)
