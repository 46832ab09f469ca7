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
        ("contracts", "0006_clause_library"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="turn",
            field=models.CharField(
                choices=[("ours", "Our side"), ("theirs", "Their side")],
                default="ours",
                max_length=8,
                verbose_name="whose turn it is",
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="shared_at",
            field=models.DateTimeField(null=True, verbose_name="both sides have it since"),
        ),
        migrations.AddField(
            model_name="version",
            name="side",
            field=models.CharField(
                choices=[("ours", "Our side"), ("theirs", "Their side")],
                default="ours",
                max_length=8,
                verbose_name="written by",
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="source",
            field=models.CharField(
                choices=[("upload", "Document"), ("draft", "Draft"), ("received", "Answer")],
                default="upload",
                max_length=8,
                verbose_name="came as",
            ),
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
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts_begun",
                        to="contracts.version",
                    ),
                ),
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
                    "version",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="contracts.version",
                    ),
                ),
            ],
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
                    "library_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafted_by",
                        to="contracts.libraryclauseversion",
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
            ],
            options={
                "ordering": ["place"],
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
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("contract", "side", "number"), name="draft_number_once"),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("contract", "side"), name="draft_one_open_per_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "handed_over"), _negated=True), ("version__isnull", False), _connector="OR"
                ),
                name="draft_handed_over_has_version",
            ),
        ),
        migrations.AddIndex(
            model_name="draftclause",
            index=models.Index(fields=["draft", "place"], name="draft_clause_in_order"),
        ),
        migrations.AddConstraint(
            model_name="draftclause",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__gte", 1), ("level__lte", 9)), name="draft_clause_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="clauseedit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revision__isnull", False)),
                fields=("draft_clause", "revision"),
                name="clause_edit_revision_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="clauseedit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "settled"), ("settles__isnull", False)),
                    models.Q(models.Q(("outcome", "settled"), _negated=True), ("settles", None)),
                    _connector="OR",
                ),
                name="clause_edit_settles_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(fields=("contract", "number"), name="turn_number_once"),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("contract",), name="turn_one_open_per_contract"
            ),
        ),
        migrations.AddConstraint(
            model_name="unsavedwords",
            constraint=models.UniqueConstraint(fields=("draft_clause", "person", "session"), name="unsaved_words_once"),
        ),
        # What is final both sides have. Retyping the column reads the other one and asks no trigger of the table.
        migrations.RunSQL(
            "ALTER TABLE contracts_version ALTER COLUMN shared_at TYPE timestamp with time zone USING finalized_at",
            migrations.RunSQL.noop,
        ),
        protect_rows(
            "contracts_clauseedit",
            unless=disposing(
                "(SELECT d.contract_id FROM contracts_draftclause c JOIN contracts_draft d ON d.id = c.draft_id WHERE c.id = OLD.draft_clause_id)"
            ),
            message="words that were sent never change",
        ),
        protect_rows(
            "contracts_turn",
            unless=disposing("OLD.contract_id"),
            condition="OLD.ended_at IS NOT NULL",
            message="a turn that ended never changes",
        ),
    ]
