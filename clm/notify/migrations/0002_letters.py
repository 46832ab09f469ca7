import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import clm.access.base


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_teams_and_delegations"),
        ("notify", "0001_inbox"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=clm.access.base.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("kind", models.CharField(max_length=60)),
                (
                    "channel",
                    models.CharField(choices=[("mail", "E-mail"), ("sms", "SMS")], default="mail", max_length=4),
                ),
                ("to_name", models.CharField(blank=True, max_length=200)),
                ("to_address", models.CharField(max_length=254)),
                ("subject_type", models.CharField(max_length=64)),
                ("subject_id", models.UUIDField()),
                ("dedupe_key", models.CharField(max_length=200)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="letter_waiting"
                    ),
                    models.Index(fields=["subject_id", "kind"], name="letter_about"),
                ],
                "constraints": [models.UniqueConstraint(fields=("organization", "dedupe_key"), name="letter_once")],
            },
        ),
    ]
