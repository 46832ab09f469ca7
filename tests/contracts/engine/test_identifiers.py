"""Identifiers: published examples are read, and one wrong character is found where the standard has a check."""

from __future__ import annotations

import pytest

from contracts.engine.identifiers import Unreadable, normalized

GOOD = [
    ("lei", "5493 0084 UKLV MY22 DS16", "54930084UKLVMY22DS16"),  # ISO 17442, GLEIF's example
    ("lei", "213800WSGIIZCXF1P572", "213800WSGIIZCXF1P572"),
    ("gln", "4 012345 00000 9", "4012345000009"),
    ("duns", "15-048-3782", "150483782"),
    ("eori", "de 1234567", "DE1234567"),
    ("vat", "DE 136.695.976", "DE136695976"),
    ("vat", "ATU13585627", "ATU13585627"),
    ("vat", "BE 0428.759.497", "BE0428759497"),
    ("vat", "CHE-100.155.212 MWST", "CHE100155212MWST"),
    ("vat", "DK 13585628", "DK13585628"),
    ("vat", "FI20774740", "FI20774740"),
    ("vat", "FR40303265045", "FR40303265045"),
    ("vat", "GB980780684", "GB980780684"),
    ("vat", "IT00743110157", "IT00743110157"),
    ("vat", "LU15027442", "LU15027442"),
    ("vat", "NL004495445B01", "NL004495445B01"),
    ("vat", "PL8567346215", "PL8567346215"),
    ("vat", "PT501964843", "PT501964843"),
    ("vat", "SE556188840401", "SE556188840401"),
    ("vat", "NO995525828MVA", "NO995525828MVA"),
    ("register", "  HRB   1234 B ", "HRB 1234 B"),
]


@pytest.mark.parametrize(("kind", "typed", "kept"), GOOD)
def test_a_published_number_is_read(kind: str, typed: str, kept: str) -> None:
    assert normalized(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [(kind, kept) for kind, _typed, kept in GOOD if kind in ("lei", "gln", "vat") and not kept.startswith("NO")],
)
def test_one_wrong_digit_is_found(kind: str, typed: str) -> None:
    place = next(index for index in range(len(typed) - 1, -1, -1) if typed[index].isdigit() and index < 11)
    wrong = f"{typed[:place]}{(int(typed[place]) + 1) % 10}{typed[place + 1 :]}"

    with pytest.raises(Unreadable) as refusal:
        normalized(kind, wrong)
    assert refusal.value.code == "check"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("lei", "5493"), ("duns", "12345678"), ("eori", "1DE"), ("vat", "DE12345678"), ("vat", "12"), ("register", " "),
        ("gln", "401234500000"), ("lei", "54930084UKLVMY22DS1６"),
    ],
)  # fmt: skip
def test_another_shape_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        normalized(kind, typed)
    assert refusal.value.code == "form"
