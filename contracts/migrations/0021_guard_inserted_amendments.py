from django.db import migrations

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


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_protect_ledger"),
        ("contracts", "0020_open_contracts"),
    ]

    operations = [migrations.RunSQL(sql=_AGREED, reverse_sql=_NOT_AGREED)]
