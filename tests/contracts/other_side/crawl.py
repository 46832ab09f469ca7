"""Asks every address with everything there is, and reads what comes back down to its parts."""

from __future__ import annotations

import io
import itertools
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.cache import caches
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from clm.access.registry import VISIBILITY
from clm.documents.extraction import DOCX, PDF
from contracts.models import Contract, Version
from contracts.tabs import TABS
from tests.access.table import THIRD_PARTY, _patterns
from tests.access.test_routes import organization_scope_left

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Of no organization: scripts, descriptions, health, and the page for what is not found.
APART = {"javascript-catalog", "api-schema", "api-docs", "metrics", "healthz", "readyz", "^.*$"}
SAMPLE = "00000000-0000-7000-8000-000000000000"
# What stands before an id, behind /contracts or /api/v1 -> the models that it may be of.
KINDS = {
    "/": {"Contract"},
    "/approvals/": {"Approval"},
    "/approvals/matrices/": {"Matrix"},
    "/approvals/rules/": {"Rule"},
    "/approvals/seats/": {"ApprovalSeat"},
    "/approval-matrices/": {"Matrix"},
    "/approval-rules/": {"Rule"},
    "/approval-seats/": {"ApprovalSeat"},
    "/away/": {"Delegation"},
    "/delegations/": {"Delegation"},
    "/teams/": {"Team"},
    "/breaches/": {"Breach"},
    "/changes/": {"Change"},
    "/comments/": {"Comment"},
    "/commitments/": {"Commitment"},
    "/contracts/": {"Contract"},
    "/draft-clauses/": {"DraftClause"},
    "/drafts/": {"Draft"},
    "/drafts/clauses/": {"DraftClause"},
    "/envelopes/": {"Envelope"},
    "/evaluations/": {"Evaluation"},
    "/help/": set(),
    "/sign/": set(),
    "/jobs/": {"Job"},
    "/ledger/": {"LedgerEntry"},
    "/library/": {"LibraryClause"},
    "/library/adopt/": {"Clause"},
    "/library/offers/": {"Contract"},
    "/library-clauses/": {"LibraryClause"},
    "/omissions/": {"Contract", "Omission"},
    "/parties/": {"Party"},
    "/passages/": {"Passage"},
    "/people/": {"Membership"},
    "/recipients/": {"Recipient"},
    "/requests/": {"ContractRequest"},
    "/service-levels/": {"Commitment"},
    "/alerts/": {"Alert"},
    "/service-levels/alerts/": {"Alert"},
    "/service-levels/back-tests/": {"Job"},
    "/service-levels/breaches/": {"Breach"},
    "/service-levels/evaluations/": {"Evaluation"},
    "/service-levels/evidence/": {"EvidenceBundle"},
    "/service-levels/reports/": {"ServiceReport"},
    "/service-levels/windows/": {"EvaluationWindow"},
    "/template-versions/": {"TemplateVersion"},
    "/templates/": {"Template"},
    "/terms/": {"Term"},
    "/threads/": {"Thread"},
    "/versions/": {"Version"},
    "/windows/": {"EvaluationWindow"},
    "/envelopes/copies/": {"SignedCopy"},
    "/signed-copies/": {"SignedCopy"},
    "/hooks/signing/": {"Envelope"},
    "/records/rules/": {"RetentionRule"},
    "/retention-rules/": {"RetentionRule"},
    "/records/readings/": {"UnusualReading"},
    "/custom-fields/": {"CustomField"},
    "/terminations/": {"Termination"},
    "/termination-items/": {"TerminationItem"},
    "/relations/": {"ContractRelation"},
    "/contract-relations/": {"ContractRelation"},
    "/amendments/": {"Amendment"},
    "/conflicts/": {"Conflict"},
    "/risk-scales/": {"RiskScale"},
    "/risk/weights/": {"RiskScale"},
    "/imports/": {"ContractImport"},
    "/contract-imports/": {"ContractImport"},
    "/exports/": {"OrganizationExport"},
    "/saved-views/": {"SavedView"},
}
KINDS |= {f"{place}{kind}": {model} for place in ("/", "/records/") for kind, model in (
    ("matters/", "Matter"), ("holds/", "LegalHold"), ("disposals/", "Disposal"),
)}  # fmt: skip
KINDS |= {place: {"Passage"} for place in ("/service-levels/bind/", "/obligations/bind/", "/billing/fees/bind/")}
KINDS |= {
    place: {"Contract"}
    for place in (
        "/service-levels/services/new/", "/service-levels/indicators/new/", "/service-levels/reports/new/",
        "/obligations/new/", "/billing/fees/new/",
    )
}  # fmt: skip
KINDS |= {place: {"RequestFile"} for place in ("/requests/files/", "/request-files/")}
# Of kinds of which the house has none, or which only their own person is ever shown: an id of each of a few kinds.
FEW = {"Contract", "Passage", "ClauseEdit", "Clause", "Notification", "TemplateVersion", "RequestFile", "Exclusion"}
NONE_OF_THEM = {
    "/billing/credits/", "/billing/fees/", "/billing/invoices/", "/billing/reconciliations/", "/credit-notes/",
    "/credits/", "/dead-letters/", "/deliveries/", "/discrepancies/", "/fees/", "/invoices/", "/obligations/",
    "/obligations/dates/", "/occurrences/", "/reconciliation/", "/service-reports/", "/tokens/", "/views/", "/inbox/",
    "/notifications/", "/drafts/words/", "/kept-words/", "/clauses/", "/exclusions/", "/requests/new/",
    "/bulk-sends/",
}  # fmt: skip
FRESH_AFTER = 500
LISTS = ("?all=1", "?format=csv", "?format=xlsx", "?show=all")


@dataclass
class Read:
    """Address -> what could be read there; `refused` are the addresses that answered nothing."""

    texts: dict[str, str] = field(default_factory=dict)  # in small letters
    refused: list[str] = field(default_factory=list)

    def where(self, word: str) -> list[str]:
        sought = word.lower()
        return sorted(url for url, text in self.texts.items() if sought in text)


def crawl(client: Client, *, api: bool, until: Iterable[str] = ()) -> Read:
    """All pages, or all of the API, as the client's person sees them; `until` the words were read, where some are
    given."""
    found = Read()
    wanted = {word.lower() for word in until}
    is_search = bool(wanted)
    unread: set[str] = set()  # routes that nobody reads from: they only take orders
    every = dict.fromkeys(addresses(api=api))
    for asked, (route, url) in enumerate(_broadly(every) if is_search else every):
        if asked % FRESH_AFTER == 0:
            caches["default"].clear()  # else most of the API answers that too much was asked of it
        if route in unread:
            continue
        with organization_scope_left():
            answer = client.get(url)
        assert answer.status_code < 500, url
        assert answer.status_code != HTTPStatus.TOO_MANY_REQUESTS, url
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            unread.add(route)
        if answer.status_code >= 400:
            found.refused.append(url)
        else:
            found.texts[url] = f"{dict(answer.headers)}\n{readable(answer)}".lower()
            wanted = {word for word in wanted if word not in found.texts[url]}
        if is_search and not wanted:
            break
    return found


def addresses(*, api: bool) -> Iterator[tuple[str, str]]:
    """Route and address: with the ids of everything that there is, lists also as files, tabs, and all comparisons."""
    for prefix, pattern in _patterns(get_resolver().url_patterns):
        name = prefix + (pattern.name or "")
        if pattern.callback.__module__.startswith(THIRD_PARTY) or name in APART or not pattern.name:
            continue
        if name.startswith("api-") == api:
            yield from ((name, url) for url in _filled(name, pattern))
    yield from _pairs(api=api)
    for contract, tab in itertools.product(Contract.objects.all() if not api else (), TABS.values()):
        url = reverse("contract-tab", args=[contract.pk, tab.key])
        yield from ((f"tab {tab.key}", f"{url}{more}") for more in (("", "?show=all") if tab.asks else ("",)))


def _broadly(every: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Of each route one address after another: what is sought is found before everything was asked."""
    by_route: dict[str, list[str]] = {}
    for route, url in every:
        by_route.setdefault(route, []).append(url)
    for rank in range(max(map(len, by_route.values()))):
        yield from ((route, urls[rank]) for route, urls in by_route.items() if rank < len(urls))


def ids_for(url: str) -> list[str]:
    """The ids that an address may carry: of the kind that stands before them. An address nobody said that of is a
    KeyError: all kinds of ids at each would be thousands of requests."""
    place = url.partition(SAMPLE)[0].removeprefix("/api/v1").removeprefix("/contracts")
    if place in NONE_OF_THEM:
        return [key for model in VISIBILITY if model.__name__ in FEW for key in _keys(model, first=0, last=1)]
    models = [model for model in VISIBILITY if model.__name__ in KINDS[place]]
    return [key for model in models for key in _keys(model, first=3, last=6)]


def _keys(model: Any, *, first: int, last: int) -> list[str]:
    """Of many of a kind the first and the last."""
    keys = [str(pk) for pk in model._default_manager.order_by("pk").values_list("pk", flat=True)]
    return keys if len(keys) <= first + last else [*keys[:first], *keys[-last:]]


def _filled(name: str, pattern: URLPattern) -> Iterator[str]:
    names = list(getattr(pattern.pattern, "converters", {}))
    if not names:
        try:
            url = reverse(name)
        except NoReverseMatch:
            return
        yield url
        yield from (f"{url}{more}" for more in LISTS)
        return
    try:
        url = reverse(name, kwargs=dict.fromkeys(names, SAMPLE))
    except NoReverseMatch:  # an address with words in it: tabs, steps
        return
    yield from (url.replace(SAMPLE, key) for key in ids_for(url))


def _pairs(*, api: bool) -> Iterator[tuple[str, str]]:
    for old, new in itertools.permutations(Version.objects.order_by("pk"), 2):
        if old.contract_id != new.contract_id:
            continue
        if api:
            url = f"{reverse('api-version-comparison', args=[new.pk])}?with={old.pk}"
        else:
            url = f"{reverse('version-compare', args=[new.contract_id])}?old={old.pk}&new={new.pk}&all=1"
        yield f"pair of {old.contract_id}", url


def readable(answer: Any) -> str:
    """The text of an answer: of a Word file or a workbook all its parts, of a PDF its words and what it says of
    itself."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = str(answer.headers.get("Content-Type", "")).split(";")[0]
    if kind in (DOCX, XLSX):
        return in_package(content)
    return in_pdf(content) if kind == PDF else content.decode(errors="replace")


def in_package(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [f"{name}\n{package.read(name).decode(errors='replace')}" for name in package.namelist()]
    return "\n".join([*parts, content.decode("latin-1")])


def in_pdf(content: bytes) -> str:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        words = _run("pdftotext", file.name, "-")
        itself = _run("pdfinfo", file.name) + _run("pdfinfo", "-meta", file.name)
    return f"{words}\n{itself}\n{content.decode('latin-1')}"


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stdout.decode(errors="replace")


__all__ = ["Read", "crawl", "readable"]
