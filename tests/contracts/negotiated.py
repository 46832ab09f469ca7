"""What is agreed on in the walk through a negotiation, by the pages and through the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contracts.word.counter_redline import Edits

TEMPLATE = (
    Path(__file__).resolve().parents[2] / "contracts" / "portfolio" / "data" / "templates" / "common-paper-csa-with-sla"
)
PARTS = {
    "file": "template.docx",
    "metadata": "metadata.yaml",
    "selections": "selections.json",
    "replacements": "replacements.json",
}
ANSWERS: dict[str, Any] = {
    "company_name": "Northwind Foods",
    "provider_name": "Blue Harbour Hosting GmbH",
    "customer_name": "Northwind Foods SE",
    "key_terms_effective_date": "1 January 2027",
    "cloud_service": "Managed hosting",
    "subscription_period": "1 year",
    "fees": "EUR 12,000",
    "has_target_uptime": True,
    "governing_law": "Germany",
    "jurisdiction": "courts located in Hamburg, Germany",
}
# The clause that is replaced by a fallback of the library.
REPLACED = "Requesting A Service Credit"
PREFERRED = "A Service Credit is granted without a request."
LONGER = "for up to sixty"
FALLBACK = f"Customer may ask for a Service Credit {LONGER} days after the month."
LADDER = [{"kind": "preferred", "text": PREFERRED}, {"kind": "fallback", "text": FALLBACK}]

INTERNAL = "We could live with 45 days."
SHARED = "Sixty days give our accountants time."

# What they change: words of one clause, a sentence of another, and a paragraph of their own.
NOTIFY, SOONER = "promptly notify Provider", "notify Provider within two days"
FREELY = "Provider may use all Feedback freely without any restriction or obligation."
CONTENT = "responsible for the accuracy and content of Customer Content."
REPORTS = "Customer will report the volume of its Customer Content each week."
YEARLY = "Customer will report the volume of its Customer Content once a year."
EDITS = Edits(replaced={NOTIFY: SOONER, f" {FREELY}": ""}, behind={CONTENT: REPORTS})
