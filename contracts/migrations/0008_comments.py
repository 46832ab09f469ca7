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
        ("contracts", "0007_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ("outside_author", models.CharField(blank=True, default="", max_length=120)),
                (
                    "came_with",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments_in_it",
                        to="contracts.version",
                    ),
                ),
                ("key", models.CharField(blank=True, default="", max_length=8)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "id"],
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
        ),
        migrations.AddField(
            model_name="comment",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="contracts.thread"
            ),
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
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["contract", "state", "audience"], name="thread_of_contract"),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("clause", None), ("draft_clause", None), _connector="OR"),
                name="thread_has_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("author__isnull", False), ("came_with", None), ("outside_author", "")),
                    models.Q(("author", None), ("came_with__isnull", False)),
                    _connector="OR",
                ),
                name="comment_has_one_author",
            ),
        ),
        protect_rows(
            "contracts_thread",
            unless=disposing("OLD.contract_id"),
            mutable=("state",),
            message="who reads a thread, and where it was begun, never changes",
        ),
        protect_rows(
            "contracts_comment",
            unless=disposing("(SELECT contract_id FROM contracts_thread WHERE id = OLD.thread_id)"),
            mutable=("text", "edited_at"),
            message="a comment stays in its thread and its author's",
        ),
        protect_rows(
            "contracts_formerwords",
            unless=disposing(
                "(SELECT t.contract_id FROM contracts_comment c JOIN contracts_thread t ON t.id = c.thread_id WHERE c.id = OLD.comment_id)"
            ),
            message="what a comment said is append-only",
        ),
        protect_rows(
            "contracts_mention",
            unless=disposing(
                "(SELECT t.contract_id FROM contracts_comment c JOIN contracts_thread t ON t.id = c.thread_id WHERE c.id = OLD.comment_id)"
            ),
            message="mentions are append-only",
        ),
    ]
