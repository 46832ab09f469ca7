"""Old contracts are brought in: uploaded, mapped, tried, imported, and one row corrected."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from clm.access.scope import organization_scope
from contracts.models import Contract, ContractImport
from contracts.operations.create_party import create_party
from tests.browser.conftest import axe_violations, overflows
from tests.browser.test_main_job import become, confirm
from tests.cast import Cast
from tests.contracts.imports.packed import two_files

pytestmark = pytest.mark.django_db(transaction=True)


def test_old_contracts_are_brought_in(tab: Page, acme: Cast, tmp_path: Path) -> None:
    create_party(actor=acme["legal"], name="Acme Ltd", is_ours=True)
    archive, sheet = tmp_path / "shelf.zip", tmp_path / "again.csv"
    archive.write_bytes(two_files())
    sheet.write_text("File name;Title;Signed\ntwo.txt;Cleaning;31.12.2024\n")
    become(tab, acme, "legal")
    tab.goto("/contracts/imports/")
    tab.get_by_role("link", name="Import contracts").first.click()
    tab.locator("#id_archive").set_input_files(str(archive))
    fits(tab)
    tab.get_by_role("button", name="Upload").click()
    tab.get_by_role("link", name="Columns and rules").click()
    expect(tab.get_by_label("Counterparty", exact=True)).to_have_value("counterparty")
    tab.locator("#id_our_party").select_option(label="Acme Ltd")
    fits(tab)
    tab.get_by_role("button", name="See what would happen").click()
    expect(tab.locator("main")).to_contain_text("“31.13.2024”: Not a date.")
    fits(tab)
    with organization_scope(acme.organization.pk):
        assert Contract.objects.count() == 0
    tab.get_by_role("button", name="Import", exact=True).click()
    confirm(tab)
    expect(tab.locator("main")).to_contain_text("Hosting of the shop")
    expect(tab.locator("main")).to_contain_text("Finished")
    tab.locator("main summary.btn").first.click()
    tab.get_by_role("link", name="Correct the sheet").click()
    tab.get_by_label("Corrected sheet").set_input_files(str(sheet))
    tab.get_by_role("button", name="Upload").click()
    confirm(tab)
    tab.get_by_role("button", name="See what would happen").click()
    tab.get_by_role("button", name="Import", exact=True).click()
    confirm(tab)
    expect(tab.get_by_role("link", name="Cleaning")).to_be_visible()
    fits(tab)
    with organization_scope(acme.organization.pk):
        assert sorted(Contract.objects.values_list("title", "state")) == [
            ("Cleaning", "draft"),
            ("Hosting of the shop", "active"),
        ]
        assert ContractImport.objects.get().state == "finished"


def fits(tab: Page) -> None:
    """Wide and on a phone, with nothing that axe would say."""
    assert axe_violations(tab) == []
    for width in (390, 1440):
        tab.set_viewport_size({"width": width, "height": 900})
        assert not overflows(tab)
