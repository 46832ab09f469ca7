"""Tabs of the contract page that upper apps fill in, and what a marked sentence may become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clm.lib.actor import Actor
from contracts.models import Contract


@dataclass(frozen=True)
class ContractTab:
    """A tab at /contracts/<id>/<key>/: shown where the actor may use `verb` on the contract; `template` is a partial
    drawn inside the contract page with what `context(actor, contract)` returns plus `contract`; with `asks` the context
    takes the address's query too. `count` is a badge."""

    key: str
    label: Any
    order: int
    verb: str
    template: str
    context: Callable[..., Mapping[str, Any]]
    count: Callable[[Actor, Contract], int] | None = None
    asks: bool = False


@dataclass(frozen=True)
class Binding:
    """What a marked sentence may become: a page at `reverse(url_name, args=[passage.pk])`, for those who may `verb`."""

    key: str
    label: Any
    hint: Any
    icon: str
    url_name: str
    verb: str
    order: int


TABS: dict[str, ContractTab] = {}
BINDINGS: dict[str, Binding] = {}


def register_contract_tab(tab: ContractTab) -> None:
    TABS[tab.key] = tab


def register_binding(binding: Binding) -> None:
    BINDINGS[binding.key] = binding
