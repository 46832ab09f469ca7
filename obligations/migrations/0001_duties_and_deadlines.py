import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import clm.access.base


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contracts", "0001_tables"),
        ("documents", "0001_blobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Obligation",
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
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("ended", "Ended")], default="active", max_length=12
                    ),
                ),
                ("is_ours", models.BooleanField(default=True, verbose_name="we owe it")),
                (
                    "recurrence",
                    models.CharField(
                        choices=[("once", "once"), ("days", "every so many days"), ("months", "every so many months")],
                        default="once",
                        max_length=8,
                        verbose_name="recurs",
                    ),
                ),
                ("interval", models.PositiveIntegerField(default=1, verbose_name="interval")),
                ("first_due_on", models.DateField(verbose_name="first due on")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("proof_required", models.CharField(blank=True, max_length=300, verbose_name="what proves it")),
                ("remind_days", models.PositiveIntegerField(default=14, verbose_name="remind this many days before")),
                ("occurrences_due_at", models.DateTimeField(editable=False, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="obligations", to="contracts.contract"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "passage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.passage",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "active")), fields=["occurrences_due_at"], name="obligation_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("interval__gte", 1)), name="obligation_interval"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gte", models.F("first_due_on")), _connector="OR"
                        ),
                        name="obligation_span",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Occurrence",
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
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("upcoming", "Upcoming"),
                            ("due", "Due"),
                            ("submitted", "Submitted"),
                            ("fulfilled", "Fulfilled"),
                            ("overdue", "Overdue"),
                            ("waived", "Waived"),
                            ("disputed", "Disputed"),
                        ],
                        default="upcoming",
                        max_length=12,
                    ),
                ),
                ("proof", models.TextField(blank=True)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="occurrences", to="contracts.contract"
                    ),
                ),
                (
                    "obligation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occurrences",
                        to="obligations.obligation",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "proof_blob",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
            ],
            options={
                "ordering": ["due_on"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="occurrence_next"
                    ),
                    models.Index(fields=["organization", "state", "due_on"], name="occurrence_state"),
                ],
                "constraints": [models.UniqueConstraint(fields=("obligation", "due_on"), name="occurrence_once")],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
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
                ("term_number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("notice", "Last day of notice"), ("renewal", "Renews by itself"), ("end", "Ends")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Ahead"),
                            ("decided", "Decided"),
                            ("passed", "Passed"),
                            ("withdrawn", "No longer applies"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("due_on", models.DateField()),
                ("closes_at", models.DateTimeField()),
                ("time_zone", models.CharField(max_length=64)),
                (
                    "remind_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                ("next_reminder_at", models.DateTimeField(null=True)),
                ("trace", models.JSONField(default=dict)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deadlines", to="contracts.contract"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["due_on"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["next_reminder_at"], name="deadline_reminder"
                    ),
                    models.Index(fields=["organization", "state", "due_on"], name="deadline_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "term_number", "kind"), name="deadline_once")
                ],
            },
        ),
    ]
