"""The rows of imports: who may file contracts brings them in and sees what came of it."""

from __future__ import annotations

from typing import Any

from clm.documents.extraction import PDF
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.papers import Paper
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.imports.packed import read, tried, two_files

EDITORS = {"legal", "procurement", "administrator", "integration"}
VERB_ROWS = {
    "contracts.view_import": EDITORS,
    "contracts.import_contracts": EDITORS,
    "contracts.discard_import": EDITORS,
}


def _tried(cast: Cast) -> dict[str, Any]:
    batch = read(cast["legal"], two_files())
    tried(cast["legal"], batch, state="draft")
    return {"pk": batch.pk}


def _scan(cast: Cast) -> dict[str, Any]:
    contract = create_contract(actor=cast["legal"], title="Scan")
    paper = Paper(b"%PDF-1.4 no words", "scan.pdf", PDF, 1, "", (), ("no_text",))
    return {"pk": add_version(actor=cast["legal"], contract_id=contract.pk, paper=paper).pk}


BUILDERS = {"import-tried": _tried, "import-scan": _scan}
KEY = "import-tried"
ROUTE_ROWS = [
    Route("imports", "GET", EDITORS),
    Route("import-new", "GET", EDITORS),
    Route("import-new", "POST", EDITORS, data={"name": ""}),
    Route("import", "GET", EDITORS, key=KEY),
    Route("import-map", "GET", EDITORS, key=KEY),
    Route("import-map", "POST", EDITORS, key=KEY, data={"state": ""}),
    Route("import-run", "POST", EDITORS, key=KEY),
    Route("import-discard", "POST", EDITORS, key=KEY),
    Route("import-decide", "POST", EDITORS, key=KEY, data={"rows": "1", "decision": "skip"}),
    Route("import-scans", "POST", EDITORS, key=KEY),
    Route("import-sheet", "GET", EDITORS, key=KEY),
    Route("import-sheet", "POST", EDITORS, key=KEY),
    Route("import-result", "GET", EDITORS, key=KEY),
    Route("api-imports", "GET", EDITORS),
    Route("api-imports", "POST", EDITORS, data={"name": 1}),
    Route("api-import", "GET", EDITORS, key=KEY),
    Route("api-import-rows", "GET", EDITORS, key=KEY),
    Route("api-import-mapping", "POST", EDITORS, key=KEY, data={"state": "x"}),
    Route("api-import-decisions", "POST", EDITORS, key=KEY, data={"rows": []}),
    Route("api-import-run", "POST", EDITORS, key=KEY),
    Route("api-import-discard", "POST", EDITORS, key=KEY),
    Route("api-import-scans", "POST", EDITORS, key=KEY),
    Route("api-import-sheet", "PUT", EDITORS, key=KEY),
    Route("version-recognize", "POST", EDITORS, key="import-scan"),
    Route("api-version-recognition", "POST", EDITORS, key="import-scan"),
]
