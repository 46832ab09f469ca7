"""What the database itself refuses, whoever asks: changes to what is final, decided, sent or signed."""

from django.db import migrations

from clm.lib.protection import protect_rows
from contracts.states import disposing

# Whether this contract is being disposed of in this transaction, by two people's decision.
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

# A version of a signed contract becomes final once every party accepted exactly what it is: whoever writes it.
_ACCEPTED = """
CREATE FUNCTION contracts_amendment_is_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM contracts_contract WHERE id = NEW.contract_id) IN (
        'draft', 'in_review', 'in_negotiation', 'in_approval', 'approved', 'out_for_signature'
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM contracts_amendment a
        WHERE a.version_id = NEW.id AND a.state IN ('proposed', 'final') AND NOT EXISTS (
            SELECT FROM contracts_contractparty p
            WHERE p.contract_id = a.contract_id AND p.role IN ('ours', 'counterparty', 'guarantor') AND NOT EXISTS (
                SELECT FROM contracts_amendmentanswer r
                WHERE r.amendment_id = a.id AND r.part_id = p.id AND r.verdict = 'accepted'
                AND r.voided_at IS NULL AND r.content_hash = a.content_hash
            )
        )
    ) THEN
        RAISE EXCEPTION 'contracts_version: an amendment is final once every party accepted it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contracts_amendment_is_accepted BEFORE UPDATE OF state ON contracts_version FOR EACH ROW
    WHEN (NEW.state = 'final' AND OLD.state <> 'final') EXECUTE FUNCTION contracts_amendment_is_accepted();
"""
_NOT_ACCEPTED = """
DROP TRIGGER contracts_amendment_is_accepted ON contracts_version; DROP FUNCTION contracts_amendment_is_accepted();
"""

# A final text may come in whole as well, with an organization that arrives. By the end of the transaction it is the
# only final text of its contract, or every party accepted it, or it brought the chained entry of the ledger by which it
# became final where it came from: what was never entered, or entered in the same breath, is refused.
_AGREED = """
CREATE FUNCTION contracts_final_text_is_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM contracts_version v WHERE v.contract_id = NEW.contract_id AND v.state = 'final' AND v.id <> NEW.id
    ) OR EXISTS (
        SELECT FROM contracts_amendment a
        WHERE a.version_id = NEW.id AND a.state IN ('proposed', 'final') AND NOT EXISTS (
            SELECT FROM contracts_contractparty p
            WHERE p.contract_id = a.contract_id AND p.role IN ('ours', 'counterparty', 'guarantor') AND NOT EXISTS (
                SELECT FROM contracts_amendmentanswer r
                WHERE r.amendment_id = a.id AND r.part_id = p.id AND r.verdict = 'accepted'
                AND r.voided_at IS NULL AND r.content_hash = a.content_hash
            )
        )
    ) OR EXISTS (
        SELECT FROM audit_ledgerentry e
        WHERE e.organization_id = NEW.organization_id AND e.subject_type = 'contracts.version'
        AND e.subject_id = NEW.id AND e.event = 'version.finalized' AND e.hash IS NOT NULL
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'contracts_version: an amendment is final once every party accepted it'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE CONSTRAINT TRIGGER contracts_final_text_is_agreed AFTER INSERT ON contracts_version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'final') EXECUTE FUNCTION contracts_final_text_is_agreed();
"""
_NOT_AGREED = """
DROP TRIGGER contracts_final_text_is_agreed ON contracts_version; DROP FUNCTION contracts_final_text_is_agreed();
"""

# What a version consists of is there when it leaves draft, and what was asked of people when an envelope is over:
# nothing comes in later. An organization that arrives brings both before the rows that they hang on.
_NO_MORE = """
CREATE FUNCTION contracts_takes_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_over boolean;
BEGIN
    EXECUTE format('SELECT %s FROM (SELECT $1.*) AS row', TG_ARGV[0]) INTO is_over USING NEW;
    IF is_over THEN
        RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[1] USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
_FINAL = "(SELECT state FROM contracts_version WHERE id = row.version_id) <> ''draft''"
_OVER = "(SELECT state FROM contracts_envelope WHERE id = {}) IN (''completed'', ''declined'', ''voided'', ''expired'')"
_ASKED = "(SELECT envelope_id FROM contracts_recipient WHERE id = row.recipient_id)"

# Bytes that a signed text, or what was signed, rests on are erased only with their contract.
_RESTS_ON = """
CREATE FUNCTION contracts_rests_on(blob uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM contracts_version v JOIN contracts_contract c ON c.id = v.contract_id
        WHERE v.blob_id = blob AND v.state <> 'draft' AND c.state <> 'disposed' AND NOT contracts_is_disposing(c.id)
    ) OR EXISTS (
        SELECT FROM contracts_envelope e
        WHERE blob IN (e.paper_id, e.executed_id, e.certificate_id) AND e.state = 'completed'
        AND NOT contracts_is_disposing(e.contract_id)
    );
END $$;
"""


def _takes_no_more(table: str, key: str, when: str, message: str) -> migrations.RunSQL:
    """A trigger: no row comes in, by insert or by another `key`, where the SQL `when` holds for it (`row`)."""
    name = f"no_more_{table}"
    made = f"CREATE TRIGGER {name}{{}} BEFORE {{}} ON {table} FOR EACH ROW {{}}"
    made += f" EXECUTE FUNCTION contracts_takes_no_more('{when}', '{message}');"
    moved = made.format("_moved", f"UPDATE OF {key}", f"WHEN (OLD.{key} IS DISTINCT FROM NEW.{key})")
    return migrations.RunSQL(
        made.format("", "INSERT", "") + moved, f"DROP TRIGGER {name} ON {table}; DROP TRIGGER {name}_moved ON {table};"
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protect_ledger"), ("contracts", "0001_tables")]

    operations = [
        migrations.RunSQL(_DISPOSING, "DROP FUNCTION contracts_is_disposing(uuid)"),
        # Versions, terms and what is marked in them.
        protect_rows(
            "contracts_version",
            unless=disposing("OLD.contract_id"),
            condition="OLD.state <> 'draft'",
            message="a version that left draft never changes",
        ),
        protect_rows(
            "contracts_clause",
            unless=disposing("(SELECT contract_id FROM contracts_version WHERE id = OLD.version_id)"),
            condition="(SELECT state FROM contracts_version WHERE id = OLD.version_id) <> 'draft'",
            message="the clauses of a version that left draft never change",
        ),
        protect_rows(
            "contracts_terms",
            condition="(SELECT state FROM contracts_version WHERE id = OLD.version_id) <> 'draft'",
            message="the terms of a version that left draft never change",
        ),
        protect_rows(
            "contracts_passage",
            unless=disposing("(SELECT contract_id FROM contracts_version WHERE id = OLD.version_id)"),
            message="a marked passage never changes",
        ),
        protect_rows(
            "contracts_renewaldecision", unless=disposing("OLD.contract_id"), message="decisions are append-only"
        ),
        protect_rows(
            "contracts_term",
            condition="EXISTS (SELECT 1 FROM contracts_term later"
            " WHERE later.contract_id = OLD.contract_id AND later.number > OLD.number)",
            message="terms that are over never change",
            name="protect_past",
        ),
        protect_rows(
            "contracts_term",
            mutable=("ends_on", "notice_deadline", "notice_closes_at", "trace", "version_id"),
            message="a term keeps its number, its start and its contract",
            name="protect_current",
        ),
        # Templates.
        protect_rows(
            "contracts_templateversion",
            condition="OLD.approved_at IS NOT NULL",
            message="an approved version of a template never changes",
            name="protect_approved",
        ),
        protect_rows(
            "contracts_templateversion",
            mutable=("approved_at", "approved_by_id"),
            message="a version of a template never changes",
        ),
        protect_rows(
            "contracts_drafting",
            unless=disposing("(SELECT contract_id FROM contracts_version WHERE id = OLD.version_id)"),
            message="from what a contract was drafted never changes",
        ),
        # Clause library.
        protect_rows(
            "contracts_libraryclauseversion",
            condition="OLD.state <> 'draft'",
            message="an approved version of a library clause never changes",
        ),
        # Drafts.
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
        # Comments.
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
        # Requests.
        protect_rows(
            "contracts_requestquestion",
            unless=disposing("(SELECT contract_id FROM contracts_contractrequest WHERE id = OLD.request_id)"),
            condition="OLD.answered_at IS NOT NULL",
            message="an answered question never changes",
        ),
        protect_rows(
            "contracts_requestfile",
            unless=disposing("(SELECT contract_id FROM contracts_contractrequest WHERE id = OLD.request_id)"),
            message="the file of a request never changes",
        ),
        # Changes that came back.
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
        # Approvals.
        protect_rows(
            "contracts_rule",
            condition="(SELECT state FROM contracts_matrix WHERE id = OLD.matrix_id) <> 'draft'",
            message="the rules of a matrix that was switched on never change",
        ),
        protect_rows(
            "contracts_approval",
            unless=disposing("OLD.contract_id"),
            condition="OLD.state NOT IN ('open', 'approved')",
            message="an approval that is over never changes",
        ),
        protect_rows(
            "contracts_approval",
            name="protect_given",
            unless=disposing("OLD.contract_id"),
            condition="OLD.state = 'approved'",
            mutable=("state", "ended_at", "reason"),
            message="an approval that was given never changes",
        ),
        protect_rows(
            "contracts_approval",
            name="protect_asked",
            unless=disposing("OLD.contract_id"),
            condition="OLD.state = 'open' AND OLD.trace <> '[]'::jsonb",
            mutable=("state", "ended_at", "reason"),
            message="what is asked for an approval never changes",
        ),
        protect_rows(
            "contracts_approvalstep",
            unless=disposing("(SELECT contract_id FROM contracts_approval WHERE id = OLD.approval_id)"),
            condition="OLD.state IN ('approved', 'rejected', 'skipped')",
            message="a step of an approval that is over never changes",
        ),
        protect_rows(
            "contracts_approvalseat",
            unless=disposing(
                "(SELECT a.contract_id FROM contracts_approvalstep s JOIN contracts_approval a ON a.id = s.approval_id"
                " WHERE s.id = OLD.step_id)"
            ),
            condition="OLD.state <> 'waiting'",
            mutable=("gave_sight",),
            message="a decision on an approval never changes",
        ),
        # Signatures.
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
                "certificate_id",
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
        # Records.
        protect_rows(
            "contracts_disposal",
            condition="OLD.state <> 'proposed'",
            unless=disposing("OLD.contract_id"),
            message="a decided disposal never changes",
        ),
        protect_rows(
            "contracts_legalhold", condition="OLD.released_at IS NOT NULL", message="a released hold never changes"
        ),
        # Amendments.
        protect_rows(
            "contracts_amendment",
            unless=disposing("OLD.contract_id"),
            condition="OLD.state IN ('final', 'withdrawn')",
            message="an amendment that is over never changes",
        ),
        protect_rows(
            "contracts_amendmentanswer",
            unless=disposing("(SELECT contract_id FROM contracts_amendment WHERE id = OLD.amendment_id)"),
            mutable=("voided_at",),
            message="what a party answered never changes",
        ),
        protect_rows(
            "contracts_amendmentanswer",
            unless=disposing("(SELECT contract_id FROM contracts_amendment WHERE id = OLD.amendment_id)"),
            condition="OLD.voided_at IS NOT NULL",
            message="a void answer stays void",
            name="protect_void",
        ),
        # Risk.
        protect_rows(
            "contracts_riskscale",
            condition="OLD.state <> 'draft'",
            mutable=("state", "retired_at"),
            message="weights that were switched on never change",
        ),
        # Imports.
        protect_rows(
            "contracts_importrow",
            condition="OLD.contract_id IS NOT NULL",
            unless=disposing("OLD.contract_id"),
            message="a row that is a contract never changes",
        ),
        protect_rows(
            "contracts_signedcopy",
            unless=disposing("(SELECT contract_id FROM contracts_envelope WHERE id = OLD.envelope_id)"),
            message="what was signed is kept as it came",
        ),
        migrations.RunSQL(_ACCEPTED, _NOT_ACCEPTED),
        migrations.RunSQL(_AGREED, _NOT_AGREED),
        # Nothing comes in later.
        migrations.RunSQL(_NO_MORE, "DROP FUNCTION contracts_takes_no_more()"),
        _takes_no_more("contracts_clause", "version_id", _FINAL, "a version that left draft gets no further clause"),
        _takes_no_more("contracts_terms", "version_id", _FINAL, "a version that left draft gets no terms any more"),
        _takes_no_more(
            "contracts_recipient", "envelope_id", _OVER.format("row.envelope_id"), "nobody comes to what is over"
        ),
        _takes_no_more(
            "contracts_signaturefield", "recipient_id", _OVER.format(_ASKED), "nothing is asked in what is over"
        ),
        # Who signed, and what.
        protect_rows(
            "contracts_contractparty",
            unless=disposing("OLD.contract_id"),
            condition="(SELECT state FROM contracts_contract WHERE id = OLD.contract_id) NOT IN ('draft', 'in_review',"
            " 'in_negotiation', 'in_approval', 'approved', 'out_for_signature')",
            message="the parties of a signed contract stay",
        ),
        migrations.RunSQL(_RESTS_ON, "DROP FUNCTION contracts_rests_on(uuid)"),
        protect_rows(
            "documents_blob",
            name="protect_signed",
            condition="TG_OP = 'UPDATE' AND OLD.storage_name <> '' AND contracts_rests_on(OLD.id)",
            message="the bytes of what was signed go with their contract alone",
        ),
    ]
