"""The API of envelopes: what a sender does. Signing itself is done by nobody's token: it takes a link and a code."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, EmptySerializer, ReasonSerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from clm.lib.errors import Invalid, NotVisible
from contracts import queries
from contracts.access.signing import VIEW
from contracts.models import Envelope, EnvelopeEvent, Recipient, SignatureField, SignedCopy, Version
from contracts.operations.signing.attach_seal import retry_seal
from contracts.operations.signing.change_envelope import FieldDraft, RecipientDraft, change_envelope
from contracts.operations.signing.create_envelope import create_envelope, prepare_again
from contracts.operations.signing.record_paper_signature import record_paper_signature
from contracts.operations.signing.remind_recipient import correct_recipient, remind_recipient, void_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_elsewhere import send_elsewhere
from contracts.pages.signing import origin_of, paper
from contracts.papers.envelopes import EnvelopePaper, Scan, make_envelope_paper, put_scan
from contracts.queries.signing import envelope_rows
from contracts.states import Side


class FieldPlaceSerializer(serializers.ModelSerializer):
    class Meta:
        model = SignatureField
        fields = ["kind", "label", "is_required", "page", "x", "y", "width", "height", "value", "filled_at"]
        read_only_fields = fields


class RecipientSerializer(serializers.ModelSerializer):
    fields_on_pages = FieldPlaceSerializer(source="fields", many=True, read_only=True)

    class Meta:
        model = Recipient
        fields = [
            "id", "role", "side", "party", "position", "name", "email", "phone", "code_by", "state", "invited_at",
            "opened_at", "consented_at", "consent_hash", "ended_at", "reason", "forwarded_from", "fields_on_pages",
        ]  # fmt: skip
        read_only_fields = fields


class SignedCopySerializer(serializers.ModelSerializer):
    """Signed in another system after the envelope was over, or when its text could not become final any more: `why`
    says what stood against it. It is kept, and completes nothing."""

    sha256 = serializers.CharField(source="blob.sha256", read_only=True)

    class Meta:
        model = SignedCopy
        fields = ["id", "message", "sha256", "signed_on", "received_at", "why"]
        read_only_fields = fields


class EnvelopeSerializer(serializers.ModelSerializer):
    """`version_hash` is the content hash that the paper was made of, `paper_sha256` of the PDF that is signed,
    `executed_sha256` of the sealed one, once there is one; `certificate_sha256` of the certificate of signature, where
    the paper bore signatures before. `paper_removed`: kinds of what was taken out of the PDF because it could act."""

    paper_sha256 = serializers.CharField(source="paper.sha256", read_only=True)
    executed_sha256 = serializers.CharField(source="executed.sha256", read_only=True, allow_null=True, default=None)
    certificate_sha256 = serializers.CharField(
        source="certificate.sha256", read_only=True, allow_null=True, default=None
    )
    page_count = serializers.SerializerMethodField()
    recipients = RecipientSerializer(many=True, read_only=True)
    signed_copies = SignedCopySerializer(many=True, read_only=True)

    class Meta:
        model = Envelope
        fields = [
            "id", "contract", "version", "state", "method", "title", "message", "is_ordered", "effective_on", "days",
            "remind_days", "unilateral_reason", "version_hash", "paper_sha256", "paper_is_signed", "paper_removed",
            "page_count", "created_by", "sent_by", "sent_at", "expires_at", "ended_at", "reason", "seal_state",
            "seal_level", "seal_certificate", "seal_attempts", "seal_error", "sealed_at", "executed_sha256",
            "certificate_sha256", "recipients", "signed_copies", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_page_count(self, row: Envelope) -> int:
        return len(row.pages)


class EnvelopeEventSerializer(serializers.ModelSerializer):
    """`digest` covers the event and the digest before it."""

    class Meta:
        model = EnvelopeEvent
        fields = ["number", "kind", "recipient", "at", "by", "address", "agent", "detail", "digest"]
        read_only_fields = fields


class FieldSentSerializer(BodySerializer):
    """Points from the page's top left corner."""

    kind = serializers.ChoiceField(choices=SignatureField.Kind.choices)
    page = serializers.IntegerField(min_value=1)
    x = serializers.DecimalField(max_digits=7, decimal_places=1, min_value=0)
    y = serializers.DecimalField(max_digits=7, decimal_places=1, min_value=0)
    width = serializers.DecimalField(max_digits=7, decimal_places=1, min_value=5)
    height = serializers.DecimalField(max_digits=7, decimal_places=1, min_value=5)
    label = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)  # type: ignore[assignment]
    is_required = serializers.BooleanField(required=False, default=True)


class RecipientSentSerializer(BodySerializer):
    """`party` is the party of the contract for whom they sign, which decides on the side; the only one of a side need
    not be named."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Recipient.Role.choices, required=False, default=Recipient.Role.SIGNER)
    side = serializers.ChoiceField(choices=Side.choices, required=False, default=Side.OURS)
    party = serializers.UUIDField(required=False, allow_null=True, default=None)
    position = serializers.IntegerField(min_value=1, max_value=99, required=False, default=1)
    phone = serializers.CharField(required=False, allow_blank=True, default="", max_length=32)
    code_by = serializers.ChoiceField(choices=Recipient.CodeBy.choices, required=False, default=Recipient.CodeBy.MAIL)
    fields_on_pages = FieldSentSerializer(many=True, required=False, default=list)


class EnvelopeChangeSerializer(BodySerializer):
    title = serializers.CharField(max_length=200, required=False)
    message = serializers.CharField(required=False, allow_blank=True)
    is_ordered = serializers.BooleanField(required=False)
    effective_on = serializers.DateField(required=False, allow_null=True)
    unilateral_reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    remind_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    recipients = RecipientSentSerializer(many=True, required=False)


class EnvelopeRequestSerializer(EnvelopeChangeSerializer):
    version = serializers.UUIDField()


class SendSerializer(BodySerializer):
    """`seen` is the content hash that was looked at: 409 `changed_meanwhile` where it is another by now."""

    seen = serializers.CharField(max_length=64, required=False)


class SystemSerializer(BodySerializer):
    system = serializers.CharField(max_length=60)


class OnPaperSerializer(BodySerializer):
    pdf = serializers.CharField(help_text="base64")
    signed_on = serializers.DateField()
    certifies = serializers.BooleanField()


class CorrectionSerializer(BodySerializer):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField()


def _facts(sent: dict[str, Any]) -> dict[str, Any]:
    return sent | {"recipients": [_draft(each) for each in sent["recipients"]]} if "recipients" in sent else sent


def _draft(sent: dict[str, Any]) -> RecipientDraft:
    places = [FieldDraft(**each) for each in sent["fields_on_pages"]]
    facts = {name: value for name, value in sent.items() if name != "fields_on_pages"}
    return RecipientDraft(**facts, fields=places)


def _shown(pk: UUID) -> Any:
    return EnvelopeSerializer(envelope_rows().get(pk=pk)).data


class Envelopes(IdempotentMixin, VisibleRowsView, ListAPIView):
    """Newest first. POST prepares one from a version; nothing leaves until it is sent."""

    model = Envelope
    verb = VIEW
    serializer_class = EnvelopeSerializer
    filterset_fields = ("state", "contract")

    def rows(self) -> QuerySet[Any]:
        return envelope_rows()

    def prepare(self, request: Request) -> tuple[EnvelopePaper, dict[str, Any]]:
        """The paper, made and stored before the transaction, and what was sent."""
        actor = actor_in(request)
        require(actor, "contracts.create_envelope")
        sent = checked(EnvelopeRequestSerializer, request.data)
        version_id = sent.pop("version")
        require(actor, "contracts.create_envelope", _version(actor, version_id))
        return make_envelope_paper(actor, version_id), _facts(sent)

    @extend_schema(request=EnvelopeRequestSerializer, responses={201: EnvelopeSerializer})
    def post(self, request: Request) -> Response:
        paper_made, facts = self.prepared
        envelope = create_envelope(actor=actor_in(request), paper=paper_made, **facts)
        return Response(_shown(envelope.pk), status=status.HTTP_201_CREATED)


def _version(actor: Actor, version_id: UUID) -> Version:
    try:
        found: Version = get_visible(actor, queries.version_rows(), version_id)
    except NotVisible as unknown:
        raise Invalid("version_unknown", "There is no such version.", fields={"version": ["Unknown."]}) from unknown
    return found


class EnvelopeDetail(VisibleRowsView, RetrieveAPIView):
    model = Envelope
    verb = VIEW
    serializer_class = EnvelopeSerializer

    def rows(self) -> QuerySet[Any]:
        return envelope_rows()


class _EnvelopeAct(Act):
    """A verb on an envelope, which is answered as it is then."""

    model = Envelope

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        self.do(actor, pk, sent)
        return _shown(pk)

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        raise AssertionError("an action names its verb")

    def asking(self, request: Request) -> Actor:
        """Who asks, where they see the envelope and the verb is theirs: before anything is made for them."""
        actor = actor_in(request)
        require(actor, self.asks, get_visible(actor, Envelope.objects.all(), self.kwargs["pk"]))
        return actor


@extend_schema(responses=EnvelopeSerializer)
class EnvelopeChange(_EnvelopeAct):
    """What is given is changed; `recipients` replace those there were, with their fields."""

    asks = "contracts.change_envelope"
    serializer_class = EnvelopeChangeSerializer

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        change_envelope(actor=actor, envelope_id=pk, **_facts(sent))


@extend_schema(responses=EnvelopeSerializer)
class EnvelopeAgain(_EnvelopeAct):
    """A new paper of the contract's newest text, for the same people; places that lie on no page of it are gone."""

    asks = "contracts.prepare_again"
    serializer_class = EmptySerializer

    def prepare(self, request: Request) -> EnvelopePaper:
        """Made and stored before the transaction."""
        actor = self.asking(request)
        newest = Version.objects.filter(contract__envelopes=self.kwargs["pk"]).latest("number")
        return make_envelope_paper(actor, newest.pk)

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        prepare_again(actor=actor, envelope_id=pk, paper=self.prepared)


@extend_schema(responses=EnvelopeSerializer)
class EnvelopeElsewhere(_EnvelopeAct):
    """It is signed in another system: nobody is written to from here, and what came of it is posted to its hook. The
    same has to be in order as for sending."""

    asks = "contracts.send_elsewhere"
    serializer_class = SystemSerializer

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        send_elsewhere(actor=actor, envelope_id=pk, origin=origin_of(self.request), **sent)


@extend_schema(responses=EnvelopeSerializer)
class EnvelopeOnPaper(_EnvelopeAct):
    """It was signed on paper: the scan (PDF, base64), the day on which all had signed, and that you have seen it."""

    asks = "contracts.record_paper_signature"
    serializer_class = OnPaperSerializer

    def prepare(self, request: Request) -> Scan:
        """Read and stored before the transaction."""
        actor = self.asking(request)
        try:
            content = base64.b64decode(checked(OnPaperSerializer, request.data)["pdf"], validate=True)
        except ValueError:
            raise Invalid("unreadable", "Send the PDF in base64.", fields={"pdf": ["Not base64."]}) from None
        return put_scan(actor, content)

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        facts = {name: sent[name] for name in ("signed_on", "certifies")}
        origin = origin_of(self.request)
        record_paper_signature(actor=actor, envelope_id=pk, scan=self.prepared, origin=origin, **facts)


@extend_schema(responses=EnvelopeSerializer)
class EnvelopeSending(_EnvelopeAct):
    """Letters leave to those who are first. 409 `approval_missing`, `approval_open`, `mandatory_missing`,
    `terms_missing`, `parties_missing`, `signer_missing`, `signatory_unnamed`, `party_unsigned`, `out_for_signature`,
    `changed_meanwhile` (prepare it again)."""

    asks = "contracts.send_envelope"
    serializer_class = SendSerializer

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        send_envelope(actor=actor, envelope_id=pk, origin=origin_of(self.request), **sent)


@extend_schema(responses=EnvelopeSerializer)
class EnvelopeVoiding(_EnvelopeAct):
    """Nobody can sign any more; the contract is where it was."""

    asks = "contracts.void_envelope"
    serializer_class = ReasonSerializer

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        void_envelope(actor=actor, envelope_id=pk, origin=origin_of(self.request), **sent)


@extend_schema(responses=EnvelopeSerializer)
class EnvelopeSealing(_EnvelopeAct):
    """A sealing that failed is tried again now. 409 `not_waiting`."""

    asks = "contracts.retry_seal"
    serializer_class = EmptySerializer

    def do(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> None:
        retry_seal(actor=actor, envelope_id=pk)


@extend_schema(responses=RecipientSerializer)
class RecipientReminder(Act):
    """A letter with a new link leaves; the link before it opens no more. 409 `not_asked`, `reminded_just_now`."""

    model = Recipient
    tag_of, tag_via = Envelope, "envelope"
    asks = "contracts.remind_recipient"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return RecipientSerializer(remind_recipient(actor=actor, recipient_id=pk, origin=origin_of(self.request))).data


@extend_schema(responses=RecipientSerializer)
class RecipientCorrection(Act):
    """The link that was sent to the wrong address opens no more. 409 `not_asked`."""

    model = Recipient
    tag_of, tag_via = Envelope, "envelope"
    asks = "contracts.correct_recipient"
    serializer_class = CorrectionSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        origin = origin_of(self.request)
        return RecipientSerializer(correct_recipient(actor=actor, recipient_id=pk, origin=origin, **sent)).data


class EnvelopeEvents(VisibleRowsView, RetrieveAPIView):
    """Everything that happened to it, in order."""

    model = Envelope
    verb = VIEW
    serializer_class = EnvelopeEventSerializer

    @extend_schema(responses=EnvelopeEventSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = EnvelopeEvent.objects.filter(envelope=self.get_object()).order_by("number")
        return Response(EnvelopeEventSerializer(rows, many=True).data)


class EnvelopeCertificate(VisibleRowsView):
    """The certificate of signature, where it is a file of its own: the paper bore signatures before. Else 404."""

    model = Envelope
    verb = VIEW
    serializer_class = EnvelopeSerializer

    def rows(self) -> QuerySet[Any]:
        return Envelope.objects.select_related("certificate", "contract")

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        envelope = self.get_object()
        if envelope.certificate is None:
            raise NotVisible
        return paper(read_blob(envelope.certificate), f"{envelope.contract.reference}-certificate.pdf")


class EnvelopeExecuted(VisibleRowsView):
    """The executed PDF, sealed. 404 until there is one."""

    model = Envelope
    verb = VIEW
    serializer_class = EnvelopeSerializer

    def rows(self) -> QuerySet[Any]:
        return Envelope.objects.select_related("executed", "contract")

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        envelope = self.get_object()
        if envelope.executed is None:
            raise NotVisible
        return paper(read_blob(envelope.executed), f"{envelope.contract.reference}-executed.pdf")


class SignedCopyFile(VisibleRowsView):
    """What was signed in another system and completed nothing, as it came."""

    model = SignedCopy
    verb = VIEW
    serializer_class = SignedCopySerializer

    def rows(self) -> QuerySet[Any]:
        return SignedCopy.objects.select_related("blob", "envelope__contract")

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        copy = self.get_object()
        return paper(read_blob(copy.blob), f"{copy.envelope.contract.reference}-signed.pdf")
