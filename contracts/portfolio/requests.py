"""Templates and requests of the first portfolio: open standard agreements, approved, and what was asked for by them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from clm.lib import clock
from clm.lib.actor import Actor
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.adapters.template_metadata import read_metadata
from contracts.models import ContractRequest, Template, TemplateVersion
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.decline_request import decline_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.requests.submit_request import submit_request
from contracts.operations.requests.withdraw_request import withdraw_request
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.import_template import import_template
from contracts.queries.templates import TemplateFile, read_template
from contracts.states import TemplateState

DATA = Path(__file__).with_name("data")
TEMPLATES = DATA / "templates"
HOUSE = "northwind"  # the organization whose people ask
# Folder -> the name it has in the library, and its risk.
NAMES = {
    "common-paper-csa-with-sla": ("Cloud service agreement with SLA", Template.Risk.HIGH),
    "common-paper-order-form": ("Order form for a cloud service", Template.Risk.STANDARD),
    "common-paper-mutual-nda": ("Mutual NDA (Common Paper)", Template.Risk.STANDARD),
    "bonterms-mutual-nda": ("Mutual NDA (Bonterms)", Template.Risk.STANDARD),
}
APPROVED_DAYS_AGO = 30


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """The templates of one organization, and of the first one its requests. What is there already is left alone."""
    entries = _entries() if slug == HOUSE else []
    total = len(NAMES) + len(entries)
    for done, (folder, (name, risk)) in enumerate(NAMES.items(), 1):
        _shelve(cast["legal"], folder, name, risk)
        report(done, total)
    for done, entry in enumerate(entries, len(NAMES) + 1):
        if not ContractRequest.objects.filter(title=entry["title"]).exists():
            _ask(cast, entry)
        report(done, total)


@lru_cache
def _entries() -> list[dict[str, Any]]:
    """The oldest first, so that their numbers follow their days."""
    found: list[dict[str, Any]] = json.loads((DATA / "requests.json").read_text())
    return sorted(found, key=lambda entry: -int(entry["hours_ago"]))


@lru_cache
def shipped_template(folder: str) -> TemplateFile:
    """The template, read once for all organizations."""
    place = TEMPLATES / folder
    rules = [place / name for name in ("selections.json", "replacements.json")]
    read = [path.read_bytes() if path.exists() else b"" for path in rules]
    metadata = read_metadata((place / "metadata.yaml").read_bytes(), *read)
    return read_template((place / "template.docx").read_bytes(), f"{folder}.docx", metadata)


def _shelve(legal: Actor, folder: str, name: str, risk: str) -> None:
    with clock.set_to(clock.now() - timedelta(days=APPROVED_DAYS_AGO)):
        template = Template.objects.filter(name=name).exclude(state=TemplateState.RETIRED).first()
        template = template or import_template(actor=legal, file=shipped_template(folder), name=name, risk=risk)
        if template.state == TemplateState.DRAFT:
            approve_template(actor=legal, template_id=template.pk)


def _ask(cast: Cast, entry: Mapping[str, Any]) -> None:
    """Each step happens on its own day."""
    begun = clock.now() - timedelta(hours=entry["hours_ago"])
    version = TemplateVersion.objects.filter(template__name=NAMES[entry["template"]][0]).latest("number")
    facts = {name: entry[name] for name in ("title", "counterparty", "reason", "priority")}
    facts["answers"] = {name: _dated(value, begun) for name, value in entry["answers"].items()}
    if "wanted_in_days" in entry:
        facts["wanted_by"] = clock.today() + timedelta(days=entry["wanted_in_days"])
    with clock.set_to(begun):
        request = submit_request(
            actor=cast[entry["by"]],
            template_version_id=version.pk,
            is_confidential=entry.get("is_confidential", False),
            value_amount=entry.get("value_amount"),
            currency=entry.get("currency", ""),
            **facts,
        )
    for number, step in enumerate(entry.get("steps", []), 1):
        _take(cast, request, step, begun + timedelta(hours=number))


def _dated(answer: Any, begun: datetime) -> Any:
    """Where a date is left open it is two weeks after the request."""
    return (begun + timedelta(days=14)).date().isoformat() if answer is None else answer


def _take(cast: Cast, request: ContractRequest, step: Mapping[str, str], at: datetime) -> None:
    verb, actor = STEPS[step["verb"]], cast[step["by"]]
    words = {name: text for name, text in step.items() if name not in ("verb", "by")}
    if step["verb"] == "assign":
        words = {"assignee_id": actor.person_id}  # type: ignore[dict-item]
    with clock.set_to(min(at, clock.now())):
        verb(actor=actor, request_id=request.pk, **words)


STEPS: dict[str, Callable[..., Any]] = {
    "assign": assign_request,
    "ask": ask_requester,
    "decline": decline_request,
    "withdraw": withdraw_request,
    "draft": draft_request,
}


def register() -> None:
    register_stage(Stage(key="requests", title="Templates and requests", order=14, load=load))
