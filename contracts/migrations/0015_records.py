import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import clm.access.base
from clm.lib.protection import protect_rows
from contracts.states import disposing

# True only within the transaction that disposes of this contract, where two people agreed to it, until it is done.
_DISPOSING = """
CREATE FUNCTION contracts_is_disposing(contract uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('covenant.disposing', true), '') <> contract::text THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM contracts_disposal d JOIN contracts_contract c ON c.id = d.contract_id
        WHERE d.contract_id = contract AND d.state = 'approved' AND c.state <> 'disposed'
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_teams_and_delegations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contracts", "0014_repository"),
    ]

    operations = [
        migrations.CreateModel(
            name="Matter",
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
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="what it is about")),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "constraints": [models.UniqueConstraint(fields=("organization", "name"), name="matter_name_once")],
            },
        ),
        migrations.CreateModel(
            name="MatterContract",
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
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="matters", to="contracts.contract"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="contracts.matter"
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
                "constraints": [models.UniqueConstraint(fields=("matter", "contract"), name="contract_once_in_matter")],
            },
        ),
        migrations.CreateModel(
            name="RetentionRule",
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
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("master", "Master agreement"),
                            ("cloud", "Cloud or software service"),
                            ("hosting", "Hosting or outsourcing"),
                            ("sla", "Service level agreement"),
                            ("nda", "Non-disclosure agreement"),
                            ("dpa", "Data processing agreement"),
                            ("services", "Professional services"),
                            ("order", "Order form"),
                            ("license", "Licence"),
                            ("distribution", "Distribution or reseller"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
                ("jurisdiction", models.CharField(blank=True, max_length=6, verbose_name="jurisdiction")),
                ("keep_months", models.PositiveSmallIntegerField(verbose_name="kept for")),
                (
                    "counts_from",
                    models.CharField(
                        choices=[
                            ("end", "The day it ended"),
                            ("year_end", "The end of the calendar year in which it ended"),
                        ],
                        default="end",
                        max_length=8,
                        verbose_name="counted from",
                    ),
                ),
                ("basis", models.TextField(verbose_name="rests on")),
                ("retired_at", models.DateTimeField(editable=False, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("organization", "name"),
                        name="retention_rule_name_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("keep_months__range", (1, 1200))), name="retention_rule_bounds"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disposal",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for approval"),
                            ("withdrawn", "Withdrawn"),
                            ("refused", "Refused"),
                            ("approved", "Disposed of"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                ("until", models.DateField(verbose_name="kept until")),
                ("trace", models.JSONField(default=dict)),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("removed", models.JSONField(default=dict)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disposals", to="contracts.contract"
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
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("proposed", "approved"))),
                        fields=("contract",),
                        name="disposal_once_per_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("proposed", "withdrawn")),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="disposal_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="disposal_takes_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
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
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("reason", models.TextField(verbose_name="why")),
                ("released_at", models.DateTimeField(null=True, verbose_name="released")),
                ("release_reason", models.TextField(blank=True, verbose_name="why it was released")),
                (
                    "contract",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="contracts.contract",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="contracts.party",
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="contracts.matter",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at", None)), fields=["contract"], name="hold_on_contract"
                    ),
                    models.Index(condition=models.Q(("released_at", None)), fields=["party"], name="hold_on_party"),
                    models.Index(condition=models.Q(("released_at", None)), fields=["matter"], name="hold_on_matter"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contract__isnull", False), ("matter", None), ("party", None)),
                            models.Q(("contract", None), ("matter", None), ("party__isnull", False)),
                            models.Q(("contract", None), ("matter__isnull", False), ("party", None)),
                            _connector="OR",
                        ),
                        name="hold_covers_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", None)),
                            models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="hold_released_by_somebody",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="contract",
            name="ended_on",
            field=models.DateField(editable=False, null=True, verbose_name="ended on"),
        ),
        migrations.AddField(
            model_name="contract",
            name="jurisdiction",
            field=models.CharField(blank=True, max_length=6, verbose_name="governing law"),
        ),
        migrations.AddField(
            model_name="contract",
            name="kept_until",
            field=models.DateField(editable=False, null=True, verbose_name="kept until"),
        ),
        migrations.CreateModel(
            name="Reading",
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
                ("on", models.DateField()),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contracts.contract"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["on"], name="reading_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "on", "user", "contract"), name="reading_once_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UnusualReading",
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
                ("on", models.DateField(verbose_name="day")),
                ("opened", models.PositiveIntegerField(verbose_name="contracts opened")),
                ("trace", models.JSONField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "user", "on"), name="unusual_reading_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Termination",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("announced", "Notice given"),
                            ("effective", "In effect"),
                            ("withdrawn", "Withdrawn"),
                            ("overtaken", "Ended otherwise"),
                        ],
                        default="announced",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("convenience", "For convenience"),
                            ("cause", "For cause"),
                            ("agreement", "By agreement"),
                        ],
                        max_length=12,
                        verbose_name="how",
                    ),
                ),
                ("reason", models.TextField(verbose_name="why")),
                ("notice_on", models.DateField(verbose_name="notice given on")),
                ("notice_length", models.PositiveSmallIntegerField(default=0, verbose_name="notice period")),
                (
                    "notice_unit",
                    models.CharField(
                        choices=[("days", "days"), ("months", "months"), ("business_days", "business days")],
                        default="days",
                        max_length=16,
                    ),
                ),
                ("ends_on", models.DateField(verbose_name="ends on")),
                ("due_at", models.DateTimeField(editable=False, null=True)),
                ("trace", models.JSONField(default=dict)),
                ("withdrawn_reason", models.TextField(blank=True)),
                (
                    "announced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terminations",
                        to="contracts.contract",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "passage",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.passage",
                        verbose_name="rests on",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="termination_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "announced")),
                        fields=("contract",),
                        name="termination_announced_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("notice_on"))), name="termination_after_notice"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurvivingClause",
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
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.clause"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "termination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="surviving",
                        to="contracts.termination",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("termination", "clause"), name="clause_survives_once")],
            },
        ),
        migrations.CreateModel(
            name="TerminationItem",
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
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=200, verbose_name="what")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "termination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="contracts.termination"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("termination", "position"), name="termination_item_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("done_by", None)),
                            models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="termination_item_done_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_DISPOSING, "DROP FUNCTION contracts_is_disposing(uuid)"),
        protect_rows(
            "contracts_disposal",
            condition="OLD.state <> 'proposed'",
            unless=disposing("OLD.contract_id"),
            message="a decided disposal never changes",
        ),
        protect_rows(
            "contracts_legalhold", condition="OLD.released_at IS NOT NULL", message="a released hold never changes"
        ),
    ]
