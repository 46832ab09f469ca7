"""The template of the first portfolio that is written here: own words around clauses of the library, approved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from clm.lib import clock
from clm.portfolio.registry import Cast, Stage, register_stage
from contracts.models import LibraryClauseVersion, Template
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.compose_template import compose_template
from contracts.states import LibraryVersionState, TemplateState

DATA = Path(__file__).with_name("data") / "services_agreement.json"
APPROVED_DAYS_AGO = 20


def load(cast: Cast, slug: str, report: Callable[[int, int], None]) -> None:
    """The services agreement of one organization. What is there already is left alone. It has the library's first
    words: where these were changed since, its page offers the newer ones."""
    given = _given()
    with clock.set_to(clock.now() - timedelta(days=APPROVED_DAYS_AGO)):
        template = Template.objects.filter(name=given["name"]).exclude(state=TemplateState.RETIRED).first()
        if template is None:
            facts = {name: given[name] for name in ("name", "description", "category", "risk")}
            template = compose_template(actor=cast["legal"], composition=_shelved(given["composition"]), **facts)
        if template.state == TemplateState.DRAFT:
            approve_template(actor=cast["legal"], template_id=template.pk)
    report(1, 1)


@lru_cache
def _given() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text())
    return found


def _shelved(composition: Mapping[str, Any]) -> dict[str, Any]:
    """The composition with the library's clauses, which the file names by their titles."""
    rows = LibraryClauseVersion.objects.filter(state=LibraryVersionState.APPROVED).select_related("clause")
    first: dict[str, LibraryClauseVersion] = {row.clause.title: row for row in rows.order_by("-number")}
    found = deepcopy(dict(composition))
    for section in found["sections"]:
        for clause in section["clauses"]:
            if "library" in clause:
                named = clause["library"]
                clause["library"] = {"version": str(first[named["title"]].pk), "position": named["position"]}
    return found


def register() -> None:
    register_stage(Stage(key="written_templates", title="Written templates", order=15, load=load))
