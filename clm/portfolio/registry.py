"""The first portfolio: each app registers the stages that load its part, through its own verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clm.lib.actor import Actor

Cast = dict[str, Actor]


@dataclass(frozen=True)
class Stage:
    """One step of loading for one organization. `load(cast, slug, report)` gets the actors by role, the organization's
    slug, and a callable to report progress (done, total). Stages run in `order` and must be able to run again."""

    key: str
    title: str
    order: int
    load: Callable[[Cast, str, Callable[[int, int], None]], Any]


STAGES: dict[str, Stage] = {}


def register_stage(stage: Stage) -> None:
    STAGES[stage.key] = stage
