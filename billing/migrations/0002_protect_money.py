from django.db import migrations

from clm.lib.protection import protect_rows


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_fees_credits_invoices")]

    operations = [
        protect_rows(
            "billing_credit",
            mutable=["state", "decided_by_id", "reason"],
            message="the figures of a credit never change",
        ),
        protect_rows(
            "billing_creditnote",
            mutable=["blob_id", "settled_by_id", "overdue_on"],
            message="an issued credit note never changes",
        ),
        # Once it is noted, it stays.
        protect_rows(
            "billing_creditnote",
            condition="OLD.overdue_on IS NOT NULL",
            mutable=["blob_id", "settled_by_id"],
            message="since when a credit was not paid never changes",
            name="protect_overdue",
        ),
        protect_rows("billing_reconciliation", message="a reconciliation never changes"),
    ]
