import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import clm.access.base
from clm.lib.protection import protect_rows
from contracts.states import disposing


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_pause_mail"),
        ("contracts", "0009_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
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
                ("is_tracked", models.BooleanField()),
                ("reads_back", models.BooleanField()),
                ("remarks", models.JSONField(default=list)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "sent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.version"
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipt", to="contracts.version"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Change",
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
                ("position", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("changed", "Changed"),
                            ("added", "Added"),
                            ("removed", "Removed"),
                            ("moved", "Moved"),
                            ("level", "Other level"),
                            ("header", "Header"),
                            ("footer", "Footer"),
                            ("fields", "Form fields"),
                            ("pictures", "Pictures and drawings"),
                            ("struck", "Struck words"),
                            ("objects", "Embedded files"),
                        ],
                        max_length=8,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40)),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("old_text", models.TextField(blank=True)),
                ("new_text", models.TextField(blank=True)),
                ("old_level", models.PositiveSmallIntegerField(null=True)),
                ("new_level", models.PositiveSmallIntegerField(null=True)),
                (
                    "tracking",
                    models.CharField(
                        choices=[
                            ("tracked", "Tracked"),
                            ("partly", "Partly without tracking"),
                            ("silent", "Without tracking"),
                            ("here", "Written here"),
                        ],
                        max_length=8,
                    ),
                ),
                ("author", models.CharField(blank=True, max_length=300)),
                ("changed_at", models.DateTimeField(null=True)),
                ("marks", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To decide"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("countered", "Countered"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("counter", models.TextField(blank=True, verbose_name="our words")),
                ("undo", models.JSONField(default=dict)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="contracts.contract"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draft_clause",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.draftclause",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "received_clause",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.clause"
                    ),
                ),
                (
                    "sent_clause",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.clause"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="contracts.version"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "indexes": [models.Index(fields=["contract", "state"], name="change_open_of_contract")],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "position"), name="change_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(("state", "open"), _negated=True),
                            _connector="OR",
                        ),
                        name="change_decided",
                    ),
                ],
            },
        ),
        protect_rows(
            "contracts_receipt",
            unless=disposing("(SELECT contract_id FROM contracts_version WHERE id = OLD.version_id)"),
            message="what came back stays as it came",
        ),
        protect_rows(
            "contracts_change",
            unless=disposing("OLD.contract_id"),
            mutable=("state", "decided_by_id", "decided_at", "counter", "draft_clause_id", "undo"),
            message="what came back stays as it came",
        ),
    ]
