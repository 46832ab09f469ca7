from contracts.models.change import Change, Receipt
from contracts.models.comment import Comment, FormerWords, Mention, Thread
from contracts.models.contract import (
    Contract,
    ContractGroupPermission,
    ContractParty,
    ContractUserPermission,
    FurtherWords,
)
from contracts.models.draft import ClauseEdit, Draft, DraftClause, Turn, UnsavedWords
from contracts.models.library import DeclinedOffer, LibraryClause, LibraryClauseVersion
from contracts.models.omission import Omission
from contracts.models.party import Party
from contracts.models.reading import Reading, UnusualReading
from contracts.models.request import ContractRequest, RequestFile, RequestQuestion
from contracts.models.retention import Disposal, LegalHold, Matter, MatterContract, RetentionRule
from contracts.models.template import Drafting, Template, TemplateVersion
from contracts.models.termination import SurvivingClause, Termination, TerminationItem
from contracts.models.terms import RenewalDecision, Term, Terms
from contracts.models.version import Clause, Passage, Version

__all__ = [
    "Change", "Clause", "ClauseEdit", "Comment", "Contract", "ContractGroupPermission", "ContractParty",
    "ContractRequest", "ContractUserPermission", "DeclinedOffer", "Disposal", "Draft", "DraftClause", "Drafting",
    "FormerWords", "FurtherWords",
    "LegalHold", "LibraryClause", "LibraryClauseVersion", "Matter", "MatterContract", "Mention", "Omission", "Party",
    "Passage", "Reading", "Receipt", "RenewalDecision",
    "RequestFile", "RequestQuestion", "RetentionRule", "SurvivingClause",
    "Template", "TemplateVersion", "Term", "Termination", "TerminationItem", "Terms", "Thread", "Turn",
    "UnsavedWords", "UnusualReading", "Version",
]  # fmt: skip
