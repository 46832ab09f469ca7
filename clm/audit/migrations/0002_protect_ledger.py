from django.db import migrations

from clm.lib.protection import protect_rows


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_ledger_and_transitions")]

    operations = [
        protect_rows(
            "audit_ledgerentry",
            mutable=["sequence", "previous_hash", "hash"],
            message="the ledger is append-only",
        ),
        protect_rows(
            "audit_ledgerentry",
            condition="OLD.sequence IS NOT NULL",
            message="a chained entry never changes",
            name="seal",
        ),
        protect_rows(
            "audit_chainhead",
            condition="TG_OP = 'DELETE' OR NEW.sequence < OLD.sequence",
            message="the head of the chain only moves forwards",
        ),
        protect_rows("audit_headseal", message="a seal never changes"),
        protect_rows("audit_transition", message="transitions are append-only"),
    ]
