"""A contract is drafted from the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.engine.questionnaire import as_json
from contracts.events import templates as events
from contracts.models import Clause, Contract, Drafting, Template, TemplateVersion, Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.papers import Paper, put_paper
from contracts.queries.compositions import ties_in
from contracts.queries.templates import checked_answers, make_paper, version_rows
from contracts.states import TemplateState


def draft_from_template(
    *,
    actor: Actor,
    template_version_id: UUID,
    answers: Mapping[str, Any],
    title: str,
    paper: Paper | None = None,
    **facts: Any,
) -> Contract:
    """A draft contract with version 1 as the answers make it, and the answers kept beside it; clauses whose words are
    the library's are tied to its positions. `facts` are those of
    `create_contract`; the type is the template's unless given. In a transaction of your own make and put the paper
    before: see `make_paper` and `put_paper`.

    Raises Invalid `answers_wrong`, DomainError `template_not_approved`.
    """
    require(actor, "contracts.draft_from_template")
    source = get_visible(actor, version_rows(), template_version_id)
    check_in_use(source.template, source)
    paper = put_paper(actor, paper or make_paper(source, answers))
    values = checked_answers(source, answers)
    with transaction.atomic():
        check_in_use(lock_row(Template, source.template_id), source)
        contract = create_contract(actor=actor, title=title, **{"category": source.template.category, **facts})
        note = _("Drafted from %(template)s, version %(number)s.")
        version = add_version(
            actor=actor,
            contract_id=contract.pk,
            paper=paper,
            note=note % {"template": source.template.name, "number": source.number},
            attribution=source.attribution,
        )
        tied = _tie(version, source, values)
        record(actor, events.contract_drafted(_keep(actor, version, source, values), tied))
    return contract


def check_in_use(template: Template, version: TemplateVersion) -> None:
    """Raise DomainError `template_not_approved` unless this version may be drafted from."""
    if template.state != TemplateState.APPROVED or version.approved_at is None:
        raise DomainError("template_not_approved", _("This version of the template is not approved for use."))


def _tie(version: Version, source: TemplateVersion, values: Mapping[str, Any]) -> int:
    """How many clauses are tied to the positions that the template was made of."""
    clauses = list(Clause.objects.filter(version=version).order_by("position"))
    ties = ties_in(source, values, clauses)
    for place, tie in ties.items():
        clauses[place].library_version_id, clauses[place].library_position = UUID(tie.version), tie.position
    Clause.objects.bulk_update([clauses[place] for place in ties], ["library_version", "library_position"], 500)
    return len(ties)


def _keep(actor: Actor, version: Version, source: TemplateVersion, values: Mapping[str, Any]) -> Drafting:
    return Drafting.objects.create(
        organization_id=actor.organization_id,
        version=version,
        template_version=source,
        answers={name: as_json(value) for name, value in values.items()},
        created_at=clock.now(),
    )
