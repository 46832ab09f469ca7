"""Each rule's check finds a house that breaks it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture import checks
from tests.architecture.test_house import run_import_linter

GOOD_VERB = """
@transaction.atomic
def archive_contract(*, actor, contract_id):
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.archive_contract", contract)
    _write(actor, contract)

def _write(actor, contract):
    record(actor, events.contract_archived(contract))
"""


def test_a_view_that_saves_is_found() -> None:
    assert checks.writes_in("def view(request):\n    contract.save()") == ["line 2: save"]


def test_a_view_that_updates_a_queryset_is_found() -> None:
    assert checks.writes_in("Contract.objects.filter(pk=1).update(title='x')") == ["line 1: update"]


def test_a_view_that_moves_a_state_is_found() -> None:
    assert checks.writes_in("move(actor, contract, to='active')") == ["line 1: move"]


def test_a_view_that_calls_a_verb_is_fine() -> None:
    assert checks.writes_in("def view(request):\n    archive_contract(actor=actor_of(request))") == []


def test_a_verb_in_order_is_fine() -> None:
    assert checks.verb_faults(GOOD_VERB) == []


def test_a_verb_that_records_nothing_is_found() -> None:
    source = GOOD_VERB.replace("record(actor, events.contract_archived(contract))", "pass")

    assert checks.verb_faults(source) == ["archive_contract: records nothing"]


def test_a_verb_that_requires_nothing_is_found() -> None:
    source = GOOD_VERB.replace('require(actor, "contracts.archive_contract", contract)', "pass")

    assert checks.verb_faults(source) == ["archive_contract: requires nothing"]


def test_a_verb_without_a_transaction_is_found() -> None:
    source = GOOD_VERB.replace("@transaction.atomic\n", "")

    assert checks.verb_faults(source) == ["archive_contract: runs in no transaction"]


def test_a_verb_with_positional_arguments_is_found() -> None:
    source = GOOD_VERB.replace("(*, actor, contract_id)", "(contract_id, *, reason, actor)")

    assert checks.verb_faults(source) == [
        "archive_contract: takes positional arguments",
        "archive_contract: does not take the actor first",
    ]


def test_a_verb_with_a_positional_actor_is_none_and_stays_inside() -> None:
    source = GOOD_VERB.replace("(*, actor, contract_id)", "(actor, contract_id)").replace("require(", "move(")

    steps = {"contracts.operations.archive": checks.steps_of(source)}
    view = "from contracts.operations.archive import archive_contract"
    assert checks.steps_borrowed(view, steps) == ["line 1: archive_contract"]


def test_a_step_that_a_view_imports_is_found() -> None:
    steps = {
        "slas.operations.bind": checks.steps_of("def write_tiers(rows):\n    rows.delete()\ndef bind(*, actor): ...")
    }

    assert checks.steps_borrowed("from slas.operations.bind import bind, write_tiers", steps) == ["line 1: write_tiers"]


def test_a_step_that_only_reads_may_leave() -> None:
    assert checks.steps_of("def newest(rows):\n    return rows.order_by('id').last()") == set()


STORING = """
@transaction.atomic
def add_version(*, actor, contract_id):
    _add(actor)

def _add(actor):
    store_blob(actor.organization_id, b"", "text/plain")
"""


def test_storage_that_a_transaction_reaches_is_found() -> None:
    assert checks.slow_in_transactions(STORING) == ["line 7: store_blob"]


def test_storage_in_a_block_under_atomic_is_found() -> None:
    source = "def add(actor):\n    with transaction.atomic():\n        default_storage.save('a', b'')"

    assert checks.slow_in_transactions(source) == ["line 3: save"]


def test_storage_before_the_transaction_is_fine() -> None:
    source = "def add(actor):\n    stored = put_content(b'')\n    with transaction.atomic():\n        blob_of(stored)"

    assert checks.slow_in_transactions(source) == []


def test_operations_without_a_verb_are_found() -> None:
    assert checks.without_verb("def refresh_search(contract): ...") == ["holds no verb"]
    assert checks.without_verb(GOOD_VERB) == []


def test_an_assigned_state_is_found() -> None:
    assert checks.state_changes_in("contract.state = 'active'") == ["line 1: assigns a state"]


def test_an_updated_state_is_found() -> None:
    assert checks.state_changes_in("rows.update(state='active')") == ["line 1: updates a state"]


def test_a_move_is_found() -> None:
    assert checks.moves_in("move(actor, contract, to='active')") == ["line 1: move"]


SENDING = """
from contracts.operations.out import put_out

def send_envelope(*, actor, envelope_id):
    put_out(actor)
    {gate}
"""
OUT = "def put_out(actor):\n    move(actor, x, to=ContractState.OUT_FOR_SIGNATURE)\n"


@pytest.mark.parametrize(("gate", "found"), [("pass", ["send_envelope"]), ("check_may_be_signed(x, y)", [])])
def test_what_goes_out_without_a_gate_is_found(gate: str, found: list[str]) -> None:
    texts = {"contracts.operations.send": SENDING.format(gate=gate), "contracts.operations.out": OUT}
    assert checks.ungated({name: ast.parse(text) for name, text in texts.items()}) == found


def test_a_long_function_is_found() -> None:
    source = "def long():\n" + "    pass\n" * 60

    assert checks.too_long(source) == ["long: 61 lines"]


def test_a_long_view_is_found() -> None:
    source = "def view(request):\n" + "    pass\n" * 30

    assert checks.views_too_long(source) == ["view: 31 lines"]


def test_an_import_upwards_is_found(tmp_path: Path) -> None:
    config = tmp_path / "linter.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["clm", "contracts"]\n'
        '[[tool.importlinter.contracts]]\nname = "Upside down"\ntype = "layers"\nlayers = ["clm", "contracts"]\n'
    )

    assert run_import_linter(config).returncode == 1
