"""Compositions for tests."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from clm.lib.actor import Actor
from contracts.models import LibraryClauseVersion, Template
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.compose_template import compose_template

YES: dict[str, Any] = {"field": "has_fee", "in": [True]}
QUESTIONS: list[dict[str, Any]] = [
    {"name": "party", "type": "string", "label": "Who", "required": True},
    {"name": "has_fee", "type": "boolean", "label": "Has fee"},
    {"name": "fee", "type": "number", "label": "Fee", "condition": YES},
    {
        "name": "services", "type": "array", "label": "Services",
        "items": [
            {"name": "what", "type": "string", "label": "What"},
            {"name": "price", "type": "number", "label": "Price"},
        ],
    },
    {"name": "law", "type": "enum", "label": "Law", "options": ["Delaware", "New York"], "default": "Delaware"},
]  # fmt: skip
ANSWERS: dict[str, Any] = {
    "party": "Cirrus GmbH",
    "has_fee": True,
    "fee": "100",
    "services": [{"what": "Hosting", "price": "12"}, {"what": "Support", "price": "3.50"}],
}


def composition(*positions: tuple[LibraryClauseVersion, str], **more: Any) -> dict[str, Any]:
    """A preamble, services by entry, a fee under a condition, the positions of the library, the law."""
    library = [{"library": {"version": str(version.pk), "position": name}} for version, name in positions]
    sections: list[dict[str, Any]] = [
        {
            "heading": "",
            "numbered": False,
            "clauses": [{"text": "This is between us and {party}. [As it is written.]"}],
        },
        {
            "heading": "Services",
            "clauses": [
                {"heading": "Scope", "text": "We provide:\n- what is named below\n- nothing else"},
                {
                    "heading": "{$entry.what}",
                    "text": "{$entry.what} costs {$entry.price} a month.",
                    "repeat": "services",
                },
                {"level": 2, "text": "Its price stays as it is where the law of {law} allows it."},
            ],
        },
        {"heading": "Fee", "condition": YES, "clauses": [{"text": "The fee is {fee}."}]},
        *([{"heading": "Standard terms", "clauses": library}] if library else []),
        {
            "heading": "Law",
            "clauses": [
                {"text": "The law of {law} governs."},
                {"text": "New York has courts.", "condition": {"field": "law", "in": ["New York"]}},
            ],
        },
    ]
    return {"title": "Agreement with {party}", "questions": deepcopy(QUESTIONS), "sections": sections, **more}


def composed_template(actor: Actor, *positions: tuple[LibraryClauseVersion, str], **facts: Any) -> Template:
    given: dict[str, Any] = {"name": "Written services", "category": "services", **facts}
    return compose_template(actor=actor, composition=composition(*positions), **given)


def approved_composed(actor: Actor, *positions: tuple[LibraryClauseVersion, str], **facts: Any) -> Template:
    return approve_template(actor=actor, template_id=composed_template(actor, *positions, **facts).pk)
