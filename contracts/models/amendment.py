"""A change of a contract that is signed: what changes, from when, and who of the parties accepted it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import AMENDMENT_STATES, AmendmentState


def _person(**kwargs: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


class Amendment(OrganizationRow):
    """`version` is the consolidated text, `amends` the text that it follows, the instrument the document that says what
    changes: without one the consolidated text itself is what is agreed, and what changes is the comparison of both.

    `effective_on` (in the contract's zone; null: the day on which the last party accepts) is not before that day
    unless the amendment `is_retroactive`, which `retroactive_reason` says. `content_hash` is what the parties accept:
    sha256 over both texts, the instrument and the day. `touched` is as `touched_by` says."""

    STATES: ClassVar[StateTable] = AMENDMENT_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=AmendmentState.choices, default=AmendmentState.PROPOSED)
    version = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="amendments")
    amends = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField(_("takes effect on"), null=True, blank=True)
    is_retroactive = models.BooleanField(_("takes effect backwards"), default=False)
    retroactive_reason = models.TextField(_("which words say so"), blank=True)
    summary = models.TextField(_("what it changes, and why"), blank=True)
    instrument = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    instrument_name = models.CharField(max_length=250, blank=True)
    instrument_media_type = models.CharField(max_length=120, blank=True)
    instrument_text = models.TextField(blank=True)
    content_hash = models.CharField(_("content hash"), max_length=64)
    touched = models.JSONField(default=list)
    proposed_by = _person()
    outcome = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="amendment_number_once"),
            models.UniqueConstraint(
                fields=["version"], condition=~models.Q(state="withdrawn"), name="amendment_once_per_version"
            ),
            models.UniqueConstraint(
                fields=["contract"],
                condition=models.Q(state__in=("proposed", "refused")),
                name="amendment_one_open_per_contract",
            ),
            models.CheckConstraint(
                condition=models.Q(is_retroactive=False) | models.Q(effective_on__isnull=False),
                name="amendment_backwards_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"No. {self.number}"

    def get_absolute_url(self) -> str:
        return f"/contracts/amendments/{self.pk}/"

    @property
    def differing(self) -> list[dict[str, Any]]:
        """Of `touched` those whose words differ."""
        return [clause for clause in self.touched if clause["kind"] != "renumbered"]

    @property
    def is_open(self) -> bool:
        return self.state in (AmendmentState.PROPOSED, AmendmentState.REFUSED)


class AmendmentAnswer(OrganizationRow):
    """What one party answered to exactly what `content_hash` stands for, who answered for it, and how one knows. It is
    never changed (trigger); a change of the text or of the terms makes it void. `answered_on` is a day in the
    contract's zone; `evidence` is the letter or the scan."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    class How(models.TextChoices):
        HERE = "here", _("Here, signed in")
        SIGNATURE = "signature", _("By signature")
        PAPER = "paper", _("Signed on paper")
        LETTER = "letter", _("By letter or e-mail")

    amendment = models.ForeignKey(Amendment, on_delete=models.CASCADE, related_name="answers")
    part = models.ForeignKey("contracts.ContractParty", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(_("answer"), max_length=8, choices=Verdict.choices)
    how = models.CharField(_("how"), max_length=10, choices=How.choices)
    by_name = models.CharField(_("who answered for them"), max_length=250, blank=True)
    answered_on = models.DateField(_("answered on"))
    content_hash = models.CharField(max_length=64)
    reason = models.TextField(_("why"), blank=True)
    evidence = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    evidence_name = models.CharField(max_length=250, blank=True)
    envelope = models.ForeignKey("contracts.Envelope", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = _person(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["amendment", "part"], condition=models.Q(voided_at=None), name="amendment_answered_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(how__in=("paper", "letter"), verdict="accepted")
                | models.Q(evidence__isnull=False)
                | models.Q(envelope__isnull=False),
                name="amendment_acceptance_has_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.verdict}"
