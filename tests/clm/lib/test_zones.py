from __future__ import annotations

import pytest

from clm.lib.money import is_iso_4217
from clm.lib.zones import is_zone, zone_names


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "Etc/GMT+3", "Europe/Berlin", "America/Argentina/Ushuaia"])
def test_utc_and_zones_of_a_region_are_zones(name: str) -> None:
    assert is_zone(name) is True


@pytest.mark.parametrize("name", ["", "Factory", "localtime", "CET", "Japan", "europe/berlin", "Mars/Base"])
def test_what_names_no_place_is_no_zone(name: str) -> None:
    assert is_zone(name) is False


def test_zones_are_listed_sorted() -> None:
    assert list(zone_names()) == sorted(set(zone_names()))


@pytest.mark.parametrize(
    ("code", "known"), [("EUR", True), ("ZZZ", False), ("eur", False), ("EURO", False), ("", False)]
)
def test_a_currency_is_of_iso_4217(code: str, known: bool) -> None:
    assert is_iso_4217(code) is known
