"""Imports by page, API and command; and what shows to whom."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from contracts.models import Contract, ContractImport, ImportRow
from contracts.operations.create_party import create_party
from contracts.operations.restrict_contract import restrict_contract
from contracts.papers.importing import put_upload
from contracts.queries.imports import counts_for
from tests.cast import Cast
from tests.contracts.imports.packed import SHEET, done, packed, read, rows_of, text_of, tried, two_files, work


def upload(name: str = "old.zip", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if content is not None else two_files())


def test_by_page_from_upload_to_result(alice: Actor, page: Client) -> None:
    ours = create_party(actor=alice, name="Acme Ltd", is_ours=True)
    sent = page.post("/contracts/imports/new/", {"name": "", "archive": upload()})
    batch = ContractImport.objects.get()
    assert (sent.url, batch.name) == (batch.get_absolute_url(), "old")
    work(batch)
    shown = page.get(f"{sent.url}map/").content.decode()
    assert "one.txt · two.txt" in shown
    form = page.get(f"{sent.url}map/").context["form"]
    given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    given = {name: value for name, value in given.items() if value not in (None, False)} | {"our_party": str(ours.pk)}

    wrong = page.post(f"{sent.url}map/", {**given, "currency": "XXQ"})
    assert (wrong.status_code, "Not an ISO 4217 currency." in wrong.content.decode()) == (400, True)
    assert page.post(f"{sent.url}map/", given).url == sent.url
    work(batch)
    shown = page.get(sent.url).content.decode()
    assert "“31.13.2024”: Not a date." in shown
    page.post(f"{sent.url}run/")
    work(batch)

    contract = Contract.objects.get()
    assert f"{contract.reference} Hosting of the shop" in page.get(sent.url).content.decode()
    lines = b"".join(page.get(f"{sent.url}result/").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert [(row["title"], row["outcome"], row["contract"]) for row in rows] == [
        ("Hosting of the shop", "Imported", contract.reference), ("Cleaning", "Refused", ""),
    ]  # fmt: skip


def test_by_api_from_upload_to_result(alice: Actor, api: APIClient) -> None:
    sent = api.post("/api/v1/contract-imports/", {"archive": upload()}, format="multipart")
    assert sent.status_code == 201
    url = f"/api/v1/contract-imports/{sent.json()['id']}/"
    batch = ContractImport.objects.get()
    work(batch)
    assert api.get(url).json()["heads"][0] == "File name"
    refused = api.post(f"{url}mapping/", {"columns": {"Nothing": "title"}, "colour": "red"}, format="json")
    assert (refused.status_code, "colour" in refused.content.decode()) == (400, True)
    wrong = api.post(f"{url}mapping/", {"columns": {"Nothing": "title"}}, format="json").json()
    assert (wrong["code"], list(wrong["errors"])) == ("mapping_unfit", ["columns"])
    columns = {"File name": "file", "Title": "title"}
    assert api.post(f"{url}mapping/", {"columns": columns, "duplicates": "ask"}, format="json").status_code == 200
    assert api.post(f"{url}run/", format="json").json()["code"] == "import_busy"
    work(batch)
    assert api.post(f"{url}decisions/", {"rows": [2], "decision": "skip"}, format="json").status_code == 200
    assert (
        api.post(f"{url}decisions/", {"rows": [9], "decision": "skip"}, format="json").json()["code"] == "row_unknown"
    )
    api.post(f"{url}run/", format="json")
    work(batch)

    rows = sorted(api.get(f"{url}rows/").json()["results"], key=lambda row: row["number"])
    assert [(row["number"], row["outcome"], row["file"]) for row in rows] == [
        (1, "created", "one.txt"), (2, "skipped", "two.txt"),
    ]  # fmt: skip
    assert api.get(f"{url}rows/?outcome=created").json()["results"][0]["contract"] == str(Contract.objects.get().pk)
    assert api.get(url).json()["counts"] == {"created": 1, "skipped": 1}
    again = SimpleUploadedFile("again.csv", b"File name,Title\ntwo.txt,Cleaning\n")
    put = api.put(f"{url}sheet/", {"sheet": again}, format="multipart")
    assert (put.status_code, put.json()["state"], len(rows_of(batch))) == (200, "mapping", 2)


def test_uploads_that_are_none_are_refused_beside_their_field(alice: Actor, page: Client, api: APIClient) -> None:
    for files, field in (
        ({}, "archive"),
        ({"archive": upload("x.zip", b"no zip")}, "archive"),
    ):
        sent = page.post("/contracts/imports/new/", files)
        assert (sent.status_code, list(sent.context["form"].errors)) == (400, [field])
    sent = api.post("/api/v1/contract-imports/", {"archive": upload("x.zip", b"no zip")}, format="multipart").json()
    assert (sent["code"], list(sent["errors"])) == ("wrong_type", ["archive"])
    assert ContractImport.objects.count() == 0


def test_an_upload_that_is_sent_twice_is_one(alice: Actor, api: APIClient) -> None:
    for _again in range(2):
        sent = api.post(
            "/api/v1/contract-imports/", {"archive": upload()}, format="multipart", HTTP_IDEMPOTENCY_KEY="once"
        )
        assert sent.status_code == 201
    assert ContractImport.objects.count() == 1


def test_a_confidential_import_shows_to_nobody_else_and_neither_do_rows_of_hidden_contracts(
    alice: Actor, acme: Cast, page: Client
) -> None:
    secret = read(alice, two_files(), is_confidential=True)
    sheet = b"File,Title\na.txt,Words of a.txt\nb.txt,Words of b\n"
    open_one = read(alice, packed({"a.txt": text_of(5), "b.txt": text_of(6)}), sheet)
    tried(alice, open_one, state="draft")
    hidden = done(alice, open_one)[1].contract
    assert hidden is not None
    restrict_contract(actor=alice, contract_id=hidden.pk)
    other = Client()
    other.force_login(acme.users["procurement"], backend="django.contrib.auth.backends.ModelBackend")

    assert other.get(secret.get_absolute_url()).status_code == 404
    shown = other.get(open_one.get_absolute_url()).content.decode()
    result = b"".join(other.get(f"{open_one.get_absolute_url()}result/").streaming_content).decode()
    mapped = other.get(f"{open_one.get_absolute_url()}map/").content.decode()
    assert "Words of b" in mapped
    assert counts_for(acme["procurement"], open_one) == {"created": 1}
    [listed] = other.get("/contracts/imports/").context["page"]
    assert (listed.found, listed.created) == (1, 1)
    for text in (shown, result, mapped, other.get("/contracts/imports/").content.decode()):
        assert hidden.reference not in text
        assert "a.txt" not in text
        assert "Old contracts" in text or text == result
    assert page.get(secret.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("url", ["/contracts/imports/", "import", "/api/v1/contract-imports/", "rows"])
def test_more_rows_ask_no_more_of_the_database(alice: Actor, page: Client, api: APIClient, url: str) -> None:
    def asked(count: int) -> int:
        batch = read(alice, packed({f"{n}.txt": text_of(n + 100 * count) for n in range(count)}))
        tried(alice, batch, state="draft")
        done(alice, batch)
        address = {
            "import": batch.get_absolute_url(),
            "rows": f"/api/v1/contract-imports/{batch.pk}/rows/",
        }.get(url, url)
        client: Any = api if "/api/" in address else page
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    assert asked(1) == asked(4)


def test_by_command_a_folder_is_tried_and_imported(alice: Actor, acme: Cast, tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "one.txt").write_bytes(text_of(1))
    (folder / "list.csv").write_text("File,Title\none.txt,=Hosting\nnone.txt,Gone\n")
    email = acme.users["alice"].email
    out = io.StringIO()

    call_command("import_contracts", str(folder), "--organization", "acme", "--as", email, stdout=out)
    assert "there is no such file" in out.getvalue()
    assert Contract.objects.count() == 0
    result = tmp_path / "result.csv"
    given = ("--organization", "acme", "--as", email, "--run", "--result", str(result))
    call_command("import_contracts", str(folder), *given, stdout=out)

    assert "1 created" in out.getvalue()
    # What begins like a formula is no formula for a spreadsheet.
    assert "'=Hosting" in result.read_text()
    assert Contract.objects.get().title == "=Hosting"
    with pytest.raises(CommandError, match="no such organization"):
        call_command("import_contracts", str(folder), "--organization", "nobody", "--as", email)


def test_the_same_person_maps_the_same_columns_once(alice: Actor) -> None:
    batch = read(alice, two_files())
    tried(alice, batch, columns={"File name": "file", "Title": "description"}, tags=["old"])

    sheet = SHEET.replace("one", "x").encode()
    again = read(alice, packed({"x.txt": text_of(9), "y.csv": sheet}))

    assert (again.mapping["columns"], again.mapping["tags"]) == (batch.mapping["columns"], ["old"])
    assert ImportRow.objects.filter(batch=again).count() == 2


def test_a_large_upload_is_stored_piece_by_piece(alice: Actor) -> None:
    """By the API with a key, too, whose answer to a repeated one is the first."""
    large = 48 * 1024 * 1024
    with TemporaryUploadedFile("old.zip", "application/zip", large, None) as file:
        file.write(b"PK")
        file.truncate(large)
        tracemalloc.start()
        try:
            put = put_upload(alice, name="", archive=file)["archive"]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert (put.size, default_storage.size(put.storage_name)) == (large, large)
    assert peak < large // 8


def test_an_upload_larger_than_any_form_is_repeated_by_its_key(alice: Actor, api: APIClient, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200
    url, key = "/api/v1/contract-imports/", {"Idempotency-Key": "once"}
    sent = [api.post(url, {"archive": upload()}, format="multipart", headers=key) for _ in range(2)]

    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json()["id"] == sent[1].json()["id"]
    other = api.post(url, {"archive": upload(content=packed({}))}, format="multipart", headers=key)
    assert other.json()["code"] == "idempotency_key_reused"
    work(ContractImport.objects.get())
