"""Sealing of executed papers, by their pages and with a time-stamp authority on this machine, and reading of seals."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.test import override_settings

from benchmarks.measure import Table, percentiles
from clm.lib.pdf import render_pdf
from contracts.papers.sealing import read_paper_signatures, seal_paper

PAGES = (10, 100)
TIMES = 10
PAGE = "<p style='break-after: page'>The Provider keeps the Service available as agreed. {}</p>"


def measure(table: Table, pages: Sequence[int] = PAGES, times: int = TIMES) -> None:
    from tests.contracts.signing.authority import PASSWORD, authority_in

    papers = {count: paper_of(count) for count in pages}
    with tempfile.TemporaryDirectory(prefix="covenant-bench-seal-") as folder:
        place = Path(folder)
        with override_settings(SEAL_FOLDER=place / "seal", TSA_URL=""):
            for count, paper in papers.items():
                _sealed(table, paper, times, f"{count} pages sealed, without a time stamp (B-B)")
        with authority_in(place) as authority:
            stamped = {
                "SEAL_PKCS12": str(authority.pkcs12), "SEAL_PKCS12_PASSWORD": PASSWORD,
                "TSA_URL": authority.url, "TSA_ROOTS": str(authority.roots),
            }  # fmt: skip
            with override_settings(**stamped):
                for count, paper in papers.items():
                    _sealed(table, paper, times, f"{count} pages sealed, stamped and with what proves it (B-LTA)")


def paper_of(pages: int) -> bytes:
    return render_pdf("".join(PAGE.format(number) for number in range(pages)))


def _sealed(table: Table, paper: bytes, times: int, name: str) -> None:
    """The seal, and how long it takes to find out that it holds."""
    made = seal_paper(paper, reason="Measured").content
    half, p95 = percentiles(lambda: seal_paper(paper, reason="Measured"), times=times, warm_up=1)
    p50, read = percentiles(lambda: read_paper_signatures(made), times=times, warm_up=1)
    table.add(name, p95, "ms p95", f"p50 {half:.0f} ms; read and verified in {p50:.0f} ms (p95 {read:.0f} ms)")
