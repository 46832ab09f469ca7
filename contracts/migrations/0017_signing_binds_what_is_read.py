import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import clm.access.base
from clm.lib.protection import protect_rows
from contracts.states import disposing

FORMER = (
    "DROP TRIGGER protect_contracts_envelope ON contracts_envelope; DROP FUNCTION protect_contracts_envelope();"
    "DROP TRIGGER protect_contracts_envelope_truncate ON contracts_envelope;"
    "DROP FUNCTION protect_contracts_envelope_truncate();"
)
SEALING = (
    "seal_state",
    "seal_due_at",
    "seal_attempts",
    "seal_error",
    "seal_level",
    "seal_certificate",
    "sealed_at",
    "executed_id",
    "next_due_at",
)


def _protect_envelopes(mutable):
    return protect_rows(
        "contracts_envelope",
        unless=disposing("OLD.contract_id"),
        condition="OLD.state IN ('completed', 'declined', 'voided', 'expired')",
        mutable=mutable,
        message="an envelope that is over stays as it was",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_teams_and_delegations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contracts", "0016_amendments"),
        ("documents", "0001_blobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="envelope",
            name="certificate",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.blob"
            ),
        ),
        migrations.AddField(
            model_name="envelope",
            name="former_blobs",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="envelope",
            name="paper_is_signed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="envelope",
            name="paper_removed",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="envelope",
            name="unilateral_reason",
            field=models.TextField(blank=True, verbose_name="why not every party signs"),
        ),
        migrations.AddField(
            model_name="recipient",
            name="drawing",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="recipient",
            name="party",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.party"
            ),
        ),
        migrations.AddField(
            model_name="signinglink",
            name="tally",
            field=models.JSONField(default=dict),
        ),
        migrations.RunSQL(FORMER, _protect_envelopes(SEALING).sql),
        # The certificate that is a file of its own comes with the seal.
        _protect_envelopes((*SEALING, "certificate_id")),
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
                    "contract",
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
                (
                    "bulk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="contracts.bulksend"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.AddIndex(
            model_name="bulksend",
            index=models.Index(fields=["organization", "-id"], name="bulk_send_newest"),
        ),
        migrations.AddConstraint(
            model_name="bulksend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("template_version__isnull", False), ("version", None)),
                    models.Q(("template_version", None), ("version__isnull", False)),
                    _connector="OR",
                ),
                name="bulk_send_of_one_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.UniqueConstraint(fields=("bulk", "number"), name="bulk_row_number_once"),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("contract__isnull", False)), fields=("contract",), name="bulk_row_contract_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at", None),
                    models.Q(("contract__isnull", False), ("envelope_id__isnull", False)),
                    _connector="OR",
                ),
                name="bulk_row_sent_with_a_contract",
            ),
        ),
        protect_rows(
            "contracts_bulksend",
            unless=disposing("(SELECT contract_id FROM contracts_version WHERE id = OLD.version_id)"),
            condition="OLD.started_at IS NOT NULL",
            message="a list of which rows were sent stays as it was",
        ),
        protect_rows(
            "contracts_bulkrow",
            unless=disposing("OLD.contract_id"),
            condition="OLD.sent_at IS NOT NULL",
            message="what was sent stays",
        ),
    ]
