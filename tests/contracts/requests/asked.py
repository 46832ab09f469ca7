"""Requests for tests, made by calling verbs."""

from __future__ import annotations

from typing import Any

from clm.lib.actor import Actor
from contracts.models import ContractRequest, Template, TemplateVersion
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.submit_request import submit_request
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.import_template import import_template
from tests.contracts.library_of import short_file

METADATA = b"""
name: Supply
category: services
license: CC0-1.0
fields:
  - {name: party_name, type: string, label: Party name, description: Who signs, section: Parties}
  - {name: is_limited, type: boolean, label: Is limited, description: Whether it ends, section: Dates}
  - {name: ends_on, type: date, label: Ends on, description: The last day, section: Dates, required: true,
     condition: {field: is_limited, equals: true}}
  - {name: law, type: enum, label: Law, description: Which law, options: [Delaware, New York], default: Delaware,
     section: Law}
  - {name: county, type: string, label: County, description: Which county, section: Law,
     condition: {field: law, in: [New York]}}
  - name: goods
    type: array
    label: Goods
    description: What is delivered
    section: Goods
    items: [{name: what, type: string, label: What}, {name: pieces, type: number, description: Pieces}]
priority_fields: [party_name]
"""
LINES = (
    "1. Parties",
    "This is between us and {party_name}.",
    "2. Dates",
    "{IF is_limited}",
    "It ends on {ends_on}.",
    "{END-IF}",
    "3. Law",
    "The law of {law} governs.",
    "{IF county}",
    "The courts of {county} decide.",
    "{END-IF}",
    "4. Goods",
    "{FOR good IN goods}",
    "{$good.pieces} of {$good.what}.",
    "{END-FOR good}",
)
ANSWERS: dict[str, Any] = {
    "party_name": "Cirrus GmbH",
    "is_limited": True,
    "ends_on": "2026-12-31",
    "law": "Delaware",
    "goods": [{"what": "Bolts", "pieces": "12"}],
}


def supply_template(actor: Actor, **facts: Any) -> Template:
    """An approved template with conditions between its questions."""
    template = import_template(actor=actor, file=short_file(METADATA, LINES), **facts)
    return approve_template(actor=actor, template_id=template.pk)


def supply_version(actor: Actor) -> TemplateVersion:
    known = TemplateVersion.objects.filter(template__name="Supply").first()
    return known or TemplateVersion.objects.get(template=supply_template(actor))


def asked_for(librarian: Actor, requester: Actor, **facts: Any) -> ContractRequest:
    """A request of the requester by the librarian's template."""
    version = supply_version(librarian)
    given = {"title": "Bolts", "answers": ANSWERS, "counterparty": "Cirrus GmbH", **facts}
    return submit_request(actor=requester, template_version_id=version.pk, **given)


def assigned(librarian: Actor, requester: Actor, assignee: Actor, **facts: Any) -> ContractRequest:
    request = asked_for(librarian, requester, **facts)
    return assign_request(actor=assignee, request_id=request.pk, assignee_id=assignee.person_id)
