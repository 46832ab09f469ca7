"""The clause library of the first portfolio: clauses of open standard papers, adopted by drafts, and renewed since."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from clm.lib.actor import Actor
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import Clause, Contract, LibraryClause, Version
from contracts.operations.library.add_library_clause import add_library_clause
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.queries.clause_library import report_on
from contracts.states import ContractState, VersionState

DATA = Path(__file__).with_name("data") / "library.json"
DRAFTS = 3  # drafts that adopt what they have from the library
# What the house changes after it was adopted: approved, so that the drafts are offered it, or waiting.
CHANGES = (
    ("Force Majeure", "to pay Fees", "to pay undisputed Fees", "Disputed fees wait until the dispute is over", True),
    ("Payment Dispute", "good-faith", "reasonable", "Proposed by finance", False),
)


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """The clauses of one organization's library. What is there already is left alone."""
    legal, approver = cast["legal"], cast["approver"]
    entries: list[dict[str, Any]] = json.loads(DATA.read_text())
    for done, entry in enumerate(entries, 1):
        if not LibraryClause.objects.filter(title=entry["title"]).exists():
            _shelve(legal, approver, entry)
        report(done, len(entries))
    if not Clause.objects.filter(library_version__isnull=False).exists():
        _adopt(legal)
        for change in CHANGES:
            _change(legal, approver, *change)


@transaction.atomic
def _shelve(legal: Actor, approver: Actor, entry: dict[str, Any]) -> None:
    clause = add_library_clause(actor=legal, **entry)
    approve_library_clause(actor=approver, clause_id=clause.pk)


@transaction.atomic
def _adopt(legal: Actor) -> None:
    """Drafts that have clauses of the library to the word are tied to them."""
    drafts = Contract.objects.filter(state=ContractState.DRAFT, is_confidential=False).order_by("reference")
    tied = 0
    for contract in drafts:
        version = Version.objects.filter(contract=contract, state=VersionState.DRAFT).order_by("number").last()
        rows = [row for row in report_on(version).rows if row.standing == "present"] if version else []
        for row in rows:
            adopt_library_clause(
                actor=legal, clause_id=row.clause.pk, library_version_id=row.library_version.pk, position=row.position
            )
        tied += bool(rows)
        if tied == DRAFTS:
            return


@transaction.atomic
def _change(legal: Actor, approver: Actor, title: str, old: str, new: str, note: str, is_approved: bool) -> None:
    clause = LibraryClause.objects.get(title=title)
    positions = [
        {**position, "text": position["text"].replace(old, new)} if position["kind"] == "preferred" else position
        for position in clause.versions.latest("number").positions
    ]
    change_library_clause(actor=legal, clause_id=clause.pk, positions=positions, note=note)
    if is_approved:
        approve_library_clause(actor=approver, clause_id=clause.pk)


def register() -> None:
    register_stage(Stage(key="clause_library", title="Clause library", order=12, load=load))
