"""Two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.lib.errors import DomainError
from contracts.models import Template, TemplateVersion
from contracts.operations.templates.import_template import import_template
from contracts.operations.templates.recompose_template import recompose_template
from contracts.queries.templates import TemplateFile
from tests.cast import make_cast
from tests.contracts.library_of import short_file
from tests.contracts.templates.composed import composed_template, composition


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_name_make_one_template() -> None:
    cast = make_cast("acme")
    file: TemplateFile = short_file()

    def attempt(role: str) -> str:
        try:
            with organization_scope(cast.organization.pk):
                import_template(actor=cast[role], file=file)
            return "imported"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, ["legal", "administrator"]))

    assert answers == ["imported", "template_known"]
    with organization_scope(cast.organization.pk):
        assert Template.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_next_versions_that_began_alike_one_is_kept() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        template = composed_template(cast["legal"])

    def attempt(role: str) -> str:
        try:
            with organization_scope(cast.organization.pk):
                given = composition(title=f"Of {role}")
                recompose_template(actor=cast[role], template_id=template.pk, composition=given, seen=1)
            return "kept"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(attempt, ["legal", "administrator"]))

    assert answers == ["changed_meanwhile", "kept"]
    with organization_scope(cast.organization.pk):
        assert TemplateVersion.objects.filter(template=template).count() == 2
