"""Identifiers of legal entities: how each kind is written, and its check digits where its standard has some."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

SEPARATORS = re.compile(r"[\s.\-/]")
EXACT = frozenset({"register", "other"})


class Unreadable(ValueError):
    """The value is not of this kind; `code` is form (shape or length) or check (a mistyped character)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalized(kind: str, value: str) -> str:
    """The value as it is kept and compared. Register numbers keep their words ("HRB 1234"); the others have no spaces,
    dots, hyphens or slashes. Raises Unreadable."""
    if kind in EXACT:
        kept = " ".join(value.split())
        if not kept:
            raise Unreadable("form")
        return kept
    kept = SEPARATORS.sub("", value).upper()
    shape, check = RULES[kind]
    if not re.fullmatch(shape, kept, re.ASCII):
        raise Unreadable("form")
    if not check(kept):
        raise Unreadable("check")
    return kept


def _no_check(value: str) -> bool:
    return True


def is_lei(value: str) -> bool:
    """ISO 17442-1:2020: 18 characters and two digits by ISO/IEC 7064 MOD 97-10: letters count 10 to 35, and the whole
    number leaves 1 when divided by 97."""
    return int("".join(str(int(each, 36)) for each in value)) % 97 == 1


def is_gln(value: str) -> bool:
    """GS1 General Specifications, 7.9: weights 3 and 1 from the right, the sum with its last digit divides by ten."""
    digits = [int(each) for each in value]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0


def is_vat(value: str) -> bool:
    """The shape of the member state (European Commission, VIES, "VAT number format"; GB and CH by their tax offices),
    and its check digits where the state published them. Numbers of other states are kept as they are."""
    country = value[:2]
    if country not in VAT_SHAPES:
        return True
    if not re.fullmatch(VAT_SHAPES[country], value[2:], re.ASCII):
        raise Unreadable("form")
    return VAT_CHECKS.get(country, _no_check)(value[2:])


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _at(_number: str) -> bool:
    """Austria, BMF: U and eight digits; every second digit doubled, digits of products added, plus four."""
    digits = _number[1:]
    added = sum(sum(divmod(int(digit) * (2 if place % 2 else 1), 10)) for place, digit in enumerate(digits[:7]))
    return (10 - (added + 4) % 10) % 10 == int(digits[7])


def _be(number: str) -> bool:
    """Belgium, Crossroads Bank for Enterprises: the last two are 97 less the rest of the first eight."""
    return 97 - int(number[:8]) % 97 == int(number[8:])


def _ch(number: str) -> bool:
    """Switzerland, Federal Statistical Office, eCH-0097 (UID): weights 5 4 3 2 7 6 5 4, modulus 11."""
    digits = re.sub(r"\D", "", number)
    return (11 - _weighted(digits[:8], (5, 4, 3, 2, 7, 6, 5, 4)) % 11) % 11 == int(digits[8])


def _de(number: str) -> bool:
    """Germany, Bundeszentralamt für Steuern: ISO/IEC 7064 MOD 11,10."""
    product = 10
    for digit in number[:8]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(number[8])


def _dk(number: str) -> bool:
    """Denmark, CVR: weights 2 7 6 5 4 3 2 1, divisible by 11."""
    return _weighted(number, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _fi(number: str) -> bool:
    """Finland, PRH (Y-tunnus): weights 7 9 10 5 8 4 2, modulus 11; a rest of 1 is never given."""
    return (_weighted(number[:7], (7, 9, 10, 5, 8, 4, 2)) + int(number[7])) % 11 == 0


def _fr(number: str) -> bool:
    """France, DGFiP: the key of two digits is (12 + 3 * (SIREN mod 97)) mod 97; newer keys have letters, unchecked."""
    key, siren = number[:2], number[2:]
    return not key.isdigit() or (12 + 3 * (int(siren) % 97)) % 97 == int(key)


def _gb(number: str) -> bool:
    """United Kingdom, HMRC: weights 8 to 2 and the two check digits; 97 divides the sum, or the sum plus 55."""
    added = _weighted(number[:7], (8, 7, 6, 5, 4, 3, 2)) + int(number[7:9])
    return added % 97 == 0 or (added + 55) % 97 == 0


def _luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B: Italy (partita IVA, D.M. 23 December 1976) and Sweden (organisationsnummer)."""
    digits = [int(each) for each in reversed(number)]
    return sum(sum(divmod(digit * (2 if place % 2 else 1), 10)) for place, digit in enumerate(digits)) % 10 == 0


def _lu(number: str) -> bool:
    """Luxembourg, AED: the last two are the rest of the first six by 89."""
    return int(number[:6]) % 89 == int(number[6:])


def _nl(number: str) -> bool:
    """The Netherlands, Belastingdienst: companies by the eleven test of their RSIN; numbers of sole traders, given
    since 2020, by MOD 97-10 of the whole with its country."""
    if int("".join(str(int(each, 36)) for each in f"NL{number}")) % 97 == 1:
        return True
    return (_weighted(number[:8], (9, 8, 7, 6, 5, 4, 3, 2)) - int(number[8])) % 11 == 0


def _pl(number: str) -> bool:
    """Poland, Ministry of Finance (NIP): weights 6 5 7 2 3 4 5 6 7, modulus 11."""
    return _weighted(number[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[9])


def _pt(number: str) -> bool:
    """Portugal, Autoridade Tributária (NIF): weights 9 to 2; 11 less the rest by 11, and 0 for 10 and 11."""
    check = 11 - _weighted(number[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if check > 9 else check) == int(number[8])


def _se(number: str) -> bool:
    return _luhn(number[:10])


VAT_SHAPES: dict[str, str] = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CH": r"E\d{9}(MWST|TVA|IVA)?", "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}", "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}", "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "GB": r"\d{9}(\d{3})?", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"\d{9}(\d{3})?", "LU": r"\d{8}", "LV": r"\d{11}",
    "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}",
    "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}(\d{3})?",
}  # fmt: skip
VAT_CHECKS: dict[str, Callable[[str], bool]] = {
    "AT": _at, "BE": _be, "CH": _ch, "DE": _de, "DK": _dk, "FI": _fi, "FR": _fr, "GB": _gb, "IT": _luhn, "LU": _lu,
    "NL": _nl, "PL": _pl, "PT": _pt, "SE": _se, "XI": _gb,
}  # fmt: skip
# Kind -> shape and check. D-U-N-S numbers have no check digit since December 2006 (Dun & Bradstreet). EORI: Regulation
# (EU) 2015/2446, annex 12-01: the country and up to 15 characters of its own.
RULES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "vat": (r"[A-Z]{2}[A-Z0-9+*]{2,18}", is_vat),
    "lei": (r"[A-Z0-9]{18}[0-9]{2}", is_lei),
    "duns": (r"[0-9]{9}", _no_check),
    "eori": (r"[A-Z]{2}[A-Z0-9]{1,15}", _no_check),
    "gln": (r"[0-9]{13}", is_gln),
}
