from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from django.test import Client

from clm.access import scope
from clm.audit import verify_export
from clm.audit.chain import chain_entries
from clm.audit.models import ChainHead
from clm.audit.operations.export_ledger import export_ledger
from clm.lib.canonical import canonical_json
from clm.lib.errors import Forbidden
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from tests.cast import Cast
from tests.proof import last_event

Entries = Callable[[int], None]


@pytest.fixture
def exported(acme: Cast, entries: Entries) -> list[bytes]:
    """The lines of an export of five entries: the header is line 1, entry n is line n + 1."""
    entries(5)
    return b"".join(export_ledger(actor=acme["auditor"])).splitlines(keepends=True)


def verify(tmp_path: Path, lines: list[bytes], *arguments: str) -> tuple[int, str]:
    """Exit code and output of the script, run as somebody without Covenant would: an isolated Python."""
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(b"".join(lines))
    command = [sys.executable, "-I", "-S", verify_export.__file__, str(file), *arguments]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.stderr == ""
    return outcome.returncode, outcome.stdout


def holds(lines: list[bytes], count: int, *, withheld: int = 0) -> str:
    """What the script says of an export that holds."""
    head = json.loads(lines[-1])["hash"]
    return f"The chain of {count} entries holds, {withheld} withheld. Its head is {count}:{head}\n"


def test_an_untouched_export_holds(tmp_path: Path, exported: list[bytes]) -> None:
    assert verify(tmp_path, exported) == (0, holds(exported, 5))


def test_the_header_says_where_the_ledger_ended(acme: Cast, exported: list[bytes]) -> None:
    header = json.loads(exported[0])
    head = ChainHead.objects.get(organization_id=acme.organization.pk)

    assert (header["format"], header["head_sequence"], header["head_hash"]) == ("covenant-ledger/1", 5, head.hash)


def test_an_altered_value_is_named(tmp_path: Path, exported: list[bytes]) -> None:
    exported[3] = exported[3].replace(b'"accounts.change_profile"', b'"accounts.change_nothing"')

    assert verify(tmp_path, exported) == (1, "line 4: entry 3 was changed after it was written\n")


def test_an_altered_byte_is_named(tmp_path: Path, exported: list[bytes]) -> None:
    line = bytearray(exported[2])
    place = line.index(b'"actor_id":"') + 12
    line[place] = ord("0") if line[place] != ord("0") else ord("1")
    exported[2] = bytes(line)

    assert verify(tmp_path, exported) == (1, "line 3: entry 2 was changed after it was written\n")


def test_a_byte_that_spoils_the_json_is_named(tmp_path: Path, exported: list[bytes]) -> None:
    exported[2] = b"#" + exported[2][1:]

    said = "line 3: is not a ledger entry; nothing after it can be followed\n"
    assert verify(tmp_path, exported) == (1, said)


def test_a_removed_line_is_named(tmp_path: Path, exported: list[bytes]) -> None:
    del exported[3]

    code, output = verify(tmp_path, exported)

    assert code == 1
    assert output.startswith("line 4: entry 4 stands where entry 3 should: something was removed, added or moved\n")


def test_a_removed_end_is_named(tmp_path: Path, exported: list[bytes]) -> None:
    assert verify(tmp_path, exported[:-2]) == (1, "end: the file ends with entry 3, the header says entry 5\n")


def test_a_removed_end_with_a_rewritten_header_needs_the_noted_hash(tmp_path: Path, exported: list[bytes]) -> None:
    noted = json.loads(exported[5])["hash"]
    header, last = json.loads(exported[0]), json.loads(exported[3])
    header |= {"head_sequence": 3, "head_hash": last["hash"]}
    forged = [rewritten(header), *exported[1:4]]
    said = f"end: the file ends with entry 3 and the hash {last['hash']}, not with what was noted, "

    assert verify(tmp_path, forged)[0] == 0
    assert verify(tmp_path, forged, "--head", noted) == (1, f"{said}{noted}\n")
    assert verify(tmp_path, forged, "--head", f"5:{noted}") == (1, f"{said}5:{noted}\n")


def rewritten(line: dict[str, object]) -> bytes:
    """The line as a forger would write it: with a hash that matches."""
    return canonical_json(line | {"hash": verify_export.sha256_of(line)}) + b"\n"


def test_a_head_noted_earlier_is_found_in_the_chain(tmp_path: Path, exported: list[bytes]) -> None:
    noted = json.loads(exported[2])["hash"]

    assert verify(tmp_path, exported, "--head", f"2:{noted}") == (0, holds(exported, 5))
    assert verify(tmp_path, exported, "--head", f"3:{noted}")[0] == 1


@pytest.mark.parametrize("head", [[], [""], ["abc"], ["x:" + "0" * 64]])
def test_a_head_without_a_value_is_an_error(tmp_path: Path, exported: list[bytes], head: list[str]) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(b"".join(exported))
    command = [sys.executable, "-I", verify_export.__file__, str(file), "--head", *head]

    outcome = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("usage: verify_export.py")


def problems(content: bytes) -> list[str]:
    return list(verify_export.problems_of(content.splitlines(keepends=True), "", {}))


@pytest.fixture
def mixed(acme: Cast) -> bytes:
    """An export whose second and last entries are withheld."""
    for number, title in enumerate(["Open", "Merger", "Open again", "Another merger"]):
        contract = create_contract(actor=acme["legal"], title=title)
        Contract.objects.filter(pk=contract.pk).update(is_confidential=bool(number % 2))
    chain_entries(acme.organization.pk)
    content = b"".join(export_ledger(actor=acme["auditor"]))
    assert (content.count(b'"withheld":true'), problems(content)) == (2, [])
    return content


def test_every_damaged_byte_is_found(mixed: bytes) -> None:
    unseen = [
        (place, bit)
        for place in range(len(mixed))
        for bit in (0x01, 0x02, 0x20, 0x80)
        if not problems(mixed[:place] + bytes([mixed[place] ^ bit]) + mixed[place + 1 :])
    ]

    assert unseen == []


def test_every_lost_byte_is_found(mixed: bytes) -> None:
    assert [place for place in range(len(mixed)) if not problems(mixed[:place] + mixed[place + 1 :])] == []


def test_every_added_byte_is_found(mixed: bytes) -> None:
    added = ((place, extra) for place in range(len(mixed) + 1) for extra in (b" ", b"0", b"\n"))

    assert [each for each in added if not problems(mixed[: each[0]] + each[1] + mixed[each[0] :])] == []


def test_every_cut_is_found(mixed: bytes) -> None:
    assert [place for place in range(len(mixed)) if not problems(mixed[:place])] == []


def test_every_removal_order_and_repetition_of_lines_is_found(mixed: bytes) -> None:
    lines = mixed.splitlines(keepends=True)
    several = [chosen for count in range(len(lines) + 1) for chosen in product(lines, repeat=count)]

    assert [chosen for chosen in several if list(chosen) != lines and not problems(b"".join(chosen))] == []


def test_every_changed_value_is_found(mixed: bytes) -> None:
    """A forger who keeps the form: canonical JSON with one value changed, put in or left out."""
    lines = mixed.splitlines(keepends=True)
    unseen = [
        (place, name)
        for place, line in enumerate(lines)
        for name, changed in changes(json.loads(line))
        if not problems(b"".join([*lines[:place], canonical_json(changed) + b"\n", *lines[place + 1 :]]))
    ]

    assert unseen == []


def changes(entry: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    for name, value in entry.items():
        others = [None, "x", 7, 1.0, True, [], {}, [value], f"{value} "]
        yield from ((name, entry | {name: other}) for other in others if repr(other) != repr(value))
        yield name, {key: kept for key, kept in entry.items() if key != name}
    yield "more", entry | {"more": 1}
    yield "withheld", entry | {"withheld": 1}


def test_an_entry_with_a_recomputed_hash_is_found(mixed: bytes) -> None:
    lines = mixed.splitlines(keepends=True)
    entry = json.loads(lines[1]) | {"reason": "forged"}

    assert problems(b"".join([lines[0], rewritten(entry), *lines[2:]])) == [
        "line 3: entry 2 does not continue the entry before it"
    ]


def test_two_swapped_lines_are_named(tmp_path: Path, exported: list[bytes]) -> None:
    exported[2], exported[3] = exported[3], exported[2]

    assert verify(tmp_path, exported)[1].startswith("line 3: entry 3 stands where entry 2 should")


def test_an_empty_file_is_no_export(tmp_path: Path) -> None:
    assert verify(tmp_path, [])[0] == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    command = [sys.executable, "-I", verify_export.__file__, str(tmp_path / "nothing")]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_the_script_is_short() -> None:
    assert len(Path(verify_export.__file__).read_text().splitlines()) < 100


def test_the_page_gives_the_script_and_the_export(acme: Cast, entries: Entries) -> None:
    entries(2)
    client = Client()
    client.force_login(acme.users["auditor"], backend="django.contrib.auth.backends.ModelBackend")

    script = client.get("/ledger/verify_export.py")
    lines = b"".join(client.post("/ledger/export/").streaming_content).splitlines()

    assert b"".join(script.streaming_content) == Path(verify_export.__file__).read_bytes()
    assert len(lines) == 3
    assert last_event()[0] == "ledger.exported"


def test_an_export_streams_after_its_request(acme: Cast, entries: Entries) -> None:
    entries(2)

    lines = export_ledger(actor=acme["auditor"])
    token = scope._scope.set(None)
    assert len(b"".join(lines).splitlines()) == 3
    scope._scope.reset(token)


def test_entries_about_hidden_contracts_keep_their_place_only(tmp_path: Path, acme: Cast) -> None:
    hidden = create_contract(actor=acme["legal"], title="Merger")
    Contract.objects.filter(pk=hidden.pk).update(is_confidential=True)
    create_contract(actor=acme["legal"], title="Open")
    chain_entries(acme.organization.pk)

    lines = b"".join(export_ledger(actor=acme["auditor"])).splitlines(keepends=True)

    assert json.loads(lines[1]) == {
        **{name: json.loads(lines[1])[name] for name in ("sequence", "previous_hash", "hash")}, "withheld": True,
    }  # fmt: skip
    assert b"Merger" not in b"".join(lines)
    assert verify(tmp_path, lines) == (0, holds(lines, 2, withheld=1))


def test_only_readers_export(acme: Cast) -> None:
    with pytest.raises(Forbidden):
        export_ledger(actor=acme["finance"])
