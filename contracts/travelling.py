"""Which rows of this app leave with their organization, and what of them does not."""

from __future__ import annotations

from clm.transfer.registry import register_indexed, register_staying, register_travelling
from contracts import models as rows

# A link or a code that was sent leads to this installation; whoever still has to sign is reminded from the other one.
WITHOUT_SECRETS = {"token_hash": "'withheld-' || t.id", "session_hash": "''"}
WITHOUT_CODE = {"code_hash": "''"}


def register() -> None:
    register_travelling(
        rows.Amendment, rows.AmendmentAnswer, rows.Approval, rows.ApprovalSeat, rows.ApprovalStep,
        rows.Matrix, rows.Rule,
        rows.BulkRow, rows.BulkSend, rows.Conflict, rows.Stance, rows.RiskAssessment, rows.RiskScale,
        rows.ContractImport, rows.ImportFile, rows.ImportRow, rows.TextSketch,
        rows.Change, rows.Receipt, rows.Comment, rows.FormerWords, rows.Mention, rows.Thread,
        rows.Contract, rows.ContractParty, rows.FurtherWords, rows.WordPairs, rows.CustomField, rows.CustomValue,
        rows.ClauseEdit, rows.Draft, rows.DraftClause, rows.Turn, rows.UnsavedWords,
        rows.DeclinedOffer, rows.LibraryClause, rows.LibraryClauseVersion, rows.Omission,
        rows.Party, rows.PartyAddress, rows.PartyContact, rows.PartyIdentifier,
        rows.Reading, rows.UnusualReading, rows.ContractRelation, rows.OpenContract, rows.OpenPublisher,
        rows.ContractRequest, rows.RequestFile, rows.RequestQuestion,
        rows.Disposal, rows.LegalHold, rows.Matter, rows.MatterContract, rows.RetentionRule,
        rows.EnvelopeEvent, rows.Recipient, rows.SignatureField, rows.SignedCopy,
        rows.Drafting, rows.Template, rows.TemplateVersion,
        rows.SurvivingClause, rows.Termination, rows.TerminationItem,
        rows.RenewalDecision, rows.Term, rows.Terms, rows.Clause, rows.Passage, rows.Watcher,
    )  # fmt: skip
    # To a text that is final, and to an envelope that is over, nothing comes any more.
    register_travelling(rows.Version, rows.Envelope, closes=True)
    register_travelling(rows.ContractUserPermission, below="content_object", renumbered=True)
    register_travelling(rows.SigningLink, withheld=WITHOUT_SECRETS)
    register_travelling(rows.SigningCode, withheld=WITHOUT_CODE)
    register_staying("permissions are given to people, never to groups", rows.ContractGroupPermission)
    register_indexed(rows.Contract, "reference", "title")
