"""Drafts for tests, made by calling verbs."""

from __future__ import annotations

from typing import Any

from clm.access.objects import grant
from clm.lib.actor import Actor
from contracts.engine.body import body_of
from contracts.models import Contract, Draft, DraftClause
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import Edited, edit_clause
from contracts.operations.drafting.hand_over import hand_over
from tests.cast import Cast
from tests.contracts.papers import text_paper

HOSTS = "The Provider hosts the Service for the Customer."
TEXT = f"""Hosting Agreement

1. Service

{HOSTS}

2. Service levels

2.1 Availability. The Provider keeps the Service available at least 99.9 % of each month, as Section 2.2 says.

2.2 Credits. If availability is lower, the Customer receives a credit of 10 % of the monthly fee.

3. Term

This Agreement runs for one year.
"""


def draft_contract(actor: Actor, **facts: Any) -> Contract:
    """A draft with one version of TEXT."""
    contract = create_contract(actor=actor, **({"title": "Hosting"} | facts))
    add_version(actor=actor, contract_id=contract.pk, paper=text_paper(TEXT))
    return contract


def open_draft(actor: Actor, contract: Contract | None = None, **facts: Any) -> Draft:
    """An open draft on a contract with one version."""
    return begin_draft(actor=actor, contract_id=(contract or draft_contract(actor, **facts)).pk)


def clause_of(draft: Draft, heading: str = "Service") -> DraftClause:
    return DraftClause.objects.get(draft=draft, heading=heading)


def write(actor: Actor, clause: DraftClause, text: str, **facts: Any) -> Edited:
    """The text stands in the clause, based on the revision that `clause` was read with."""
    sent = {"revision": clause.revision, "heading": clause.heading, "body": body_of([text])} | facts
    return edit_clause(actor=actor, clause_id=clause.pk, **sent)


def handed_over(actor: Actor, **facts: Any) -> Draft:
    """A draft that was handed over: it is their turn."""
    draft = open_draft(actor, **facts)
    hand_over(actor=actor, draft_id=draft.pk, note="Our first draft.")
    draft.refresh_from_db()
    return draft


def let_in(cast: Cast, contract: Contract) -> Actor:
    """The counterparty of the cast, who sees this contract."""
    grant([cast.users["counterparty"]], "contracts.see_confidential_contract", contract)
    return cast["counterparty"]
