from django.db import migrations

from clm.lib.protection import protect_rows


class Migration(migrations.Migration):
    dependencies = [("slas", "0001_commitments_telemetry_windows_breaches")]

    operations = [
        protect_rows("slas_evaluation", message="an evaluation never changes"),
        protect_rows(
            "slas_evaluationwindow",
            condition="OLD.state = 'closed'",
            mutable=["due_at", "latest_id", "light", "whole_id"],
            message="a closed window never changes",
        ),
        protect_rows(
            "slas_commitment",
            condition="OLD.state <> 'draft'",
            mutable=["state", "ends_on", "windows_due_at", "watchers", "follows_id"],
            message="an active commitment never changes",
        ),
        protect_rows(
            "slas_credittier",
            condition="(SELECT state FROM slas_commitment WHERE id = OLD.commitment_id) <> 'draft'",
            message="the tiers of an active commitment never change",
        ),
        protect_rows(
            "slas_breach",
            mutable=["state", "evaluation_id", "evidence", "evidence_digest"],
            message="a breach never goes away",
        ),
    ]
