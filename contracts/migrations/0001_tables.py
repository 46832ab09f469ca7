import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import clm.access.base


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_tables"),
        ("accounts", "__first__"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("documents", "0001_blobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
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
                ("reference", models.CharField(max_length=40, verbose_name="reference")),
                (
                    "external_reference",
                    models.CharField(blank=True, db_index=True, max_length=80, verbose_name="their reference"),
                ),
                ("title", models.CharField(max_length=250, verbose_name="title")),
                (
                    "category",
                    models.CharField(
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
                        default="other",
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("in_negotiation", "In negotiation"),
                            ("in_approval", "In approval"),
                            ("approved", "Approved"),
                            ("out_for_signature", "Out for signature"),
                            ("executed", "Executed"),
                            ("active", "Active"),
                            ("renewed", "Renewed"),
                            ("expired", "Expired"),
                            ("terminated", "Terminated"),
                            ("archived", "Archived"),
                            ("disposed", "Disposed"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "value_amount",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="value"),
                ),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                ("jurisdiction", models.CharField(blank=True, max_length=6, verbose_name="governing law")),
                ("is_confidential", models.BooleanField(default=False, verbose_name="confidential: only these people")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "turn",
                    models.CharField(
                        choices=[("ours", "Our side"), ("theirs", "Their side")],
                        default="ours",
                        max_length=8,
                        verbose_name="whose turn it is",
                    ),
                ),
                ("terms_due_at", models.DateTimeField(editable=False, null=True)),
                (
                    "library_clauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), editable=False, null=True, size=None
                    ),
                ),
                ("effective_on", models.DateField(editable=False, null=True, verbose_name="takes effect on")),
                ("executed_on", models.DateField(editable=False, null=True, verbose_name="signed on")),
                ("notice_due_on", models.DateField(editable=False, null=True, verbose_name="notice due")),
                ("term_ends_on", models.DateField(editable=False, null=True)),
                ("ended_on", models.DateField(editable=False, null=True, verbose_name="ended on")),
                ("end_recorded_on", models.DateField(editable=False, null=True)),
                ("kept_until", models.DateField(editable=False, null=True, verbose_name="kept until")),
                ("risk_score", models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="risk score")),
                ("risk_band", models.CharField(blank=True, editable=False, max_length=8, verbose_name="risk")),
                ("risk_due_at", models.DateTimeField(editable=False, null=True)),
                ("search", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="department",
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
            ],
            options={
                "permissions": [("see_confidential_contract", "Sees this confidential contract")],
                "indexes": [
                    models.Index(fields=["organization", "-id"], include=("is_confidential",), name="contract_newest"),
                    models.Index(
                        fields=["organization", "state", "id"], include=("is_confidential",), name="contract_state"
                    ),
                    models.Index(
                        fields=["organization", "title", "id"], include=("is_confidential",), name="contract_by_title"
                    ),
                    models.Index(
                        fields=["organization", "category", "id"], include=("is_confidential",), name="contract_by_type"
                    ),
                    models.Index(
                        fields=["organization", "owner", "id"], include=("is_confidential",), name="contract_by_owner"
                    ),
                    models.Index(
                        fields=["organization", "currency", "value_amount", "id"],
                        include=("is_confidential",),
                        name="contract_by_value",
                    ),
                    models.Index(
                        fields=["organization", "effective_on", "id"],
                        include=("is_confidential",),
                        name="contract_by_effect",
                    ),
                    models.Index(
                        fields=["organization", "executed_on", "id"],
                        include=("is_confidential",),
                        name="contract_by_signing",
                    ),
                    models.Index(
                        fields=["organization", "notice_due_on", "id"],
                        include=("is_confidential",),
                        name="contract_by_notice",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["library_clauses"], name="contract_library_clauses"
                    ),
                    models.Index(
                        fields=["organization", "term_ends_on", "id"],
                        include=("is_confidential",),
                        name="contract_by_term_end",
                    ),
                    models.Index(
                        fields=["organization", "risk_score", "id"],
                        include=("is_confidential",),
                        name="contract_by_risk",
                    ),
                    models.Index(
                        models.F("organization"),
                        models.OrderBy(models.F("risk_score"), descending=True, nulls_last=True),
                        models.OrderBy(models.F("id"), descending=True),
                        include=("is_confidential",),
                        name="contract_by_risk_highest",
                    ),
                    models.Index(
                        condition=models.Q(("risk_due_at__isnull", False)),
                        fields=["risk_due_at"],
                        name="contract_risk_due",
                    ),
                    models.Index(
                        condition=models.Q(("terms_due_at__isnull", False)),
                        fields=["terms_due_at"],
                        name="contract_due",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="contract_search"),
                    django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="contract_tags"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("title"), name="gin_trgm_ops"
                        ),
                        name="contract_title_trigram",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "reference"), name="contract_reference_once"),
                    models.CheckConstraint(
                        condition=models.Q(("value_amount", None), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"),
                        name="contract_value_has_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conflict",
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
                    "topic",
                    models.CharField(
                        choices=[
                            ("law", "Governing law"),
                            ("payment", "Payment terms"),
                            ("cap", "Cap on liability"),
                            ("exclusivity", "Exclusivity"),
                            ("term", "Outlives its master"),
                        ],
                        max_length=12,
                        verbose_name="about",
                    ),
                ),
                ("says", models.JSONField(default=dict)),
                ("other_says", models.JSONField(default=dict)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("acknowledged", "Acknowledged"), ("settled", "Settled")],
                        default="open",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("found_at", models.DateTimeField(verbose_name="found")),
                ("acknowledged_at", models.DateTimeField(null=True, verbose_name="acknowledged")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "acknowledged_by",
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conflicts", to="contracts.contract"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts_back",
                        to="contracts.contract",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "state", "-id"], name="conflict_state"),
                    models.Index(fields=["other", "state"], name="conflict_of_other"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "other", "topic"), name="conflict_once"),
                    models.CheckConstraint(
                        condition=models.Q(("contract", models.F("other")), _negated=True), name="conflict_of_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "acknowledged"), _negated=True),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="conflict_acknowledged_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractGroupPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="contracts.contract"),
                ),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.group")),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
            ],
            options={
                "abstract": False,
                "unique_together": {("group", "permission", "content_object")},
            },
        ),
        migrations.CreateModel(
            name="ContractImport",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "Being read"),
                            ("mapping", "To be mapped"),
                            ("tried", "Tried"),
                            ("running", "Being imported"),
                            ("finished", "Finished"),
                            ("discarded", "Discarded"),
                        ],
                        default="reading",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("is_confidential", models.BooleanField(default=False, verbose_name="confidential")),
                ("sheet_name", models.CharField(blank=True, max_length=250)),
                ("heads", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "archive",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="begun by",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "discarded"), _negated=True),
                            models.Q(("archive", None), ("heads", []), ("mapping", {}), ("sheet", None)),
                            _connector="OR",
                        ),
                        name="import_discarded_is_empty",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractRelation",
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
                            ("statement_of_work", "Statement of work under"),
                            ("order", "Order under"),
                            ("amendment", "Amendment of"),
                            ("dpa", "Data processing agreement to"),
                            ("renewal", "Renewal of"),
                            ("replaces", "Replaces"),
                            ("related", "Related to"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="note")),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="relations", to="contracts.contract"
                    ),
                ),
                (
                    "created_by",
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
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relations_back",
                        to="contracts.contract",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Least("contract", "other"),
                        django.db.models.functions.comparison.Greatest("contract", "other"),
                        models.F("kind"),
                        condition=models.Q(("ended_at", None)),
                        name="contract_relation_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("contract", models.F("other")), _negated=True),
                        name="contract_relation_to_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractUserPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="contracts.contract"),
                ),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
                "unique_together": {("user", "permission", "content_object")},
            },
        ),
        migrations.CreateModel(
            name="CustomField",
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
                ("key", models.SlugField(max_length=40, verbose_name="key")),
                ("label", models.CharField(max_length=80, verbose_name="label")),
                ("help_text", models.CharField(blank=True, max_length=250, verbose_name="help")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("long_text", "Long text"),
                            ("integer", "Whole number"),
                            ("decimal", "Number"),
                            ("amount", "Amount with currency"),
                            ("date", "Date"),
                            ("choice", "One of several choices"),
                            ("choices", "Several choices"),
                            ("yes_no", "Yes or no"),
                            ("person", "Person"),
                            ("party", "Party"),
                            ("link", "Link"),
                        ],
                        max_length=12,
                        verbose_name="type",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="for types",
                    ),
                ),
                ("is_required", models.BooleanField(default=False, verbose_name="must be given")),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="choices",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
                ("retired_at", models.DateTimeField(editable=False, null=True, verbose_name="retired")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "key"), name="custom_field_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("choice", "choices")), _negated=True),
                            ("choices__len__gt", 0),
                            _connector="OR",
                        ),
                        name="custom_field_choice_has_choices",
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
            name="FurtherWords",
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
                ("end_at", models.PositiveIntegerField()),
                ("is_beyond", models.BooleanField()),
                ("search", django.contrib.postgres.search.SearchVectorField()),
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
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="contract_further_phrases"),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("is_beyond", True)), fields=["search"], name="contract_further_words"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WordPairs",
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
                    "pairs",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contracts.contract"
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
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["pairs"], name="contract_word_pairs"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportFile",
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
                ("path", models.CharField(max_length=400, verbose_name="file")),
                ("problem", models.JSONField(default=dict)),
                ("is_read", models.BooleanField(default=False)),
                ("is_scan", models.BooleanField(default=False)),
                ("text_key", models.CharField(blank=True, max_length=64)),
                ("sketch", models.BinaryField(default=bytes)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="contracts.contractimport"
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "text_blob",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "position"), name="import_file_position_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
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
                ("number", models.PositiveIntegerField(verbose_name="row")),
                ("line", models.PositiveIntegerField(null=True, verbose_name="line")),
                ("cells", models.JSONField(default=dict)),
                ("title", models.CharField(blank=True, max_length=250, verbose_name="title")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "Not tried yet"),
                            ("ready", "To import"),
                            ("duplicate", "Duplicate"),
                            ("refused", "Refused"),
                            ("skipped", "Left out"),
                            ("created", "Imported"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("problems", models.JSONField(default=list)),
                ("notes", models.JSONField(default=list)),
                ("like_row", models.PositiveIntegerField(null=True)),
                (
                    "like_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bytes", "The same file"),
                            ("text", "The same text"),
                            ("near", "Nearly the same text"),
                            ("number", "The same reference"),
                            ("hidden", "Here already"),
                        ],
                        max_length=8,
                    ),
                ),
                ("likeness", models.PositiveSmallIntegerField(null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True, choices=[("import", "Import anyway"), ("skip", "Leave out")], max_length=8
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="contracts.contractimport"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_rows",
                        to="contracts.contract",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="contracts.importfile",
                    ),
                ),
                (
                    "like",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                "ordering": ["number"],
                "indexes": [models.Index(fields=["batch", "outcome", "number"], name="import_row_by_outcome")],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "number"), name="import_row_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("contract__isnull", False)),
                        fields=("contract",),
                        name="contract_imported_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contract__isnull", False), ("outcome", "created")),
                            models.Q(models.Q(("outcome", "created"), _negated=True), ("contract", None)),
                            _connector="OR",
                        ),
                        name="import_row_created_has_contract",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LibraryClause",
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
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("document_name", "Document name"),
                            ("parties", "Parties"),
                            ("agreement_date", "Agreement date"),
                            ("effective_date", "Effective date"),
                            ("expiration_date", "Expiration date"),
                            ("renewal_term", "Renewal term"),
                            ("notice_period_to_terminate_renewal", "Notice period to terminate renewal"),
                            ("governing_law", "Governing law"),
                            ("most_favored_nation", "Most favoured nation"),
                            ("competitive_restriction_exception", "Competitive restriction exception"),
                            ("non_compete", "Non-compete"),
                            ("exclusivity", "Exclusivity"),
                            ("no_solicit_of_customers", "No solicitation of customers"),
                            ("no_solicit_of_employees", "No solicitation of employees"),
                            ("non_disparagement", "Non-disparagement"),
                            ("termination_for_convenience", "Termination for convenience"),
                            ("rofr_rofo_rofn", "Right of first refusal, offer or negotiation"),
                            ("change_of_control", "Change of control"),
                            ("anti_assignment", "Anti-assignment"),
                            ("revenue_profit_sharing", "Revenue or profit sharing"),
                            ("price_restrictions", "Price restrictions"),
                            ("minimum_commitment", "Minimum commitment"),
                            ("volume_restriction", "Volume restriction"),
                            ("ip_ownership_assignment", "Assignment of intellectual property"),
                            ("joint_ip_ownership", "Joint intellectual property"),
                            ("license_grant", "License grant"),
                            ("non_transferable_license", "Non-transferable license"),
                            ("affiliate_license_licensor", "License of the licensor's affiliates"),
                            ("affiliate_license_licensee", "License to the licensee's affiliates"),
                            ("unlimited_license", "Unlimited license"),
                            ("irrevocable_or_perpetual_license", "Irrevocable or perpetual license"),
                            ("source_code_escrow", "Source code escrow"),
                            ("post_termination_services", "Post-termination services"),
                            ("audit_rights", "Audit rights"),
                            ("uncapped_liability", "Uncapped liability"),
                            ("cap_on_liability", "Cap on liability"),
                            ("liquidated_damages", "Liquidated damages"),
                            ("warranty_duration", "Warranty duration"),
                            ("insurance", "Insurance"),
                            ("covenant_not_to_sue", "Covenant not to sue"),
                            ("third_party_beneficiary", "Third-party beneficiary"),
                            ("service_level", "Service level"),
                            ("service_credits", "Service credits"),
                            ("support", "Support and maintenance"),
                            ("data_protection", "Data protection"),
                            ("security", "Security"),
                            ("confidentiality", "Confidentiality"),
                            ("indemnification", "Indemnification"),
                            ("warranty", "Warranty and disclaimer"),
                            ("termination", "Termination for cause"),
                            ("payment", "Payment and taxes"),
                            ("force_majeure", "Force majeure"),
                            ("general", "General terms"),
                        ],
                        max_length=40,
                        verbose_name="category",
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")],
                        default="medium",
                        max_length=8,
                        verbose_name="risk",
                    ),
                ),
                ("guidance", models.TextField(blank=True, verbose_name="guidance")),
                (
                    "mandatory_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="mandatory in",
                    ),
                ),
                (
                    "proposed_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        ),
                        null=True,
                        size=None,
                        verbose_name="to be mandatory in",
                    ),
                ),
                ("attribution", models.TextField(blank=True, verbose_name="source")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("approved", "Approved"), ("retired", "Retired")],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization", "title"), name="library_title_once")],
            },
        ),
        migrations.CreateModel(
            name="LibraryClauseVersion",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("approved", "Approved")],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("positions", models.JSONField(default=list)),
                ("note", models.TextField(blank=True, verbose_name="what changed")),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="contracts.libraryclause",
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
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("clause", "number"), name="library_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("clause",), name="library_one_draft_per_clause"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="library_approved_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeclinedOffer",
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
                ("reason", models.TextField(blank=True, verbose_name="why")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declined_offers",
                        to="contracts.contract",
                    ),
                ),
                (
                    "declined_by",
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
                    "library_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declined_offers",
                        to="contracts.libraryclauseversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "library_version"), name="offer_declined_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Matrix",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="what changes")),
                ("activated_at", models.DateTimeField(null=True, verbose_name="active since")),
                ("retired_at", models.DateTimeField(null=True, verbose_name="active until")),
                (
                    "activated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "number"), name="matrix_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")), fields=("organization",), name="matrix_one_active"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "active"), _negated=True),
                            models.Q(("activated_at__isnull", False), ("activated_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="active_matrix_was_switched_on",
                    ),
                ],
            },
        ),
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
            name="Omission",
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
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Waits for approval"), ("approved", "Approved"), ("refused", "Refused")],
                        default="asked",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="omissions", to="contracts.contract"
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
                    "library_clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="omissions",
                        to="contracts.libraryclause",
                        verbose_name="clause",
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "approved"))),
                        fields=("contract", "library_clause"),
                        name="omission_once_per_clause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "asked"),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="omission_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="omission_takes_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenContract",
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
                ("ocid", models.CharField(max_length=200, verbose_name="contracting process (ocid)")),
                ("key", models.CharField(max_length=200, verbose_name="contract in the process")),
                ("award_key", models.CharField(blank=True, max_length=210, verbose_name="award")),
                ("roles", models.JSONField(default=dict)),
                ("facts", models.JSONField(default=dict)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("read_at", models.DateTimeField(null=True, verbose_name="read")),
                ("with_description", models.BooleanField(default=False, verbose_name="with its description")),
                ("published_at", models.DateTimeField(null=True, verbose_name="published")),
                (
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opened", to="contracts.contract"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "ocid", "key"), name="open_contract_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenPublisher",
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
                ("prefix", models.CharField(max_length=24, verbose_name="prefix of its processes")),
                ("name", models.CharField(max_length=200, verbose_name="name of the publisher")),
                ("uri", models.URLField(blank=True, max_length=300, verbose_name="web address")),
                ("license_url", models.URLField(blank=True, max_length=300, verbose_name="licence of the data")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization",), name="one_publisher"),
                    models.CheckConstraint(
                        condition=models.Q(("prefix__regex", "^ocds-[a-z0-9]{6}$")), name="publisher_prefix_registered"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Party",
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
                ("name", models.CharField(max_length=200, verbose_name="legal name")),
                ("is_ours", models.BooleanField(default=False, verbose_name="one of our own entities")),
                ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="contact e-mail")),
                ("archived_at", models.DateTimeField(editable=False, null=True, verbose_name="archived")),
                ("found_due_at", models.DateTimeField(editable=False, null=True)),
                ("found_up_to", models.UUIDField(editable=False, null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subsidiaries",
                        to="contracts.party",
                        verbose_name="parent company",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                        ),
                        name="party_name_trigram",
                    ),
                    models.Index(
                        condition=models.Q(("found_due_at__isnull", False)),
                        fields=["found_due_at"],
                        name="party_found_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "name"), name="party_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="party_not_its_own_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractParty",
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
                    "role",
                    models.CharField(
                        choices=[
                            ("ours", "Our side"),
                            ("counterparty", "Counterparty"),
                            ("affiliate", "Affiliate"),
                            ("guarantor", "Guarantor"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parties", to="contracts.contract"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="contracts.party"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("contract", "party", "role"), name="party_role_once")],
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
                (
                    "party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="contracts.party",
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
        migrations.CreateModel(
            name="CustomValue",
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
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("long_text", models.TextField(blank=True)),
                ("number", models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("day", models.DateField(null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="custom_values",
                        to="contracts.contract",
                    ),
                ),
                (
                    "field",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="values", to="contracts.customfield"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.party"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["field", "text"], include=("contract",), name="custom_value_by_text"),
                    models.Index(
                        condition=models.Q(("number__isnull", False)),
                        fields=["field", "number"],
                        include=("contract", "currency"),
                        name="custom_value_by_number",
                    ),
                    models.Index(
                        condition=models.Q(("day__isnull", False)),
                        fields=["field", "day"],
                        include=("contract",),
                        name="custom_value_by_day",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "field", "position"), name="custom_value_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyAddress",
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
                            ("registered", "Registered office"),
                            ("postal", "Postal address"),
                            ("billing", "Invoices"),
                            ("notices", "Notices"),
                            ("site", "Site"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("street", models.TextField(verbose_name="street, building, box")),
                ("postal_code", models.CharField(blank=True, max_length=16, verbose_name="postal code")),
                ("city", models.CharField(max_length=120, verbose_name="city")),
                ("region", models.CharField(blank=True, max_length=120, verbose_name="region")),
                ("country", models.CharField(max_length=2, verbose_name="country")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="addresses", to="contracts.party"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "registered")),
                        fields=("party",),
                        name="party_has_one_registered_office",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyContact",
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
                    "side",
                    models.CharField(
                        choices=[("ours", "Our side"), ("theirs", "Their side")],
                        default="theirs",
                        max_length=8,
                        verbose_name="on whose side",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("function", models.CharField(blank=True, max_length=120, verbose_name="function")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                (
                    "escalation_level",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="escalation level"),
                ),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="days",
                    ),
                ),
                ("opens_at", models.TimeField(blank=True, null=True, verbose_name="from")),
                ("closes_at", models.TimeField(blank=True, null=True, verbose_name="until")),
                ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to="contracts.party"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("escalation_level", None), ("escalation_level__range", (1, 9)), _connector="OR"
                        ),
                        name="party_contact_level_1_to_9",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__contained_by", [1, 2, 3, 4, 5, 6, 7])),
                        name="party_contact_days_of_a_week",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyIdentifier",
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
                            ("register", "Register number"),
                            ("vat", "VAT number"),
                            ("lei", "LEI"),
                            ("duns", "D-U-N-S number"),
                            ("eori", "EORI number"),
                            ("gln", "GLN"),
                            ("other", "Other number"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("value", models.CharField(max_length=80, verbose_name="number")),
                ("issuer", models.CharField(blank=True, max_length=120, verbose_name="register or issuer")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="identifiers", to="contracts.party"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "kind", "issuer", "value"), name="party_identifier_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("register", "other")), ("issuer", ""), _connector="XOR"),
                        name="party_identifier_has_its_issuer",
                    ),
                ],
            },
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
                ("was_confidential", models.BooleanField(default=False)),
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
            name="RenewalDecision",
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
                        choices=[
                            ("notice_given", "Notice given: does not renew"),
                            ("renewal_agreed", "Renewal agreed"),
                        ],
                        max_length=16,
                    ),
                ),
                ("decided_on", models.DateField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal_decisions",
                        to="contracts.contract",
                    ),
                ),
                (
                    "decided_by",
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
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "term_number"), name="one_decision_per_term")
                ],
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
            name="RiskScale",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="what changes")),
                (
                    "departure",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="departs from standard",
                    ),
                ),
                (
                    "mandatory",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="mandatory clauses missing",
                    ),
                ),
                (
                    "liability",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="liability without a cap",
                    ),
                ),
                (
                    "value",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="value",
                    ),
                ),
                (
                    "renewal",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="renews by itself",
                    ),
                ),
                (
                    "jurisdiction",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="foreign law",
                    ),
                ),
                (
                    "history",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="history of the counterparty",
                    ),
                ),
                (
                    "value_from",
                    models.DecimalField(
                        decimal_places=4, default=50000, max_digits=18, verbose_name="half from a value of"
                    ),
                ),
                (
                    "value_high",
                    models.DecimalField(
                        decimal_places=4, default=500000, max_digits=18, verbose_name="all from a value of"
                    ),
                ),
                ("currency", models.CharField(default="EUR", max_length=3, verbose_name="currency")),
                (
                    "home",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="our governing laws",
                    ),
                ),
                ("history_full", models.PositiveSmallIntegerField(default=5, verbose_name="all from so many mishaps")),
                ("medium_from", models.PositiveSmallIntegerField(default=25, verbose_name="medium from")),
                ("high_from", models.PositiveSmallIntegerField(default=50, verbose_name="high from")),
                ("critical_from", models.PositiveSmallIntegerField(default=75, verbose_name="critical from")),
                ("activated_at", models.DateTimeField(null=True, verbose_name="active since")),
                ("retired_at", models.DateTimeField(null=True, verbose_name="active until")),
                (
                    "activated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "number"), name="risk_scale_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")), fields=("organization",), name="risk_scale_one_active"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("medium_from__gte", 1),
                            ("high_from__gt", models.F("medium_from")),
                            ("critical_from__gt", models.F("high_from")),
                            ("critical_from__lte", 100),
                        ),
                        name="risk_bands_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("history_full__gte", 1), ("value_from__gte", 0), ("value_high__gt", models.F("value_from"))
                        ),
                        name="risk_bounds_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rule",
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
                ("place", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120, verbose_name="name of the step")),
                (
                    "value_from",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="value from"
                    ),
                ),
                (
                    "value_below",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="value below"
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="types",
                    ),
                ),
                (
                    "origins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="made of",
                    ),
                ),
                (
                    "departure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("any", "Any departure from the library"),
                            ("grave", "Words that decide, or that are not acceptable"),
                        ],
                        max_length=8,
                        verbose_name="departs from standard",
                    ),
                ),
                (
                    "lacks_mandatory",
                    models.BooleanField(default=False, verbose_name="a mandatory clause is missing or left out"),
                ),
                (
                    "risk",
                    models.CharField(
                        blank=True,
                        choices=[("medium", "Medium"), ("high", "High"), ("critical", "Critical")],
                        max_length=8,
                        verbose_name="risk from",
                    ),
                ),
                (
                    "parties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="counterparties",
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="countries of counterparties",
                    ),
                ),
                (
                    "departments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None, verbose_name="departments"
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("is_confidential", models.BooleanField(default=False, verbose_name="only confidential contracts")),
                ("stage", models.PositiveSmallIntegerField(default=1, verbose_name="stage")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("legal", "Legal"),
                            ("procurement", "Procurement"),
                            ("account_manager", "Account manager"),
                            ("approver", "Approver"),
                            ("finance", "Finance"),
                            ("executive", "Executive"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                            ("integration", "Integration"),
                            ("counterparty", "Counterparty"),
                        ],
                        max_length=24,
                        verbose_name="role",
                    ),
                ),
                (
                    "needs",
                    models.CharField(
                        choices=[("one", "One of them"), ("all", "All of them"), ("some", "So many of them")],
                        default="one",
                        max_length=4,
                        verbose_name="who of them",
                    ),
                ),
                ("needs_count", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="how many")),
                ("hours", models.PositiveIntegerField(blank=True, null=True, verbose_name="hours allowed")),
                (
                    "remind_hours",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="reminder after hours"),
                ),
                (
                    "escalate_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("legal", "Legal"),
                            ("procurement", "Procurement"),
                            ("account_manager", "Account manager"),
                            ("approver", "Approver"),
                            ("finance", "Finance"),
                            ("executive", "Executive"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                            ("integration", "Integration"),
                            ("counterparty", "Counterparty"),
                        ],
                        max_length=24,
                        verbose_name="escalate to role",
                    ),
                ),
                (
                    "escalate_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="escalate to",
                    ),
                ),
                (
                    "matrix",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="contracts.matrix"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("matrix", "place"),
                        name="rule_place_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("stage__range", (1, 9))), name="rule_stage_1_to_9"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person__isnull", False), ("role", ""), ("team", None)),
                            models.Q(("person", None), ("team", None), models.Q(("role", ""), _negated=True)),
                            models.Q(("person", None), ("role", ""), ("team__isnull", False)),
                            _connector="OR",
                        ),
                        name="rule_asks_person_role_or_team",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("value_below", None), ("value_from", None)),
                            ("currency__regex", "^[A-Z]{3}$"),
                            _connector="OR",
                        ),
                        name="rule_threshold_has_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("needs", "some"), ("needs_count__gte", 1)),
                            models.Q(models.Q(("needs", "some"), _negated=True), ("needs_count", None)),
                            _connector="OR",
                        ),
                        name="rule_counts_where_it_needs_some",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
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
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "category",
                    models.CharField(
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
                        default="other",
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        choices=[("standard", "Standard"), ("high", "High")],
                        default="standard",
                        max_length=10,
                        verbose_name="risk",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("approved", "Approved"), ("retired", "Retired")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("review_on", models.DateField(editable=False, null=True, verbose_name="review")),
                ("review_due_at", models.DateTimeField(editable=False, null=True)),
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "name", "id"], name="template_by_name"),
                    models.Index(
                        condition=models.Q(("review_due_at__isnull", False)),
                        fields=["review_due_at"],
                        name="template_review_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "retired"), _negated=True),
                        fields=("organization", "name"),
                        name="template_name_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            ("review_on__isnull", False),
                            _connector="OR",
                        ),
                        name="approved_template_has_review",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("file_name", models.CharField(max_length=250, verbose_name="file name")),
                ("fields", models.JSONField()),
                ("rules", models.JSONField(default=dict)),
                ("composition", models.JSONField(null=True)),
                ("source_version", models.CharField(blank=True, max_length=40, verbose_name="their version")),
                ("license", models.CharField(blank=True, max_length=80, verbose_name="licence")),
                ("source_url", models.CharField(blank=True, max_length=500, verbose_name="source")),
                ("attribution", models.TextField(blank=True, verbose_name="attribution")),
                ("note", models.TextField(blank=True, verbose_name="what changed")),
                ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="approved")),
                (
                    "approved_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
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
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="contracts.template"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("template", "number"), name="template_version_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="template_version_approved_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractRequest",
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
                ("reference", models.CharField(max_length=40, verbose_name="reference")),
                ("title", models.CharField(max_length=250, verbose_name="title")),
                ("counterparty", models.CharField(blank=True, max_length=200, verbose_name="counterparty")),
                ("wanted_by", models.DateField(null=True, verbose_name="wanted by")),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                ("value_amount", models.DecimalField(decimal_places=4, max_digits=18, null=True, verbose_name="value")),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Low"), (2, "Normal"), (3, "High"), (4, "Urgent")],
                        default=2,
                        verbose_name="priority",
                    ),
                ),
                ("is_confidential", models.BooleanField(default=False, verbose_name="confidential")),
                ("answers", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "Submitted"),
                            ("assigned", "In progress"),
                            ("asked", "More information asked"),
                            ("drafted", "Drafted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="submitted",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("outcome", models.TextField(blank=True, verbose_name="outcome")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("waits_until", models.DateTimeField(editable=False, null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                (
                    "contract",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request",
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
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="contracts.party",
                    ),
                ),
                (
                    "template_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="contracts.templateversion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "state", "-priority", "id"], name="request_queue"),
                    models.Index(fields=["organization", "requester", "-id"], name="request_by_requester"),
                    models.Index(fields=["organization", "assignee", "state"], name="request_by_assignee"),
                    models.Index(
                        condition=models.Q(("waits_until__isnull", False)),
                        fields=["waits_until"],
                        name="request_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "reference"), name="request_reference_once"),
                    models.CheckConstraint(
                        condition=models.Q(("value_amount", None), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"),
                        name="request_value_has_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "drafted"), _negated=True), ("contract__isnull", False), _connector="OR"
                        ),
                        name="drafted_request_has_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "assigned"), _negated=True), ("assignee__isnull", False), _connector="OR"
                        ),
                        name="assigned_request_has_assignee",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestFile",
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
                ("file_name", models.CharField(max_length=250, verbose_name="file name")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="contracts.contractrequest",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("request", "blob"), name="request_file_once")],
            },
        ),
        migrations.CreateModel(
            name="RequestQuestion",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("question", models.TextField(verbose_name="question")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="contracts.contractrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("request", "number"), name="request_question_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("request",),
                        name="request_question_open_once",
                    ),
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
            name="Version",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("final", "Final"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("file_name", models.CharField(max_length=250, verbose_name="file name")),
                ("media_type", models.CharField(max_length=120)),
                ("page_count", models.PositiveIntegerField(null=True)),
                ("text", models.TextField()),
                ("warnings", models.JSONField(default=list)),
                ("surroundings", models.JSONField(default=dict)),
                ("content_hash", models.CharField(max_length=64, verbose_name="content hash")),
                ("effective_on", models.DateField(blank=True, null=True, verbose_name="takes effect on")),
                ("finalized_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True, verbose_name="what changed")),
                ("attribution", models.TextField(blank=True)),
                (
                    "side",
                    models.CharField(
                        choices=[("ours", "Our side"), ("theirs", "Their side")],
                        default="ours",
                        max_length=8,
                        verbose_name="written by",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("upload", "Document"), ("draft", "Draft"), ("received", "Answer")],
                        default="upload",
                        max_length=8,
                        verbose_name="came as",
                    ),
                ),
                ("shared_at", models.DateTimeField(null=True, verbose_name="both sides have it since")),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="contracts.contract"
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "number"), name="version_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "final"), _negated=True),
                            models.Q(("effective_on__isnull", False), ("finalized_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="final_version_has_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
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
                ("content_hash", models.CharField(max_length=64)),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                            ("superseded", "Overtaken by a change"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("trace", models.JSONField(default=list)),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("came_from", models.CharField(blank=True, max_length=20)),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="contracts.contract"
                    ),
                ),
                (
                    "matrix",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="contracts.matrix",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="contracts.version"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "-id"], name="approval_newest"),
                    models.Index(fields=["version", "state"], name="approval_of_version"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "number"), name="approval_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("contract",),
                        name="approval_one_open_per_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "open"), ("ended_at__isnull", False), _connector="OR"),
                        name="approval_ended_at_an_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalStep",
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
                ("place", models.PositiveIntegerField()),
                ("stage", models.PositiveSmallIntegerField(verbose_name="stage")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("asked", models.CharField(max_length=200, verbose_name="asked")),
                ("needs", models.PositiveSmallIntegerField(verbose_name="yeses needed")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Not asked yet"),
                            ("open", "Asked"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("skipped", "Not needed any more"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("hours", models.PositiveIntegerField(null=True)),
                ("remind_hours", models.PositiveIntegerField(null=True)),
                ("escalate_role", models.CharField(blank=True, max_length=24)),
                ("opened_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("remind_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(editable=False, null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("escalated_at", models.DateTimeField(null=True, verbose_name="escalated")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="contracts.approval"
                    ),
                ),
                (
                    "escalate_person",
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
            ],
            options={
                "ordering": ["place"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="approval_step_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("approval", "place"), name="approval_step_place_once"),
                    models.CheckConstraint(condition=models.Q(("needs__gte", 1)), name="approval_step_needs_somebody"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalSeat",
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
                ("gave_sight", models.BooleanField(default=False)),
                (
                    "came_by",
                    models.CharField(
                        choices=[
                            ("rule", "Named by a rule"),
                            ("reassigned", "Put in another's place"),
                            ("escalated", "Asked because it was late"),
                        ],
                        default="rule",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Undecided"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("released", "Not needed any more"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                    "in_place_of",
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="contracts.approvalstep"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "state"], name="seat_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "released"), _negated=True),
                        fields=("step", "person"),
                        name="seat_once_per_step",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_by__isnull", False)),
                        fields=("step", "decided_by"),
                        name="seat_decided_once_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("asked_by")), _negated=True),
                        name="seat_of_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="seat_decided_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("waiting", "released")),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="seat_decided_by_a_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkSend",
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
                ("columns", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("signer_name", models.CharField(blank=True, max_length=200, verbose_name="who signs for us")),
                ("signer_email", models.EmailField(blank=True, max_length=254, verbose_name="their e-mail address")),
                ("unilateral_reason", models.TextField(blank=True, verbose_name="why not every party signs")),
                ("message", models.TextField(blank=True, verbose_name="message")),
                ("days", models.PositiveSmallIntegerField(default=30, verbose_name="days to sign")),
                (
                    "remind_days",
                    models.PositiveSmallIntegerField(default=5, verbose_name="reminded every so many days"),
                ),
                ("starts_on", models.DateField(verbose_name="begins on")),
                ("initial_months", models.PositiveSmallIntegerField(default=12, verbose_name="months")),
                ("started_at", models.DateTimeField(null=True)),
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
                    "our_party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.party"
                    ),
                ),
                (
                    "template_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.templateversion",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.version"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "-id"], name="bulk_send_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("template_version__isnull", False), ("version", None)),
                            models.Q(("template_version", None), ("version__isnull", False)),
                            _connector="OR",
                        ),
                        name="bulk_send_of_one_text",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clause",
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
                ("number", models.CharField(blank=True, max_length=40)),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("level", models.PositiveSmallIntegerField()),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("marks", models.JSONField(default=list)),
                ("library_position", models.CharField(blank=True, default="", max_length=20)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="contracts.clause",
                    ),
                ),
                (
                    "library_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adopted_by",
                        to="contracts.libraryclauseversion",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clauses", to="contracts.version"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "position"), name="clause_position_once"),
                    models.CheckConstraint(condition=models.Q(("end__gte", models.F("start"))), name="clause_span"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkRow",
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
                ("number", models.PositiveIntegerField(verbose_name="row")),
                ("data", models.JSONField(default=dict)),
                ("envelope_id", models.UUIDField(null=True)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("code", models.CharField(blank=True, max_length=60)),
                ("problem", models.TextField(blank=True, verbose_name="refused")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "bulk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="contracts.bulksend"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.contract",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("bulk", "number"), name="bulk_row_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("contract__isnull", False)),
                        fields=("contract",),
                        name="bulk_row_contract_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at", None),
                            models.Q(("contract__isnull", False), ("envelope_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="bulk_row_sent_with_a_contract",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for acceptance"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("final", "Final"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("effective_on", models.DateField(blank=True, null=True, verbose_name="takes effect on")),
                ("is_retroactive", models.BooleanField(default=False, verbose_name="takes effect backwards")),
                ("retroactive_reason", models.TextField(blank=True, verbose_name="which words say so")),
                ("summary", models.TextField(blank=True, verbose_name="what it changes, and why")),
                ("instrument_name", models.CharField(blank=True, max_length=250)),
                ("instrument_media_type", models.CharField(blank=True, max_length=120)),
                ("instrument_text", models.TextField(blank=True)),
                ("content_hash", models.CharField(max_length=64, verbose_name="content hash")),
                ("touched", models.JSONField(default=list)),
                ("outcome", models.TextField(blank=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
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
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="amendments", to="contracts.contract"
                    ),
                ),
                (
                    "amends",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.version"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="amendments", to="contracts.version"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "number"), name="amendment_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "withdrawn"), _negated=True),
                        fields=("version",),
                        name="amendment_once_per_version",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("proposed", "refused"))),
                        fields=("contract",),
                        name="amendment_one_open_per_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_retroactive", False), ("effective_on__isnull", False), _connector="OR"),
                        name="amendment_backwards_has_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
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
                    "side",
                    models.CharField(
                        choices=[("ours", "Our side"), ("theirs", "Their side")], max_length=8, verbose_name="side"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Being written"), ("handed_over", "Handed over"), ("abandoned", "Abandoned")],
                        default="open",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("note", models.TextField(blank=True, verbose_name="what changed")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="contracts.contract"
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
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts_begun",
                        to="contracts.version",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="contracts.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "side", "number"), name="draft_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("contract", "side"),
                        name="draft_one_open_per_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "handed_over"), _negated=True),
                            ("version__isnull", False),
                            _connector="OR",
                        ),
                        name="draft_handed_over_has_version",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftClause",
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
                ("place", models.PositiveIntegerField()),
                ("level", models.PositiveSmallIntegerField(default=1)),
                ("number", models.CharField(blank=True, max_length=40)),
                ("heading", models.CharField(blank=True, max_length=300, verbose_name="heading")),
                ("body", models.JSONField()),
                ("text", models.TextField(blank=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("is_removed", models.BooleanField(default=False)),
                ("library_position", models.CharField(blank=True, default="", max_length=20)),
                ("changed_at", models.DateTimeField(null=True)),
                ("held_until", models.DateTimeField(null=True)),
                (
                    "became",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="came_from",
                        to="contracts.clause",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clauses", to="contracts.draft"
                    ),
                ),
                (
                    "held_by",
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
                    "origin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafted_as",
                        to="contracts.clause",
                    ),
                ),
                (
                    "library_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafted_by",
                        to="contracts.libraryclauseversion",
                    ),
                ),
            ],
            options={
                "ordering": ["place"],
                "indexes": [models.Index(fields=["draft", "place"], name="draft_clause_in_order")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 9)), name="draft_clause_level"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClauseEdit",
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
                ("based_on", models.PositiveIntegerField()),
                ("revision", models.PositiveIntegerField(null=True)),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("body", models.JSONField()),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("saved", "Saved"),
                            ("merged", "Saved together with another's words"),
                            ("conflict", "Kept: another changed the same words"),
                            ("turn_over", "Kept: the turn was over"),
                            ("unsaved_kept", "Kept: never saved"),
                            ("settled", "Seen to"),
                        ],
                        max_length=12,
                    ),
                ),
                ("session", models.CharField(blank=True, max_length=40)),
                ("sent", models.JSONField(null=True)),
                (
                    "author",
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
                    "settles",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled_by",
                        to="contracts.clauseedit",
                    ),
                ),
                (
                    "draft_clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="edits", to="contracts.draftclause"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revision__isnull", False)),
                        fields=("draft_clause", "revision"),
                        name="clause_edit_revision_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "settled"), ("settles__isnull", False)),
                            models.Q(models.Q(("outcome", "settled"), _negated=True), ("settles", None)),
                            _connector="OR",
                        ),
                        name="clause_edit_settles_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Envelope",
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
                            ("draft", "Being prepared"),
                            ("sent", "Out for signature"),
                            ("completed", "Signed by all"),
                            ("declined", "Declined"),
                            ("voided", "Voided"),
                            ("expired", "Ran out"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("here", "Signed here"),
                            ("paper", "Signed on paper"),
                            ("elsewhere", "Signed in another system"),
                        ],
                        default="here",
                        max_length=12,
                        verbose_name="how it is signed",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("message", models.TextField(blank=True, verbose_name="message")),
                ("is_ordered", models.BooleanField(default=True, verbose_name="one after the other")),
                ("effective_on", models.DateField(blank=True, null=True, verbose_name="takes effect on")),
                ("days", models.PositiveSmallIntegerField(default=30, verbose_name="days to sign")),
                (
                    "remind_days",
                    models.PositiveSmallIntegerField(default=5, verbose_name="reminded every so many days"),
                ),
                ("version_hash", models.CharField(blank=True, max_length=64)),
                ("contract_was", models.CharField(blank=True, max_length=20)),
                ("pages", models.JSONField(default=list)),
                ("paper_is_signed", models.BooleanField(default=False)),
                ("paper_removed", models.JSONField(default=list)),
                ("former_blobs", models.JSONField(default=list)),
                ("unilateral_reason", models.TextField(blank=True, verbose_name="why not every party signs")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="ends")),
                ("next_due_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True, verbose_name="over since")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("external_system", models.CharField(blank=True, max_length=60)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                (
                    "seal_state",
                    models.CharField(
                        choices=[("none", "Not yet"), ("waiting", "Being sealed"), ("sealed", "Sealed")],
                        default="none",
                        max_length=8,
                        verbose_name="seal",
                    ),
                ),
                ("seal_due_at", models.DateTimeField(null=True)),
                ("seal_attempts", models.PositiveIntegerField(default=0)),
                ("seal_error", models.TextField(blank=True)),
                ("seal_level", models.CharField(blank=True, max_length=8)),
                ("seal_certificate", models.TextField(blank=True)),
                ("sealed_at", models.DateTimeField(null=True)),
                (
                    "certificate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="envelopes", to="contracts.contract"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "executed",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="envelopes", to="contracts.version"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "-id"], name="envelope_newest"),
                    models.Index(
                        condition=models.Q(("next_due_at__isnull", False)),
                        fields=["next_due_at"],
                        name="envelope_next_due",
                    ),
                    models.Index(
                        condition=models.Q(("seal_due_at__isnull", False)),
                        fields=["seal_due_at"],
                        name="envelope_seal_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "sent")),
                        fields=("contract",),
                        name="envelope_one_out_per_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(("sent_at", None), ("state", "voided")),
                            models.Q(("expires_at__isnull", False), ("sent_at__isnull", False)),
                            models.Q(("method", "here"), _negated=True),
                            _connector="OR",
                        ),
                        name="envelope_sent_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seal_state", "sealed"), _negated=True),
                            models.Q(("executed__isnull", False), ("sealed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="envelope_sealed_has_a_paper",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AmendmentAnswer",
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
                    "verdict",
                    models.CharField(
                        choices=[("accepted", "Accepted"), ("refused", "Refused")], max_length=8, verbose_name="answer"
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("here", "Here, signed in"),
                            ("signature", "By signature"),
                            ("paper", "Signed on paper"),
                            ("letter", "By letter or e-mail"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("by_name", models.CharField(blank=True, max_length=250, verbose_name="who answered for them")),
                ("answered_on", models.DateField(verbose_name="answered on")),
                ("content_hash", models.CharField(max_length=64)),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                ("evidence_name", models.CharField(blank=True, max_length=250)),
                ("voided_at", models.DateTimeField(null=True)),
                (
                    "amendment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="contracts.amendment"
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.contractparty"
                    ),
                ),
                (
                    "envelope",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.envelope",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)),
                        fields=("amendment", "part"),
                        name="amendment_answered_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how__in", ("paper", "letter")), ("verdict", "accepted"), _negated=True),
                            ("evidence__isnull", False),
                            ("envelope__isnull", False),
                            _connector="OR",
                        ),
                        name="amendment_acceptance_has_evidence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Passage",
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
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("quote", models.TextField()),
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="passages", to="contracts.clause"
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="passages", to="contracts.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "start", "end"), name="passage_once"),
                    models.CheckConstraint(condition=models.Q(("end__gt", models.F("start"))), name="passage_span"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recipient",
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
                    "role",
                    models.CharField(
                        choices=[
                            ("signer", "Signs"),
                            ("approver", "Approves before it goes on"),
                            ("in_copy", "Gets the executed text"),
                            ("viewer", "Reads, and does not sign"),
                        ],
                        default="signer",
                        max_length=10,
                        verbose_name="part",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("ours", "Our side"), ("theirs", "Their side")],
                        default="ours",
                        max_length=8,
                        verbose_name="signs for",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("phone", models.CharField(blank=True, max_length=32, verbose_name="mobile number")),
                (
                    "code_by",
                    models.CharField(
                        choices=[("mail", "E-mail"), ("sms", "Text message")],
                        default="mail",
                        max_length=4,
                        verbose_name="code by",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Not yet asked"),
                            ("invited", "Asked"),
                            ("done", "Done"),
                            ("declined", "Declined"),
                            ("forwarded", "Passed on"),
                            ("released", "No longer asked"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("invited_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("consented_at", models.DateTimeField(null=True)),
                ("consent_hash", models.CharField(blank=True, max_length=64)),
                ("ended_at", models.DateTimeField(null=True)),
                ("drawing", models.JSONField(default=list)),
                ("reason", models.TextField(blank=True)),
                (
                    "envelope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recipients", to="contracts.envelope"
                    ),
                ),
                (
                    "forwarded_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forwarded_to",
                        to="contracts.recipient",
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.party"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        models.F("envelope"),
                        condition=models.Q(("state__in", ("forwarded", "released")), _negated=True),
                        name="recipient_address_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EnvelopeEvent",
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
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "Prepared"),
                            ("sent", "Sent"),
                            ("invited", "Asked to act"),
                            ("letter", "Letter left"),
                            ("opened", "Link opened"),
                            ("code_asked", "Code asked"),
                            ("code_wrong", "Wrong code given"),
                            ("verified", "Code given"),
                            ("viewed", "Text read"),
                            ("consented", "Agreed to sign electronically"),
                            ("signed", "Signed"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("forwarded", "Passed on"),
                            ("corrected", "Address corrected"),
                            ("reminded", "Reminded"),
                            ("refused", "Refused"),
                            ("voided", "Voided"),
                            ("expired", "Ran out"),
                            ("on_paper", "Signed on paper, and the copy certified"),
                            ("elsewhere", "Signed in another system"),
                            ("kept", "Signed copy kept, which completes nothing"),
                            ("completed", "Completed"),
                            ("sealed", "Sealed"),
                            ("fetched", "Executed text fetched"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(blank=True, max_length=250)),
                ("address", models.GenericIPAddressField(null=True)),
                ("agent", models.CharField(blank=True, max_length=300)),
                ("detail", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                (
                    "envelope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="contracts.envelope"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.recipient",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("envelope", "number"), name="envelope_event_number_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SignatureField",
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
                            ("signature", "Signature"),
                            ("initials", "Initials"),
                            ("date", "Date of signing"),
                            ("name", "Name"),
                            ("text", "Text"),
                            ("checkbox", "Box to tick"),
                        ],
                        default="signature",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=80, verbose_name="label")),
                ("is_required", models.BooleanField(default=True, verbose_name="required")),
                ("page", models.PositiveSmallIntegerField(verbose_name="page")),
                ("x", models.DecimalField(decimal_places=1, max_digits=7, verbose_name="from the left")),
                ("y", models.DecimalField(decimal_places=1, max_digits=7, verbose_name="from the top")),
                ("width", models.DecimalField(decimal_places=1, max_digits=7, verbose_name="width")),
                ("height", models.DecimalField(decimal_places=1, max_digits=7, verbose_name="height")),
                ("value", models.CharField(blank=True, max_length=500)),
                ("filled_at", models.DateTimeField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fields", to="contracts.recipient"
                    ),
                ),
            ],
            options={
                "ordering": ["page", "y", "x", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("height__gt", 0), ("page__gte", 1), ("width__gt", 0), ("x__gte", 0), ("y__gte", 0)
                        ),
                        name="signature_field_on_a_page",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignedCopy",
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
                ("message", models.CharField(max_length=120)),
                ("pages", models.JSONField(default=list)),
                ("signed_on", models.DateField(null=True, verbose_name="signed on")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("why", models.CharField(max_length=60)),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
                    ),
                ),
                (
                    "envelope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signed_copies",
                        to="contracts.envelope",
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
                "ordering": ["received_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("envelope", "message"), name="signed_copy_message_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SigningLink",
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
                    "purpose",
                    models.CharField(
                        choices=[("sign", "to sign"), ("read", "to read"), ("copy", "to fetch the executed text")],
                        max_length=4,
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("verified_at", models.DateTimeField(null=True)),
                ("session_hash", models.CharField(blank=True, max_length=64)),
                ("used_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("tally", models.JSONField(default=dict)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="contracts.recipient"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["recipient", "purpose"], name="signing_link_of")],
            },
        ),
        migrations.CreateModel(
            name="SigningCode",
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
                ("asked_at", models.DateTimeField()),
                ("code_hash", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="codes", to="contracts.signinglink"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["link", "-asked_at"], name="signing_code_of")],
            },
        ),
        migrations.CreateModel(
            name="Stance",
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
                ("topic", models.CharField(max_length=12)),
                ("value", models.CharField(max_length=80)),
                ("quote", models.TextField()),
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contracts.clause"
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stances", to="contracts.contract"
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
                "indexes": [models.Index(fields=["contract", "topic"], name="stance_of_contract")],
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
        migrations.CreateModel(
            name="Thread",
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
                    "audience",
                    models.CharField(
                        choices=[("internal", "Only us"), ("shared", "Us and the other side")],
                        default="internal",
                        max_length=10,
                        verbose_name="who reads it",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("resolved", "Resolved")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40)),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("quote", models.TextField(blank=True, verbose_name="words it is about")),
                ("started_at", models.DateTimeField()),
                (
                    "clause",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threads",
                        to="contracts.clause",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="threads", to="contracts.contract"
                    ),
                ),
                (
                    "draft_clause",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threads",
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
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["contract", "state", "audience"], name="thread_of_contract")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("clause", None), ("draft_clause", None), _connector="OR"),
                        name="thread_has_one_place",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
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
                ("outside_author", models.CharField(blank=True, default="", max_length=120)),
                ("key", models.CharField(blank=True, default="", max_length=8)),
                ("text", models.TextField(verbose_name="comment")),
                ("written_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(null=True)),
                (
                    "author",
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
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="contracts.thread"
                    ),
                ),
                (
                    "came_with",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments_in_it",
                        to="contracts.version",
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("author__isnull", False), ("came_with", None), ("outside_author", "")),
                            models.Q(("author", None), ("came_with__isnull", False)),
                            _connector="OR",
                        ),
                        name="comment_has_one_author",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerWords",
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
                ("text", models.TextField()),
                ("until", models.DateTimeField()),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="former_words", to="contracts.comment"
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
                "ordering": ["until", "id"],
            },
        ),
        migrations.CreateModel(
            name="Mention",
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
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mentions", to="contracts.comment"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("comment", "person"), name="mentioned_once")],
            },
        ),
        migrations.CreateModel(
            name="UnsavedWords",
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
                ("session", models.CharField(blank=True, max_length=40)),
                ("revision", models.PositiveIntegerField()),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("body", models.JSONField()),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "draft_clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="unsaved", to="contracts.draftclause"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("draft_clause", "person", "session"), name="unsaved_words_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
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
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "side",
                    models.CharField(
                        choices=[("ours", "Our side"), ("theirs", "Their side")], max_length=8, verbose_name="side"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="since")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="until")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="turns", to="contracts.contract"
                    ),
                ),
                (
                    "ended_by",
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
                    "version",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.version"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "number"), name="turn_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("contract",), name="turn_one_open_per_contract"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TextSketch",
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
                ("text_key", models.CharField(max_length=64)),
                ("sketch", models.BinaryField(default=bytes)),
                (
                    "bands",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sketch", to="contracts.version"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "text_key"], name="text_sketch_by_text"),
                    django.contrib.postgres.indexes.GinIndex(fields=["bands"], name="text_sketch_bands"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Terms",
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
                ("starts_on", models.DateField(verbose_name="starts on")),
                ("initial_months", models.PositiveIntegerField(verbose_name="initial term in months")),
                (
                    "renewal",
                    models.CharField(
                        choices=[
                            ("none", "Does not renew"),
                            ("automatic", "Renews by itself unless notice is given"),
                            ("express", "Renews only when both agree"),
                        ],
                        default="none",
                        max_length=12,
                        verbose_name="renewal",
                    ),
                ),
                (
                    "renewal_months",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="renewal term in months"),
                ),
                ("max_renewals", models.PositiveIntegerField(blank=True, null=True, verbose_name="number of renewals")),
                ("notice_length", models.PositiveIntegerField(blank=True, null=True, verbose_name="notice period")),
                (
                    "notice_unit",
                    models.CharField(
                        choices=[("days", "days"), ("months", "months"), ("business_days", "business days")],
                        default="days",
                        max_length=16,
                    ),
                ),
                (
                    "notice_roll",
                    models.CharField(
                        choices=[
                            ("none", "stays"),
                            ("preceding_business_day", "moves to the business day before"),
                            ("following_business_day", "moves to the business day after"),
                        ],
                        default="preceding_business_day",
                        max_length=24,
                    ),
                ),
                ("clear_days", models.BooleanField(default=False, verbose_name="clear days")),
                (
                    "day_ends_at",
                    models.TimeField(
                        blank=True,
                        help_text="Local time on the last day; empty is 24:00.",
                        null=True,
                        verbose_name="notice counts until",
                    ),
                ),
                ("holidays_country", models.CharField(blank=True, max_length=8, verbose_name="holidays of")),
                (
                    "notice_passage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.passage",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="contracts.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("initial_months__gte", 1)), name="terms_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(("renewal", "none"), ("renewal_months__gte", 1), _connector="OR"),
                        name="terms_renewal_not_empty",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
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
                ("number", models.PositiveIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("notice_deadline", models.DateField(null=True)),
                ("notice_closes_at", models.DateTimeField(null=True)),
                ("basis", models.CharField(max_length=12)),
                ("trace", models.JSONField(default=dict)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="contracts.contract"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
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
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "number"), name="term_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="term_not_empty"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("contract", "="),
                            (models.Func("starts_on", "ends_on", function="daterange"), "&&"),
                        ],
                        name="terms_do_not_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskAssessment",
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
                ("score", models.PositiveSmallIntegerField(verbose_name="score")),
                ("up_to", models.PositiveSmallIntegerField(verbose_name="at most")),
                (
                    "band",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")],
                        max_length=8,
                        verbose_name="risk",
                    ),
                ),
                (
                    "up_to_band",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")],
                        max_length=8,
                    ),
                ),
                ("parts", models.JSONField(default=list)),
                ("inputs", models.CharField(max_length=64)),
                ("assessed_at", models.DateTimeField(verbose_name="assessed")),
                (
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="risk_assessment",
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
                    "scale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.riskscale",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contracts.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__range", (0, 100)), ("up_to__gte", models.F("score")), ("up_to__range", (0, 100))
                        ),
                        name="risk_score_0_to_100",
                    )
                ],
            },
        ),
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
            name="Drafting",
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
                ("answers", models.JSONField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
                (
                    "template_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draftings",
                        to="contracts.templateversion",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafting", to="contracts.version"
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="contracts.contract"
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
        migrations.CreateModel(
            name="Watcher",
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
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="watchers", to="contracts.contract"
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
                "constraints": [models.UniqueConstraint(fields=("contract", "user"), name="watcher_once")],
            },
        ),
    ]
