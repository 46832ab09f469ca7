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
        ("slas", "0001_commitments_telemetry_windows_breaches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fee",
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
                ("amount", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "period",
                    models.CharField(
                        choices=[("month", "a month"), ("quarter", "a quarter"), ("year", "a year")],
                        default="month",
                        max_length=8,
                        verbose_name="period",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fees", to="contracts.contract"
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.passage",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fees",
                        to="slas.service",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="fee_not_negative"),
                    models.CheckConstraint(condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="fee_currency"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                        name="fee_span",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
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
                ("kind", models.CharField(default="invoice", max_length=12)),
                ("syntax", models.CharField(max_length=12)),
                ("number", models.CharField(max_length=120, verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("imported", "Imported"),
                            ("matched", "Matched to a contract"),
                            ("reconciled", "As agreed"),
                            ("disputed", "Disputed"),
                            ("accepted", "Accepted"),
                        ],
                        default="imported",
                        max_length=12,
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("due_on", models.DateField(null=True, verbose_name="due on")),
                ("period_start", models.DateField(null=True)),
                ("period_end", models.DateField(null=True)),
                ("seller_name", models.CharField(max_length=250, verbose_name="seller")),
                ("seller_identifier", models.CharField(blank=True, max_length=120)),
                ("buyer_name", models.CharField(max_length=250, verbose_name="buyer")),
                ("contract_reference", models.CharField(blank=True, max_length=120)),
                ("order_reference", models.CharField(blank=True, max_length=120)),
                ("is_corrective", models.BooleanField(default=False)),
                ("corrects", models.CharField(blank=True, max_length=120)),
                ("currency", models.CharField(max_length=3)),
                ("tax_exclusive_amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("tax_inclusive_amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("payable_amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("warnings", models.JSONField(default=list)),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
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
                "indexes": [models.Index(fields=["organization", "state", "-id"], name="invoice_state")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "seller_name", "number", "kind"), name="invoice_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
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
                ("kind", models.CharField(default="line", max_length=12)),
                ("line_id", models.CharField(blank=True, max_length=60)),
                ("name", models.CharField(max_length=300)),
                ("quantity", models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                ("net_amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("note", models.TextField(blank=True)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="billing.invoice"
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
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("invoice", "position"), name="invoice_line_once")],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
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
                ("expected_amount", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("actual_amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("difference", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("currency", models.CharField(max_length=3)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("matches", "As agreed"),
                            ("credit_missing", "A credit is missing"),
                            ("overcharged", "More than agreed"),
                            ("undercharged", "Less than agreed"),
                            ("currency_mismatch", "Another currency"),
                            ("period_mismatch", "The period fits no fee"),
                            ("billed_twice", "Billed already"),
                            ("disputed", "Disputed although as agreed"),
                        ],
                        max_length=24,
                    ),
                ),
                ("trace", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.contract"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconciliations",
                        to="billing.invoice",
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
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Discrepancy",
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
                        choices=[("open", "Open"), ("accepted", "Accepted"), ("resolved", "Resolved")],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("matches", "As agreed"),
                            ("credit_missing", "A credit is missing"),
                            ("overcharged", "More than agreed"),
                            ("undercharged", "Less than agreed"),
                            ("currency_mismatch", "Another currency"),
                            ("period_mismatch", "The period fits no fee"),
                            ("billed_twice", "Billed already"),
                            ("disputed", "Disputed although as agreed"),
                        ],
                        max_length=24,
                    ),
                ),
                ("explanation", models.TextField(blank=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discrepancies",
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
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="discrepancy", to="billing.invoice"
                    ),
                ),
                (
                    "reconciliation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.reconciliation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "state", "-id"], name="discrepancy_state")],
            },
        ),
        migrations.CreateModel(
            name="Credit",
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
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("issued", "Issued"),
                            ("settled", "Settled"),
                            ("disputed", "Disputed"),
                            ("rejected", "Rejected"),
                            ("lapsed", "Lapsed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("base_amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("percent", models.DecimalField(decimal_places=6, max_digits=12)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="amount")),
                ("currency", models.CharField(max_length=3)),
                ("claim_due_on", models.DateField(null=True, verbose_name="claim until")),
                ("trace", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                ("reason", models.TextField(blank=True)),
                (
                    "adjusts",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="billing.credit",
                    ),
                ),
                (
                    "breach",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits", to="slas.breach"
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits", to="slas.commitment"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits", to="contracts.contract"
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
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits", to="slas.evaluation"
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
                "indexes": [
                    models.Index(fields=["organization", "state", "-id"], name="credit_state"),
                    models.Index(
                        condition=models.Q(("state__in", ["proposed", "approved"])),
                        fields=["claim_due_on"],
                        name="credit_claim",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "reference"), name="credit_reference_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "withdrawn"), _negated=True),
                        fields=("evaluation", "adjusts"),
                        name="one_credit_per_evaluation",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("adjusts__isnull", False), _connector="OR"),
                        name="credit_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditNote",
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
                ("number", models.CharField(max_length=40)),
                ("issued_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("digest", models.CharField(max_length=64)),
                (
                    "blob",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "credit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="note", to="billing.credit"
                    ),
                ),
                (
                    "issued_by",
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
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled_notes",
                        to="billing.invoice",
                    ),
                ),
                ("overdue_on", models.DateField(null=True, verbose_name="not paid since")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("overdue_on", None), ("settled_by", None)),
                        fields=["issued_on"],
                        name="credit_note_unpaid",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "number"), name="credit_note_number_once")
                ],
            },
        ),
    ]
