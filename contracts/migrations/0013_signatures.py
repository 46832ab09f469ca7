import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import clm.access.base
from clm.lib.protection import protect_rows
from contracts.states import disposing


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_teams_and_delegations"),
        ("contracts", "0012_approvals"),
        ("documents", "0001_blobs"),
    ]

    operations = [
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
        protect_rows(
            "contracts_envelopeevent",
            unless=disposing("(SELECT contract_id FROM contracts_envelope WHERE id = OLD.envelope_id)"),
            message="what happened to an envelope stays",
        ),
        protect_rows(
            "contracts_envelope",
            unless=disposing("OLD.contract_id"),
            condition="OLD.state IN ('completed', 'declined', 'voided', 'expired')",
            mutable=(
                "seal_state",
                "seal_due_at",
                "seal_attempts",
                "seal_error",
                "seal_level",
                "seal_certificate",
                "sealed_at",
                "executed_id",
                "next_due_at",
            ),
            message="an envelope that is over stays as it was",
        ),
        protect_rows(
            "contracts_recipient",
            unless=disposing("(SELECT contract_id FROM contracts_envelope WHERE id = OLD.envelope_id)"),
            condition="OLD.state IN ('done', 'declined', 'forwarded')",
            message="what a recipient did stays",
        ),
        protect_rows(
            "contracts_signaturefield",
            unless=disposing(
                "(SELECT e.contract_id FROM contracts_recipient r JOIN contracts_envelope e ON e.id = r.envelope_id WHERE r.id = OLD.recipient_id)"
            ),
            condition="OLD.filled_at IS NOT NULL",
            message="what was filled in stays",
        ),
    ]
