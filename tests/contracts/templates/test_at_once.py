"""Two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.lib.errors import DomainError
from contracts.models import Template
from contracts.operations.templates.import_template import import_template
from contracts.queries.templates import TemplateFile
from tests.cast import make_cast
from tests.contracts.library_of import short_file


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
