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
            mutable=["blob_id", "settled_by_id"],
            message="an issued credit note never changes",
        ),
        protect_rows("billing_reconciliation", message="a reconciliation never changes"),
    ]
