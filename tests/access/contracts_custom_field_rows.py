"""The rows of own fields: administrators define them, everybody inside reads them, the other side does not."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.custom_fields.retire_custom_field import retire_custom_field
from tests.access.table import Route
from tests.cast import Cast

KEEPERS = {"administrator"}

VERB_ROWS = {
    "contracts.view_custom_field": INSIDE,
    "contracts.define_custom_field": KEEPERS,
    "contracts.change_custom_field": KEEPERS,
    "contracts.retire_custom_field": KEEPERS,
}


def _field(cast: Cast) -> dict[str, Any]:
    made = define_custom_field(actor=cast["administrator"], key="cost", label="Cost centre", kind="text")
    return {"pk": made.pk}


def _retired(cast: Cast) -> dict[str, Any]:
    return {"pk": retire_custom_field(actor=cast["administrator"], field_id=_field(cast)["pk"]).pk}


BUILDERS = {"custom-field": _field, "custom-field-retired": _retired}
ROUTE_ROWS = [
    Route("custom-fields", "GET", INSIDE),
    Route("custom-field", "GET", INSIDE, key="custom-field"),
    Route("custom-field-new", "GET", KEEPERS),
    Route("custom-field-new", "POST", KEEPERS, data={"key": ""}),
    Route("custom-field-edit", "GET", KEEPERS, key="custom-field"),
    Route("custom-field-edit", "POST", KEEPERS, key="custom-field", data={"label": ""}),
    Route("custom-field-retire", "POST", KEEPERS, key="custom-field"),
    Route("custom-field-reinstate", "POST", KEEPERS, key="custom-field-retired"),
    Route("api-custom-fields", "GET", INSIDE),
    Route("api-custom-fields", "POST", KEEPERS, data={"key": ""}),
    Route("api-custom-field", "GET", INSIDE, key="custom-field"),
    Route("api-custom-field", "PATCH", KEEPERS, key="custom-field", data={"position": "x"}),
    Route("api-custom-field-retirement", "POST", KEEPERS, key="custom-field"),
    Route("api-custom-field-reinstatement", "POST", KEEPERS, key="custom-field-retired"),
]
