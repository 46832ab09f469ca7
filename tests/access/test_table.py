"""The table's own checks find what is missing."""

from __future__ import annotations

from tests.access.table import Route, Table, missing_routes, stale_routes


def test_a_route_without_a_row_is_found() -> None:
    assert missing_routes(Table(), {"contract": set()}) == ["contract"]


def test_a_method_without_a_row_is_found() -> None:
    table = Table(routes=[Route("api-contracts", "GET", {"legal"})])

    assert missing_routes(table, {"api-contracts": {"GET", "POST"}}) == ["POST api-contracts"]


def test_a_public_route_needs_no_row() -> None:
    assert missing_routes(Table(public={"healthz"}), {"healthz": set()}) == []


def test_a_row_for_a_route_that_is_gone_is_found() -> None:
    table = Table(routes=[Route("gone", "GET", {"legal"})])

    assert stale_routes(table, {"contract": set()}) == ["gone"]
