"""Migration operations that make the database itself refuse changes to what must never change."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations.operations import RunSQL

_PROTECT = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ({condition}) OR ({unless}) THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '{table}: {message}' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (to_jsonb(OLD) - ARRAY[{mutable}]::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY[{mutable}]::text[]) THEN
        RAISE EXCEPTION '{table}: {message}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {function} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();
"""
_TRUNCATE = """
CREATE FUNCTION {function}_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('covenant.allow_truncate', true), '') <> 'on' THEN
        RAISE EXCEPTION '{table}: {message}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {function}_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}_truncate();
"""


def protect_rows(
    table: str,
    *,
    condition: str = "TRUE",
    unless: str = "FALSE",
    mutable: Sequence[str] = (),
    message: str,
    name: str = "protect",
) -> RunSQL:
    """A trigger on `table`: where the SQL `condition` on OLD holds, no delete, and no change but of `mutable` columns;
    `unless` is the SQL of the one case in which it may.

    Raises restrict_violation (Django: IntegrityError). TRUNCATE is refused too, unless the session sets
    covenant.allow_truncate (the test suite does).
    """
    function = f"{name}_{table}"
    columns = ", ".join(f"'{column}'" for column in mutable)
    parts = {
        "function": function,
        "table": table,
        "condition": condition,
        "unless": unless,
        "mutable": columns,
        "message": message.replace("'", "''"),
    }
    return RunSQL(
        sql=_PROTECT.format(**parts) + _TRUNCATE.format(**parts),
        reverse_sql=f"DROP TRIGGER {function} ON {table}; DROP FUNCTION {function}();"
        f"DROP TRIGGER {function}_truncate ON {table}; DROP FUNCTION {function}_truncate();",
    )
