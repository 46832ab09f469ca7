"""What contracts' things are called where a history names them: never more than their own page says to its readers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from clm.audit.wording import register_namer
from contracts.models import (
    Clause,
    Contract,
    LibraryClause,
    LibraryClauseVersion,
    Party,
    TemplateVersion,
    Version,
)


def _contracts(ids: set[UUID]) -> Mapping[UUID, str]:
    """By reference alone: a history may be read by who does not see the other contract."""
    return dict(Contract.objects.filter(pk__in=ids).values_list("pk", "reference"))


def _versions(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = Version.objects.filter(pk__in=ids).values_list("pk", "number")
    return {pk: _("Version %(number)s") % {"number": number} for pk, number in rows}


def _clauses(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = Clause.objects.filter(pk__in=ids).values_list("pk", "number", "heading")
    return {pk: f"{number} {heading}".strip() for pk, number, heading in rows}


def _parties(ids: set[UUID]) -> Mapping[UUID, str]:
    return dict(Party.objects.filter(pk__in=ids).values_list("pk", "name"))


def _library(ids: set[UUID]) -> Mapping[UUID, str]:
    return dict(LibraryClause.objects.filter(pk__in=ids).values_list("pk", "title"))


def _library_versions(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = LibraryClauseVersion.objects.filter(pk__in=ids).values_list("pk", "clause__title", "number")
    return {pk: _("%(title)s, version %(number)s") % {"title": title, "number": number} for pk, title, number in rows}


def _template_versions(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = TemplateVersion.objects.filter(pk__in=ids).values_list("pk", "template__name", "number")
    return {pk: _("%(title)s, version %(number)s") % {"title": name, "number": number} for pk, name, number in rows}


def register() -> None:
    for namer in (_contracts, _versions, _clauses, _parties, _library, _library_versions, _template_versions):
        register_namer(namer)
