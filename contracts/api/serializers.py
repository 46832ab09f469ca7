"""The API's shapes of contracts."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from clm.access.permissions import can
from clm.api.serializers import BodySerializer, ModelBodySerializer
from clm.api.views import actor_in
from clm.lib.actor import Actor
from clm.lib.money import is_iso_4217
from clm.lib.zones import is_zone
from contracts.access import VIEW_INSIDE
from contracts.access.other_side import file_name_for, note_for, told_states
from contracts.models import Clause, Contract, ContractParty, Passage, RenewalDecision, Term, Terms, Version
from contracts.models.contract import Category
from contracts.papers import TERM_FIELDS
from contracts.queries.custom_fields import values_of
from contracts.queries.retention import held_among
from contracts.states import VersionState


class SharedFacts(serializers.ModelSerializer):
    """What the other side is not shown is left out of what it is answered."""

    inside_only: ClassVar[tuple[str, ...]] = ()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(instance)
        request = self.context.get("request")
        if request is None or can(actor_in(request), VIEW_INSIDE):
            return data
        shared = {name: value for name, value in data.items() if name not in self.inside_only}
        return shared | self.as_shared(actor_in(request), instance, shared)

    def as_shared(self, actor: Actor, instance: Any, shared: dict[str, Any]) -> dict[str, Any]:
        """Fields that the other side reads otherwise."""
        return {}


class ContractPartySerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="party.name", read_only=True)

    class Meta:
        model = ContractParty
        fields = ["id", "party", "name", "role"]


class ContractSerializer(SharedFacts):
    """For the other side without what only ours sees: owner, department, value, currency, confidentiality, tags,
    description, own fields."""

    inside_only = (
        "owner", "department", "value_amount", "currency", "is_confidential", "tags", "description", "custom_fields",
        "ended_on", "kept_until", "risk_score", "risk_band", "is_on_hold",
    )  # fmt: skip
    is_on_hold = serializers.SerializerMethodField(
        help_text="Whether a legal hold covers it, whatever it is placed on."
    )
    parties = ContractPartySerializer(many=True, read_only=True)
    custom_fields = serializers.SerializerMethodField(help_text="Values of the organization's own fields, by key.")
    snippet = serializers.SerializerMethodField(
        help_text="In a list that is searched: where its text has the words, as [text, whether it was hit]."
    )

    class Meta:
        model = Contract
        fields = [
            "id", "reference", "external_reference", "title", "category", "state", "owner", "department",
            "value_amount", "currency", "time_zone", "is_confidential", "tags", "description", "custom_fields",
            "jurisdiction", "ended_on", "kept_until", "risk_score", "risk_band",
            "is_on_hold", "parties", "created_at", "snippet",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_on_hold(self, contract: Contract) -> bool:
        is_held = getattr(contract, "is_held", None)  # a list asks for its page at once
        return bool(held_among([contract.pk])) if is_held is None else is_held

    def get_snippet(self, contract: Contract) -> list[list[Any]]:
        return [[part.text, part.is_hit] for part in getattr(contract, "snippet", ())]

    def get_custom_fields(self, contract: Contract) -> dict[str, Any]:
        return values_of(contract)

    def as_shared(self, actor: Actor, instance: Any, shared: dict[str, Any]) -> dict[str, Any]:
        """Whether our side approves is not told."""
        told_states(actor, [instance])
        return {"state": instance.shown_state}


class ContractFactsSerializer(BodySerializer):
    """What is sent to create a contract; to change one, any part of it."""

    title = serializers.CharField(max_length=250)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    owner = serializers.UUIDField(required=False, source="owner_id")
    external_reference = serializers.CharField(max_length=80, required=False, allow_blank=True)
    value_amount = serializers.DecimalField(
        max_digits=18, decimal_places=4, min_value=0, required=False, allow_null=True
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, allow_blank=True)
    time_zone = serializers.CharField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    department = serializers.UUIDField(required=False, allow_null=True, source="department_id")
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    custom_fields = serializers.DictField(
        required=False,
        help_text="By key. Amounts are {amount, currency}, decimals and dates text, choices a list; null empties.",
    )
    jurisdiction = serializers.CharField(max_length=6, required=False, allow_blank=True)

    def validate_time_zone(self, value: str) -> str:
        if not is_zone(value):
            raise serializers.ValidationError("Not an IANA time zone.")
        return value

    def validate_currency(self, value: str) -> str:
        if value and not is_iso_4217(value):
            raise serializers.ValidationError("Not an ISO 4217 currency.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not self.partial and attrs.get("value_amount") is not None and not attrs.get("currency"):
            raise serializers.ValidationError({"currency": "A value needs its currency."})
        return attrs


class ClauseSerializer(serializers.ModelSerializer):
    class Meta:
        model = Clause
        fields = ["id", "position", "number", "heading", "level", "parent", "start", "end", "text"]


class TermsSerializer(ModelBodySerializer):
    """`notice_passage` is the marked sentence that the notice period rests on.

    On its last day notice counts only if it arrives before `day_ends_at`, a local time; null is 24:00.
    """

    notice_passage = serializers.UUIDField(source="notice_passage_id", required=False, allow_null=True, default=None)

    class Meta:
        model = Terms
        fields = [*TERM_FIELDS, "notice_passage"]


class VersionSerializer(SharedFacts):
    """For the other side without warnings and hashes, which are of the file as it was uploaded; its note is the one
    that a draft was handed over with, and the file is named by the contract's reference."""

    inside_only = ("note", "warnings", "content_hash", "document_sha256")
    document_sha256 = serializers.CharField(source="blob.sha256", read_only=True)
    effective_until = serializers.SerializerMethodField(
        help_text="The first day on which the next text is in force; null for the last one, and before it is final."
    )
    superseded_by = serializers.SerializerMethodField()
    amendment = serializers.UUIDField(source="amendment_id", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Version
        fields = [
            "id", "contract", "number", "state", "side", "source", "shared_at", "file_name", "media_type", "page_count",
            "content_hash", "document_sha256", "effective_on", "effective_until", "superseded_by", "amendment",
            "finalized_at", "note", "attribution", "warnings", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_effective_until(self, version: Version) -> date | None:
        return getattr(version, "next_effective_on", None) if version.state == VersionState.FINAL else None

    def get_superseded_by(self, version: Version) -> UUID | None:
        return getattr(version, "next_version", None) if version.state == VersionState.FINAL else None

    def as_shared(self, actor: Actor, instance: Any, shared: dict[str, Any]) -> dict[str, Any]:
        named = {"file_name": file_name_for(actor, instance), "note": note_for(actor, instance)}
        return named | ({"terms": None} if "terms" in shared and instance.state != VersionState.FINAL else {})


class VersionDetailSerializer(VersionSerializer):
    """The other side reads the terms of final versions."""

    clauses = ClauseSerializer(many=True, read_only=True)
    terms = TermsSerializer(read_only=True, allow_null=True)

    class Meta(VersionSerializer.Meta):
        fields = [*VersionSerializer.Meta.fields, "text", "clauses", "terms"]
        read_only_fields = fields


class UploadSerializer(BodySerializer):
    file = serializers.FileField()
    note = serializers.CharField(required=False, allow_blank=True, default="")


class NewPartySerializer(BodySerializer):
    name = serializers.CharField(max_length=200)
    role = serializers.ChoiceField(choices=ContractParty.Role.choices)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, allow_blank=True, default="")
    email = serializers.EmailField(required=False, allow_blank=True, default="")


class NewPassageSerializer(BodySerializer):
    """`start` and `end` count code points of the version's text; `quote` must be what stands there."""

    version = serializers.UUIDField()
    clause = serializers.UUIDField()
    start = serializers.IntegerField(min_value=0)
    end = serializers.IntegerField(min_value=1)
    quote = serializers.CharField(required=False)


class PassageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Passage
        fields = ["id", "version", "clause", "start", "end", "quote", "created_at"]
        read_only_fields = fields


class ExecutionSerializer(BodySerializer):
    executed_on = serializers.DateField()
    effective_on = serializers.DateField(required=False, allow_null=True)


class FinalSerializer(BodySerializer):
    """Of an amendment the day is the one that the parties accepted, and need not be sent."""

    effective_on = serializers.DateField(required=False, allow_null=True)


class DecisionSerializer(BodySerializer):
    kind = serializers.ChoiceField(choices=RenewalDecision.Kind.choices)
    decided_on = serializers.DateField(required=False, allow_null=True)
    decided_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="The instant at which notice arrived; needed for an earlier day that ends before its midnight.",
    )
    note = serializers.CharField(required=False, allow_blank=True, default="")


class RenewalDecisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = RenewalDecision
        fields = ["id", "contract", "term_number", "kind", "decided_on", "decided_at", "note", "created_at"]
        read_only_fields = fields


class TerminationSerializer(BodySerializer):
    terminated_on = serializers.DateField()
    reason = serializers.CharField()


class AccessSerializer(BodySerializer):
    is_confidential = serializers.BooleanField()
    people = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class ReasonSerializer(BodySerializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class TermSerializer(serializers.ModelSerializer):
    class Meta:
        model = Term
        fields = [
            "id", "contract", "version", "number", "starts_on", "ends_on", "notice_deadline", "notice_closes_at",
            "basis", "trace",
        ]  # fmt: skip
        read_only_fields = fields


class ChangeSerializer(serializers.Serializer):
    kind = serializers.CharField()
    number = serializers.CharField()
    heading = serializers.CharField()
    spans = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class ComparisonSerializer(serializers.Serializer):
    """Clause by clause: kind is same, changed, added, removed or moved; spans are (same|added|removed, text)."""

    summary = serializers.DictField(child=serializers.IntegerField())
    changes = ChangeSerializer(many=True)
