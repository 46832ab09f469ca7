from contracts.models.contract import (
    Contract,
    ContractGroupPermission,
    ContractParty,
    ContractUserPermission,
    FurtherWords,
)
from contracts.models.library import LibraryClause, LibraryClauseVersion
from contracts.models.party import Party
from contracts.models.template import Drafting, Template, TemplateVersion
from contracts.models.terms import RenewalDecision, Term, Terms
from contracts.models.version import Clause, Passage, Version

__all__ = [
    "Clause", "Contract", "ContractGroupPermission", "ContractParty", "ContractUserPermission", "Drafting",
    "FurtherWords", "LibraryClause", "LibraryClauseVersion", "Party", "Passage", "RenewalDecision", "Template",
    "TemplateVersion", "Term", "Terms", "Version",
]  # fmt: skip
