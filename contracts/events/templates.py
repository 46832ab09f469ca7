"""Facts about the library: one function per fact, which builds its payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import Drafting, Template, TemplateVersion


def template_imported(template: Template) -> Event:
    names = ("name", "category", "risk", "owner_id")
    return _template("template.imported", "contracts.import_template", template, after=_facts(template, names))


def template_composed(template: Template) -> Event:
    names = ("name", "category", "risk", "owner_id")
    return _template("template.composed", "contracts.compose_template", template, after=_facts(template, names))


def template_version_added(version: TemplateVersion, verb: str = "contracts.add_template_version") -> Event:
    after = {
        "number": version.number,
        "file_name": version.file_name,
        "document": version.blob.sha256,
        "fields": len(version.fields),
        "license": version.license,
    }
    return Event(
        type="template.version_added",
        verb=verb,
        subject=version,
        after=after,
        payload={"template_id": version.template_id, "template_version_id": version.pk, "number": version.number},
        reason=version.note,
    )


def template_changed(template: Template, before: Mapping[str, Any], after: Mapping[str, Any], reason: str) -> Event:
    """Of the facts those that differ, and the date of the review where it moved with them."""
    verb = "contracts.change_template"
    payload = {"changed": sorted(after), "review_on": template.review_on}
    return _template("template.changed", verb, template, before=before, after=after, payload=payload, reason=reason)


def template_approved(template: Template, version: TemplateVersion, previous: str) -> Event:
    after = {"state": template.state, "version": version.number, "review_on": template.review_on}
    return _template(
        "template.approved",
        "contracts.approve_template",
        template,
        before={"state": previous},
        after=after,
        payload={"template_version_id": version.pk, "review_on": template.review_on},
    )


def template_retired(template: Template, previous: str, reason: str) -> Event:
    return _template(
        "template.retired",
        "contracts.retire_template",
        template,
        before={"state": previous},
        after={"state": template.state},
        reason=reason,
    )


def template_review_due(template: Template, *, days_left: int) -> Event:
    """Below zero it is overdue."""
    after = {"review_on": template.review_on, "days_left": days_left}
    return _template("template.review_due", "contracts.remind_template_review", template, after=after)


def contract_drafted(drafting: Drafting, tied: int = 0) -> Event:
    """`tied` is how many of its clauses have words of the library."""
    version, source = drafting.version, drafting.template_version
    after = {"template_version": source.pk, "template": source.template.name, "number": source.number}
    return Event(
        type="contract.drafted",
        verb="contracts.draft_from_template",
        subject=drafting,
        contract_id=version.contract_id,
        after=after | ({"library_clauses": tied} if tied else {}),
        payload={
            "contract_id": version.contract_id,
            "version_id": version.pk,
            "template_id": source.template_id,
            "template_version_id": source.pk,
        },
    )


def _facts(template: Template, names: tuple[str, ...]) -> dict[str, Any]:
    return {name.removesuffix("_id"): getattr(template, name) for name in names}


def _template(
    type_: str,
    verb: str,
    template: Template,
    *,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=template,
        before=before or {},
        after=after,
        payload={"template_id": template.pk, **(payload or {})},
        reason=reason,
    )
