from contracts.models.amendment import Amendment, AmendmentAnswer
from contracts.models.approval import Approval, ApprovalSeat, ApprovalStep, Matrix, Rule
from contracts.models.bulk_send import BulkRow, BulkSend
from contracts.models.change import Change, Receipt
from contracts.models.comment import Comment, FormerWords, Mention, Thread
from contracts.models.conflict import Conflict, Stance
from contracts.models.contract import (
    Contract,
    ContractGroupPermission,
    ContractParty,
    ContractUserPermission,
    FurtherWords,
    WordPairs,
)
from contracts.models.contract_import import ContractImport, ImportFile, ImportRow, TextSketch
from contracts.models.custom_field import CustomField, CustomValue
from contracts.models.draft import ClauseEdit, Draft, DraftClause, Turn, UnsavedWords
from contracts.models.library import DeclinedOffer, LibraryClause, LibraryClauseVersion
from contracts.models.omission import Omission
from contracts.models.open_contract import OpenContract, OpenPublisher
from contracts.models.party import Party, PartyAddress, PartyContact, PartyIdentifier
from contracts.models.reading import Reading, UnusualReading
from contracts.models.relation import ContractRelation
from contracts.models.request import ContractRequest, RequestFile, RequestQuestion
from contracts.models.retention import Disposal, LegalHold, Matter, MatterContract, RetentionRule
from contracts.models.risk import RiskAssessment, RiskScale
from contracts.models.signature import (
    Envelope,
    EnvelopeEvent,
    Recipient,
    SignatureField,
    SignedCopy,
    SigningCode,
    SigningLink,
)
from contracts.models.template import Drafting, Template, TemplateVersion
from contracts.models.termination import SurvivingClause, Termination, TerminationItem
from contracts.models.terms import RenewalDecision, Term, Terms
from contracts.models.version import Clause, Passage, Version
from contracts.models.watcher import Watcher

__all__ = [
    "Amendment",
    "AmendmentAnswer",
    "Approval",
    "ApprovalSeat",
    "ApprovalStep",
    "BulkRow",
    "BulkSend",
    "Change",
    "Clause",
    "ClauseEdit",
    "Comment",
    "Conflict",
    "Contract",
    "ContractGroupPermission",
    "ContractImport",
    "ContractParty",
    "ContractRelation",
    "ContractRequest",
    "ContractUserPermission",
    "CustomField",
    "CustomValue",
    "DeclinedOffer",
    "Disposal",
    "Draft",
    "DraftClause",
    "Drafting",
    "Envelope",
    "EnvelopeEvent",
    "FormerWords",
    "FurtherWords",
    "ImportFile",
    "ImportRow",
    "LegalHold",
    "LibraryClause",
    "LibraryClauseVersion",
    "Matrix",
    "Matter",
    "MatterContract",
    "Mention",
    "Omission",
    "OpenContract",
    "OpenPublisher",
    "Party",
    "PartyAddress",
    "PartyContact",
    "PartyIdentifier",
    "Passage",
    "Reading",
    "Receipt",
    "Recipient",
    "RenewalDecision",
    "RequestFile",
    "RequestQuestion",
    "RetentionRule",
    "RiskAssessment",
    "RiskScale",
    "Rule",
    "SignatureField",
    "SignedCopy",
    "SigningCode",
    "SigningLink",
    "Stance",
    "SurvivingClause",
    "Template",
    "TemplateVersion",
    "Term",
    "Termination",
    "TerminationItem",
    "Terms",
    "TextSketch",
    "Thread",
    "Turn",
    "UnsavedWords",
    "UnusualReading",
    "Version",
    "Watcher",
    "WordPairs",
]
