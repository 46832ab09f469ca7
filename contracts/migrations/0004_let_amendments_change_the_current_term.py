from django.db import migrations

from clm.lib.protection import protect_rows

UNPROTECT = """
DROP TRIGGER protect_contracts_term ON contracts_term; DROP FUNCTION protect_contracts_term();
DROP TRIGGER protect_contracts_term_truncate ON contracts_term; DROP FUNCTION protect_contracts_term_truncate();
"""
strict = protect_rows("contracts_term", message="terms that began never change")


class Migration(migrations.Migration):
    """A term that another one follows never changes; of the newest one only what an amendment may give other values."""

    dependencies = [("contracts", "0003_count_contracts_from_the_index")]

    operations = [
        migrations.RunSQL(sql=UNPROTECT, reverse_sql=strict.sql),
        protect_rows(
            "contracts_term",
            condition="EXISTS (SELECT 1 FROM contracts_term later"
            " WHERE later.contract_id = OLD.contract_id AND later.number > OLD.number)",
            message="terms that are over never change",
            name="protect_past",
        ),
        protect_rows(
            "contracts_term",
            mutable=("ends_on", "notice_deadline", "notice_closes_at", "trace", "version_id"),
            message="a term keeps its number, its start and its contract",
            name="protect_current",
        ),
    ]
