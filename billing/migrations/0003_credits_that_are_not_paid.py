from django.db import migrations, models

from clm.lib.protection import protect_rows

_FIXED = "an issued credit note never changes"
_BEFORE = protect_rows("billing_creditnote", mutable=["blob_id", "settled_by_id"], message=_FIXED)


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_protect_money")]

    operations = [
        migrations.AddField(
            model_name="creditnote", name="overdue_on", field=models.DateField(null=True, verbose_name="not paid since")
        ),
        migrations.AddIndex(
            model_name="creditnote",
            index=models.Index(
                condition=models.Q(("overdue_on", None), ("settled_by", None)),
                fields=["issued_on"],
                name="credit_note_unpaid",
            ),
        ),
        migrations.RunSQL(sql=_BEFORE.reverse_sql, reverse_sql=_BEFORE.sql),
        protect_rows("billing_creditnote", mutable=["blob_id", "settled_by_id", "overdue_on"], message=_FIXED),
        # Once it is noted, it stays.
        protect_rows(
            "billing_creditnote",
            condition="OLD.overdue_on IS NOT NULL",
            mutable=["blob_id", "settled_by_id"],
            message="since when a credit was not paid never changes",
            name="protect_overdue",
        ),
    ]
