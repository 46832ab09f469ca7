"""Exports that no spreadsheet runs."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest

from clm.pages.export import csv_lines, safe_cell, xlsx_file


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_string_that_looks_like_a_formula_is_defused(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert safe_cell(Decimal("-1.50")) == Decimal("-1.50")
    assert safe_cell(None) == ""


def test_csv_begins_with_a_byte_order_mark_and_quotes() -> None:
    assert "".join(csv_lines(["Name"], [['a "b", c']])) == '\ufeffName\r\n"a ""b"", c"\r\n'


def test_xlsx_holds_text_not_formulas() -> None:
    with xlsx_file(["Name", "Value"], [["=HYPERLINK(1)", Decimal("1.5")]]) as file:
        rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    assert rows == [("Name", "Value"), ("'=HYPERLINK(1)", 1.5)]


def test_control_characters_are_left_out() -> None:
    with xlsx_file(["title"], [["Hosting\x0b\x00 agreement\ud800\ufffe\uffff"]]) as file:
        assert openpyxl.load_workbook(file).active["A2"].value == "Hosting agreement"


def test_a_formula_behind_a_line_break_is_defused() -> None:
    assert safe_cell("\n=1+1") == "'\n=1+1"
