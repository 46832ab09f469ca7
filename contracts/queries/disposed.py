"""What was disposed of is gone: asked before anything of it is shown or written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from clm.lib.errors import DomainError
from contracts.models import Contract
from contracts.states import ContractState

# What is still done with a contract that was disposed of: looking at what is left of it.
LOOKING = ("view_", "see_")


def check_not_disposed(contract: Contract) -> None:
    """Raises DomainError `contract_disposed`."""
    if contract.state == ContractState.DISPOSED:
        raise DomainError("contract_disposed", _("This contract was disposed of."))


def refuse_on_disposed(verb: str, row: Any) -> None:
    """A gate of every verb: on a contract, or on a row that came with its contract, which was disposed of, only looking
    is allowed."""
    contract = row if isinstance(row, Contract) else _came_with(row)
    if isinstance(contract, Contract) and not verb.partition(".")[2].startswith(LOOKING):
        check_not_disposed(contract)


def _came_with(row: Any) -> Any:
    """The contract that was fetched with the row: a gate asks the database nothing."""
    state = getattr(row, "_state", None)
    return state.fields_cache.get("contract") if state is not None else None
