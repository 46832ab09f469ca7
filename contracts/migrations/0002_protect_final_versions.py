from django.db import migrations

from clm.lib.protection import protect_rows
from contracts.states import disposing


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_parties_contracts_versions_terms")]

    operations = [
        protect_rows(
            "contracts_version",
            unless=disposing("OLD.contract_id"),
            condition="OLD.state <> 'draft'",
            message="a version that left draft never changes",
        ),
        protect_rows(
            "contracts_clause",
            unless=disposing("(SELECT contract_id FROM contracts_version WHERE id = OLD.version_id)"),
            condition="(SELECT state FROM contracts_version WHERE id = OLD.version_id) <> 'draft'",
            message="the clauses of a version that left draft never change",
        ),
        protect_rows(
            "contracts_terms",
            condition="(SELECT state FROM contracts_version WHERE id = OLD.version_id) <> 'draft'",
            message="the terms of a version that left draft never change",
        ),
        protect_rows(
            "contracts_passage",
            unless=disposing("(SELECT contract_id FROM contracts_version WHERE id = OLD.version_id)"),
            message="a marked passage never changes",
        ),
        protect_rows(
            "contracts_renewaldecision", unless=disposing("OLD.contract_id"), message="decisions are append-only"
        ),
        protect_rows("contracts_term", message="terms that began never change"),
    ]
