from contracts.models.contract import (
    Contract,
    ContractGroupPermission,
    ContractParty,
    ContractUserPermission,
    FurtherWords,
)
from contracts.models.party import Party
from contracts.models.terms import RenewalDecision, Term, Terms
from contracts.models.version import Clause, Passage, Version

__all__ = [
    "Clause", "Contract", "ContractGroupPermission", "ContractParty", "ContractUserPermission", "FurtherWords",
    "Party", "Passage", "RenewalDecision", "Term", "Terms", "Version",
]  # fmt: skip
