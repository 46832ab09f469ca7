from django.db import migrations

from clm.lib.protection import protect_rows


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_blobs")]

    operations = [
        protect_rows("documents_blob", mutable=("storage_name",), message="what bytes are never changes"),
        # They are erased, and stored anew; never exchanged.
        protect_rows(
            "documents_blob",
            name="protect_place",
            condition="TG_OP = 'UPDATE' AND OLD.storage_name <> '' AND NEW.storage_name <> ''",
            message="where bytes lie never changes",
        ),
    ]
