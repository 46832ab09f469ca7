"""The digest under which the ledger vouches for an evaluation."""

from __future__ import annotations

from clm.audit.seals import Seal, register_seal
from clm.lib.canonical import digest
from slas.models import Evaluation

_FIGURES = (
    "organization_id", "window_id", "revision", "previous_id", "version_id", "unit", "good", "bad", "excluded",
    "unmeasured", "attainment", "coverage_percent", "target", "outcome", "light", "reason", "inputs", "trace",
    "evaluated_at",
)  # fmt: skip


def evaluation_digest(evaluation: Evaluation) -> str:
    """sha256 over every figure, the inputs and the trace."""
    return digest({name: getattr(evaluation, name) for name in _FIGURES})


def register() -> None:
    register_seal(Seal(Evaluation, frozenset({"evaluation.recorded"}), evaluation_digest))
