import django.contrib.postgres.constraints
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
            name="Evaluation",
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
                ("revision", models.PositiveIntegerField()),
                ("unit", models.CharField(max_length=12)),
                ("good", models.DecimalField(decimal_places=6, max_digits=30)),
                ("bad", models.DecimalField(decimal_places=6, max_digits=30)),
                ("excluded", models.DecimalField(decimal_places=6, max_digits=30)),
                ("unmeasured", models.DecimalField(decimal_places=6, max_digits=30)),
                ("attainment", models.DecimalField(decimal_places=9, max_digits=30, null=True)),
                ("coverage_percent", models.DecimalField(decimal_places=9, max_digits=12, null=True)),
                ("target", models.DecimalField(decimal_places=6, max_digits=18)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("met", "Met"),
                            ("missed", "Missed"),
                            ("inconclusive", "Inconclusive"),
                            ("excluded", "Left out"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "light",
                    models.CharField(
                        choices=[
                            ("green", "On track"),
                            ("yellow", "At risk"),
                            ("red", "Missed"),
                            ("grey", "Not measured"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(max_length=120)),
                ("inputs", models.JSONField(default=dict)),
                ("trace", models.JSONField(default=dict)),
                ("evaluated_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "previous",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next",
                        to="slas.evaluation",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.version"
                    ),
                ),
            ],
            options={
                "ordering": ["-revision"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bad__gte", 0), ("excluded__gte", 0), ("good__gte", 0), ("unmeasured__gte", 0)
                        ),
                        name="quantities_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Service",
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="services", to="contracts.contract"
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
                "constraints": [models.UniqueConstraint(fields=("contract", "name"), name="service_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Indicator",
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
                ("key", models.CharField(max_length=120, verbose_name="telemetry key")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("uptime", "Uptime: share of time the service is up"),
                            ("ratio", "Ratio: good events of valid events"),
                            ("time_slice", "Time slices: share of slices whose condition holds"),
                            ("value", "Value: sum, average, minimum or maximum of a quantity"),
                        ],
                        max_length=12,
                        verbose_name="indicator",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=24, verbose_name="unit")),
                ("is_degraded_up", models.BooleanField(default=True, verbose_name="degraded counts as up")),
                ("slice_minutes", models.PositiveSmallIntegerField(default=5, verbose_name="slice in minutes")),
                (
                    "silence_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="a status is known for so many minutes"
                    ),
                ),
                (
                    "expected_every_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="telemetry is expected once in so many minutes"
                    ),
                ),
                ("condition_operator", models.CharField(blank=True, max_length=2)),
                ("condition_threshold", models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                ("aggregation", models.CharField(blank=True, max_length=8)),
                ("first_sample_at", models.DateTimeField(editable=False, null=True)),
                ("last_sample_at", models.DateTimeField(editable=False, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="indicators", to="slas.service"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization", "key"), name="indicator_key_once")],
            },
        ),
        migrations.CreateModel(
            name="Commitment",
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
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active"), ("ended", "Ended")],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("target", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="target")),
                (
                    "comparison",
                    models.CharField(
                        choices=[(">=", "≥"), ("<=", "≤")], default=">=", max_length=2, verbose_name="comparison"
                    ),
                ),
                (
                    "window_kind",
                    models.CharField(
                        choices=[
                            ("hour", "calendar hour"),
                            ("day", "calendar day"),
                            ("week", "calendar week"),
                            ("month", "calendar month"),
                            ("quarter", "calendar quarter"),
                            ("year", "calendar year"),
                            ("anniversary", "contract year"),
                            ("rolling", "rolling days"),
                        ],
                        default="month",
                        max_length=12,
                        verbose_name="window",
                    ),
                ),
                ("window_days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rolling days")),
                ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                ("starts_on", models.DateField(verbose_name="measured from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="measured until")),
                ("anchor_on", models.DateField(blank=True, null=True, verbose_name="contract years are counted from")),
                (
                    "maintenance_policy",
                    models.CharField(
                        choices=[
                            ("leaves_denominator", "leaves the denominator"),
                            ("counts_as_up", "counts as up"),
                            ("not_excused", "is not excused"),
                        ],
                        default="leaves_denominator",
                        max_length=20,
                        verbose_name="maintenance",
                    ),
                ),
                (
                    "missing_data_policy",
                    models.CharField(
                        choices=[
                            ("good", "counts as good"),
                            ("bad", "counts as bad"),
                            ("excluded", "is left out"),
                            ("inconclusive", "leaves the window inconclusive"),
                        ],
                        default="inconclusive",
                        max_length=16,
                        verbose_name="missing data",
                    ),
                ),
                (
                    "empty_policy",
                    models.CharField(
                        choices=[
                            ("met", "counts as 100 %"),
                            ("nothing", "counts as 0 %"),
                            ("excluded", "does not count"),
                            ("inconclusive", "leaves it undecided"),
                        ],
                        default="inconclusive",
                        max_length=12,
                        verbose_name="nothing to judge",
                    ),
                ),
                (
                    "interval_minutes",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="average of intervals of this many minutes"
                    ),
                ),
                ("coverage_threshold_percent", models.DecimalField(decimal_places=3, default=95, max_digits=6)),
                (
                    "warning_band",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=9, verbose_name="warning band above the target"
                    ),
                ),
                (
                    "minimum_outage_seconds",
                    models.PositiveIntegerField(
                        default=0, verbose_name="outages shorter than this many seconds do not count"
                    ),
                ),
                (
                    "whole_minutes",
                    models.BooleanField(default=False, verbose_name="only whole minutes of an outage count"),
                ),
                ("grace_hours", models.PositiveIntegerField(default=72, verbose_name="hours until a window closes")),
                (
                    "remedy_kind",
                    models.CharField(
                        choices=[
                            ("none", "no credit"),
                            ("tiers", "tiers of attainment"),
                            ("proportional", "in proportion to the outage"),
                            ("per_step", "for each step below the target"),
                        ],
                        default="none",
                        max_length=12,
                        verbose_name="credit",
                    ),
                ),
                (
                    "credit_base",
                    models.CharField(
                        choices=[
                            ("monthly_fee", "the monthly fee of the service"),
                            ("window_fee", "the fee for the window"),
                            ("fixed", "a fixed amount"),
                        ],
                        default="monthly_fee",
                        max_length=12,
                        verbose_name="credit is a share of",
                    ),
                ),
                ("fixed_base_amount", models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                ("step_percent", models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ("step_credit_percent", models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                (
                    "part_steps",
                    models.CharField(
                        choices=[
                            ("counted", "counts as a whole step"),
                            ("dropped", "does not count: full steps only"),
                            ("pro_rata", "counts pro rata"),
                        ],
                        default="counted",
                        max_length=8,
                        verbose_name="part of a step",
                    ),
                ),
                ("multiplier", models.DecimalField(decimal_places=4, default=1, max_digits=9)),
                (
                    "cap_window_percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        max_digits=9,
                        null=True,
                        verbose_name="cap per window, % of the base",
                    ),
                ),
                (
                    "cap_year_amount",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="cap per rolling year"
                    ),
                ),
                (
                    "cap_contract_amount",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="cap per contract"
                    ),
                ),
                (
                    "minimum_credit_amount",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="smallest credit"
                    ),
                ),
                (
                    "minimum_credit_is_exclusive",
                    models.BooleanField(default=False, verbose_name="a credit must exceed the smallest one"),
                ),
                (
                    "claim_length",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="time to claim a credit"),
                ),
                (
                    "claim_unit",
                    models.CharField(
                        choices=[
                            ("days", "days"),
                            ("business_days", "business days"),
                            ("months", "months"),
                            ("billing_cycles", "billing cycles, to the end of the last"),
                        ],
                        default="days",
                        max_length=16,
                    ),
                ),
                (
                    "claim_cycle_day",
                    models.PositiveSmallIntegerField(default=1, verbose_name="billing cycles begin on day"),
                ),
                ("preset", models.CharField(blank=True, max_length=60)),
                (
                    "watchers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "follows",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="slas.commitment",
                    ),
                ),
                ("windows_due_at", models.DateTimeField(editable=False, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="commitments", to="contracts.contract"
                    ),
                ),
                (
                    "created_by",
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
                (
                    "passage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="commitments", to="contracts.passage"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="commitments", to="contracts.version"
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="commitments", to="slas.indicator"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "active")), fields=["windows_due_at"], name="commitment_due"
                    ),
                    models.Index(fields=["organization", "state", "-id"], name="commitment_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("window_kind", "rolling"), _negated=True),
                            ("window_days__gte", 1),
                            _connector="OR",
                        ),
                        name="rolling_has_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                        name="commitment_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("remedy_kind", "per_step"), _negated=True),
                            models.Q(("step_credit_percent__gt", 0), ("step_percent__gt", 0)),
                            _connector="OR",
                        ),
                        name="steps_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credit_base", "fixed"), _negated=True),
                            models.Q(("currency__regex", "^[A-Z]{3}$"), ("fixed_base_amount__gt", 0)),
                            _connector="OR",
                        ),
                        name="fixed_base_has_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("claim_cycle_day__range", (1, 31))), name="cycle_day_of_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("interval_minutes", None), ("interval_minutes__gte", 1), _connector="OR"),
                        name="interval_not_empty",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluationWindow",
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
                ("is_rolling", models.BooleanField(default=False)),
                ("label", models.CharField(max_length=40)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("provisional", "Provisional"), ("closed", "Closed")],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "light",
                    models.CharField(
                        choices=[
                            ("green", "On track"),
                            ("yellow", "At risk"),
                            ("red", "Missed"),
                            ("grey", "Not measured"),
                        ],
                        default="grey",
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("interim", models.JSONField(default=dict)),
                (
                    "whole",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="slas.evaluationwindow",
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="windows", to="slas.commitment"
                    ),
                ),
                (
                    "latest",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="slas.evaluation"
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
                "ordering": ["-starts_at"],
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="window_due"),
                    models.Index(fields=["organization", "state", "light"], name="window_light"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("commitment", "starts_at"), name="window_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at__gte", models.F("ends_at")), ("ends_at__gt", models.F("starts_at"))
                        ),
                        name="window_span",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("is_rolling", False)),
                        expressions=[
                            ("commitment", "="),
                            (models.Func("starts_at", "ends_at", function="tstzrange"), "&&"),
                        ],
                        name="windows_do_not_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Breach",
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
                ("reference", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("acknowledged", "Acknowledged"),
                            ("resolved", "Resolved"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("evidence", models.JSONField(default=dict)),
                ("evidence_digest", models.CharField(max_length=64)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="breaches", to="contracts.contract"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="breaches", to="slas.commitment"
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="slas.evaluation"
                    ),
                ),
                (
                    "window",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="breach", to="slas.evaluationwindow"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "state", "-id"], name="breach_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "reference"), name="breach_reference_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceBundle",
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
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "breach",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bundles", to="slas.breach"
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="slas.evaluation"
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("maintenance", "Announced maintenance"),
                            ("customer", "Caused by the customer"),
                            ("force_majeure", "Force majeure"),
                            ("agreed", "Agreed"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("accepted", "Accepted"),
                            ("disputed", "Disputed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("announced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="slas.commitment"
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
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="exclusion_span"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outage",
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
                ("external_id", models.CharField(max_length=120)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("severity", models.CharField(blank=True, max_length=24)),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outages", to="slas.indicator"
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
                "indexes": [models.Index(fields=["indicator", "starts_at"], name="outage_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("indicator", "external_id"), name="outage_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gte", models.F("starts_at")), _connector="OR"),
                        name="outage_span",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "indicator_id", "at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "unknown"), (1, "up"), (2, "degraded"), (3, "down")], null=True
                    ),
                ),
                ("good", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("valid", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("value", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                (
                    "indicator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="samples",
                        to="slas.indicator",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__isnull", False),
                            models.Q(("good__gte", 0), ("valid__gte", models.F("good"))),
                            ("value__isnull", False),
                            _connector="OR",
                        ),
                        name="sample_says_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceReport",
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
                ("month", models.DateField()),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_reports",
                        to="contracts.contract",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TelemetryBatch",
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
                ("source", models.CharField(max_length=24)),
                ("digest", models.CharField(max_length=64)),
                ("received", models.PositiveIntegerField()),
                ("accepted", models.PositiveIntegerField()),
                ("replaced", models.PositiveIntegerField(default=0)),
                ("duplicates", models.PositiveIntegerField()),
                ("refused", models.PositiveIntegerField()),
                ("refusals", models.JSONField(default=list)),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                (
                    "contract_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CreditTier",
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
                ("below", models.DecimalField(decimal_places=6, max_digits=9)),
                ("at_or_above", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("credit_percent", models.DecimalField(decimal_places=6, max_digits=9)),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tiers", to="slas.commitment"
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
                "ordering": ["-below"],
                "constraints": [
                    models.UniqueConstraint(fields=("commitment", "below"), name="tier_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("at_or_above", None), ("at_or_above__lt", models.F("below")), _connector="OR"
                        ),
                        name="tier_span",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="evaluation",
            name="window",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="evaluations", to="slas.evaluationwindow"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(fields=("window", "revision"), name="evaluation_revision_once"),
        ),
    ]
