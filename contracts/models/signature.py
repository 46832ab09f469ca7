"""What goes out for signature: the envelope, who gets it, where they sign, by which link, and what happened to it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import ENVELOPE_STATES, RECIPIENT_STATES, EnvelopeState, RecipientState, Side


class Method(models.TextChoices):
    HERE = "here", _("Signed here")
    PAPER = "paper", _("Signed on paper")
    ELSEWHERE = "elsewhere", _("Signed in another system")


class SealState(models.TextChoices):
    NONE = "none", _("Not yet")
    WAITING = "waiting", _("Being sealed")
    SEALED = "sealed", _("Sealed")


class Envelope(OrganizationRow):
    """An exact version, out for signature: `version_hash` is its content hash as `paper`, the PDF that is signed, was
    made of it; `pages` are its pages, each with width and height in points and the blob of its picture, `former_blobs`
    the files of papers before it. `paper_removed` names what was taken out because it could act; a paper that bears
    signatures (`paper_is_signed`) is never touched, and its `certificate` is a file of its own. `unilateral_reason`
    says why not every party signs. `contract_was` is the state to which the contract goes back where it is not signed.
    `effective_on` is when an amendment takes effect. `next_due_at` is the earlier of the next reminder and the end.
    What became of it is never changed (trigger); its sealing goes on."""

    STATES: ClassVar[StateTable] = ENVELOPE_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="envelopes")
    version = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="envelopes")
    state = models.CharField(_("state"), max_length=12, choices=EnvelopeState.choices, default=EnvelopeState.DRAFT)
    method = models.CharField(_("how it is signed"), max_length=12, choices=Method.choices, default=Method.HERE)
    title = models.CharField(_("title"), max_length=200)
    message = models.TextField(_("message"), blank=True)
    is_ordered = models.BooleanField(_("one after the other"), default=True)
    effective_on = models.DateField(_("takes effect on"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days to sign"), default=30)
    remind_days = models.PositiveSmallIntegerField(_("reminded every so many days"), default=5)
    version_hash = models.CharField(max_length=64, blank=True)
    contract_was = models.CharField(max_length=20, blank=True)
    paper = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")
    pages = models.JSONField(default=list)
    paper_is_signed = models.BooleanField(default=False)
    paper_removed = models.JSONField(default=list)
    former_blobs = models.JSONField(default=list)
    unilateral_reason = models.TextField(_("why not every party signs"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True)
    expires_at = models.DateTimeField(_("ends"), null=True)
    next_due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("over since"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    external_system = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    seal_state = models.CharField(_("seal"), max_length=8, choices=SealState.choices, default=SealState.NONE)
    seal_due_at = models.DateTimeField(null=True)
    seal_attempts = models.PositiveIntegerField(default=0)
    seal_error = models.TextField(blank=True)
    seal_level = models.CharField(max_length=8, blank=True)
    seal_certificate = models.TextField(blank=True)
    sealed_at = models.DateTimeField(null=True)
    executed = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    certificate = models.ForeignKey("documents.Blob", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"], condition=models.Q(state="sent"), name="envelope_one_out_per_contract"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | models.Q(state="voided", sent_at=None)
                | models.Q(sent_at__isnull=False, expires_at__isnull=False)
                | ~models.Q(method="here"),
                name="envelope_sent_has_an_end",
            ),
            models.CheckConstraint(
                condition=~models.Q(seal_state="sealed") | models.Q(executed__isnull=False, sealed_at__isnull=False),
                name="envelope_sealed_has_a_paper",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "-id"], name="envelope_newest"),
            models.Index(
                fields=["next_due_at"], condition=models.Q(next_due_at__isnull=False), name="envelope_next_due"
            ),
            models.Index(
                fields=["seal_due_at"], condition=models.Q(seal_due_at__isnull=False), name="envelope_seal_due"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/contracts/envelopes/{self.pk}/"


class Recipient(OrganizationRow):
    """Who gets an envelope. `position`: the same number is asked at the same time, where it goes one after the other.
    `party` is for whom they sign. `consent_hash` is sha256 of the words they agreed to. `drawing` is the signature they
    drew: strokes, each a list of points. What they did is never changed (trigger)."""

    class Role(models.TextChoices):
        SIGNER = "signer", _("Signs")
        APPROVER = "approver", _("Approves before it goes on")
        IN_COPY = "in_copy", _("Gets the executed text")
        VIEWER = "viewer", _("Reads, and does not sign")

    class CodeBy(models.TextChoices):
        MAIL = "mail", _("E-mail")
        SMS = "sms", _("Text message")

    STATES: ClassVar[StateTable] = RECIPIENT_STATES

    envelope = models.ForeignKey(Envelope, on_delete=models.CASCADE, related_name="recipients")
    role = models.CharField(_("part"), max_length=10, choices=Role.choices, default=Role.SIGNER)
    side = models.CharField(_("signs for"), max_length=8, choices=Side.choices, default=Side.OURS)
    party = models.ForeignKey("contracts.Party", null=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("mobile number"), max_length=32, blank=True)
    code_by = models.CharField(_("code by"), max_length=4, choices=CodeBy.choices, default=CodeBy.MAIL)
    state = models.CharField(_("state"), max_length=10, choices=RecipientState.choices, default=RecipientState.WAITING)
    invited_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    consented_at = models.DateTimeField(null=True)
    consent_hash = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)
    drawing = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    forwarded_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="forwarded_to")

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                "envelope",
                condition=~models.Q(state__in=("forwarded", "released")),
                name="recipient_address_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def acts(self) -> bool:
        """Whether the envelope waits for them."""
        return self.role in (self.Role.SIGNER, self.Role.APPROVER)


class SignatureField(OrganizationRow):
    """A place on a page that one recipient fills: points from the page's top left corner. `value` is what they put
    there; once filled it is never changed (trigger)."""

    class Kind(models.TextChoices):
        SIGNATURE = "signature", _("Signature")
        INITIALS = "initials", _("Initials")
        DATE = "date", _("Date of signing")
        NAME = "name", _("Name")
        TEXT = "text", _("Text")
        CHECKBOX = "checkbox", _("Box to tick")

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="fields")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SIGNATURE)
    label = models.CharField(_("label"), max_length=80, blank=True)
    is_required = models.BooleanField(_("required"), default=True)
    page = models.PositiveSmallIntegerField(_("page"))
    x = models.DecimalField(_("from the left"), max_digits=7, decimal_places=1)
    y = models.DecimalField(_("from the top"), max_digits=7, decimal_places=1)
    width = models.DecimalField(_("width"), max_digits=7, decimal_places=1)
    height = models.DecimalField(_("height"), max_digits=7, decimal_places=1)
    value = models.CharField(max_length=500, blank=True)
    filled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["page", "y", "x", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(page__gte=1, x__gte=0, y__gte=0, width__gt=0, height__gt=0),
                name="signature_field_on_a_page",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.page}"


class SigningLink(OrganizationRow):
    """A link for one recipient and one purpose. Only the sha256 of its secret is kept, and that secret is made when the
    letter leaves. `session_hash` is that of the browser in which the code was given. `tally` counts what anybody who
    holds it can do without end, by the kind of event: see `note_often`."""

    class Purpose(models.TextChoices):
        SIGN = "sign", _("to sign")
        READ = "read", _("to read")
        COPY = "copy", _("to fetch the executed text")

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=4, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    session_hash = models.CharField(max_length=64, blank=True)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tally = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["recipient", "purpose"], name="signing_link_of")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.recipient_id}"


class SigningCode(OrganizationRow):
    """A code for one link, kept as a keyed hash; made when its letter leaves, it lasts some minutes and five tries."""

    link = models.ForeignKey(SigningLink, on_delete=models.CASCADE, related_name="codes")
    asked_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["link", "-asked_at"], name="signing_code_of")]

    def __str__(self) -> str:
        return f"{self.link_id}"


class EnvelopeEvent(OrganizationRow):
    """Something that happened to an envelope: append-only (trigger). `digest` covers the event and the one before it.
    `address` and `agent` are of whoever did it, as far as they can be believed."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Prepared")
        SENT = "sent", _("Sent")
        INVITED = "invited", _("Asked to act")
        LETTER = "letter", _("Letter left")
        OPENED = "opened", _("Link opened")
        CODE_ASKED = "code_asked", _("Code asked")
        CODE_WRONG = "code_wrong", _("Wrong code given")
        VERIFIED = "verified", _("Code given")
        VIEWED = "viewed", _("Text read")
        CONSENTED = "consented", _("Agreed to sign electronically")
        SIGNED = "signed", _("Signed")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        FORWARDED = "forwarded", _("Passed on")
        CORRECTED = "corrected", _("Address corrected")
        REMINDED = "reminded", _("Reminded")
        REFUSED = "refused", _("Refused")
        VOIDED = "voided", _("Voided")
        EXPIRED = "expired", _("Ran out")
        ON_PAPER = "on_paper", _("Signed on paper, and the copy certified")
        ELSEWHERE = "elsewhere", _("Signed in another system")
        KEPT = "kept", _("Signed copy kept, which completes nothing")
        COMPLETED = "completed", _("Completed")
        SEALED = "sealed", _("Sealed")
        FETCHED = "fetched", _("Executed text fetched")

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    recipient = models.ForeignKey(Recipient, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=250, blank=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["envelope", "number"], name="envelope_event_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class SignedCopy(OrganizationRow):
    """What was signed in another system and did not complete its envelope: `why` is the code of what stood against it,
    `message` which message brought it, `pages` are as those of an envelope. It is kept as it came (trigger)."""

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="signed_copies")
    message = models.CharField(max_length=120)
    blob = models.ForeignKey("documents.Blob", on_delete=models.PROTECT, related_name="+")
    pages = models.JSONField(default=list)
    signed_on = models.DateField(_("signed on"), null=True)
    received_at = models.DateTimeField(_("received"))
    why = models.CharField(max_length=60)

    class Meta:
        ordering: ClassVar = ["received_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["envelope", "message"], name="signed_copy_message_once"),
        ]

    def __str__(self) -> str:
        return f"{self.envelope_id} {self.message}"
