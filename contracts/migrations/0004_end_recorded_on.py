from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_discard_imports")]

    operations = [
        migrations.AddField("contract", "end_recorded_on", models.DateField(editable=False, null=True)),
    ]
