"""What is sent to write a draft, by the editor and by the API, and what is answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clm.api.serializers import BodySerializer
from contracts.models import ClauseEdit, Draft, Turn
from contracts.states import DraftState, Side

MAX_REVISION = 2_147_483_647


class WordsField(serializers.JSONField):
    """A document; one that is nested without end is refused as any other that cannot be read."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except RecursionError:
            self.fail("invalid")


class ClauseWordsSerializer(BodySerializer):
    """A clause's words; `revision` is the one that was on the screen. `body` is a ProseMirror document of paragraphs
    and lists, with the marks bold, italic and underline. `session` is any text of the sender's that names one opening
    of the clause: words that are not saved are kept for each apart."""

    revision = serializers.IntegerField(min_value=1, max_value=MAX_REVISION)
    heading = serializers.CharField(allow_blank=True, max_length=300)
    body = WordsField()
    session = serializers.CharField(required=False, allow_blank=True, max_length=40)


class EditSerializer(ClauseWordsSerializer):
    """`settles` are one's own kept words that these take up. `kept_at` is the answer to the last keeping of the
    session: what was kept up to then is behind these words, and need not be offered again."""

    settles = serializers.UUIDField(required=False, allow_null=True)
    kept_at = serializers.DateTimeField(required=False, allow_null=True)


class NewClauseSerializer(BodySerializer):
    """`after` null: at the beginning."""

    after = serializers.UUIDField(required=False, allow_null=True)
    level = serializers.IntegerField(required=False, min_value=1, max_value=9)
    heading = serializers.CharField(required=False, allow_blank=True, max_length=300)
    body = WordsField(required=False, allow_null=True)


class PlaceSerializer(BodySerializer):
    """What stands below the clause goes with it."""

    after = serializers.UUIDField(allow_null=True)
    level = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=9)


class PutInSerializer(BodySerializer):
    """A clause of the library."""

    clause = serializers.UUIDField()


class HoldSerializer(BodySerializer):
    take_over = serializers.BooleanField(required=False)
    release = serializers.BooleanField(required=False)


class PositionChoiceSerializer(BodySerializer):
    """`position` is preferred, fallback-1, fallback-2 ... of that version of the library clause."""

    revision = serializers.IntegerField(min_value=1, max_value=MAX_REVISION)
    library_version = serializers.UUIDField(source="library_version_id")
    position = serializers.CharField(max_length=20)


class NoteSerializer(BodySerializer):
    note = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class HeldSerializer(serializers.Serializer):
    by = serializers.CharField()
    until = serializers.DateTimeField()
    is_mine = serializers.BooleanField()


class TieSerializer(serializers.Serializer):
    version = serializers.UUIDField()
    clause = serializers.UUIDField()
    title = serializers.CharField()
    position = serializers.CharField()


class DraftClauseSerializer(serializers.Serializer):
    """`label` is the number as it is now, `number` the one in the version that the draft was begun from (`origin` is
    the clause there). `held` says who writes in it at the moment."""

    id = serializers.UUIDField()
    place = serializers.IntegerField()
    level = serializers.IntegerField()
    number = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    heading = serializers.CharField()
    body = serializers.JSONField()
    text = serializers.CharField()
    revision = serializers.IntegerField()
    is_removed = serializers.BooleanField()
    origin = serializers.UUIDField(allow_null=True)
    library = TieSerializer(allow_null=True)
    changed_by = serializers.CharField()
    changed_at = serializers.DateTimeField(allow_null=True)
    held = HeldSerializer(allow_null=True)


class ClauseEditSerializer(serializers.Serializer):
    """Words that somebody sent; those of conflict, turn_over and unsaved_kept are its author's alone."""

    id = serializers.UUIDField()
    clause = serializers.UUIDField()
    by = serializers.CharField()
    heading = serializers.CharField()
    body = serializers.JSONField()
    text = serializers.CharField()
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=ClauseEdit.Outcome.choices)
    based_on = serializers.IntegerField()
    revision = serializers.IntegerField(allow_null=True)


class UnsavedSerializer(serializers.Serializer):
    clause = serializers.UUIDField()
    session = serializers.CharField()
    revision = serializers.IntegerField()
    heading = serializers.CharField()
    body = serializers.JSONField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class BaseSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField()


class DraftRowSerializer(serializers.ModelSerializer):
    class Meta:
        model = Draft
        fields = ["id", "contract", "number", "side", "state", "revision", "base", "version", "created_at"]
        read_only_fields = fields


class WrittenDraftSerializer(serializers.Serializer):
    """The whole draft. `referred` is how references name each clause. `kept` are one's own words
    that were not saved, `unsaved` those that a browser kept last."""

    id = serializers.UUIDField()
    contract = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=DraftState.choices)
    side = serializers.ChoiceField(choices=Side.choices)
    revision = serializers.IntegerField()
    base = BaseSerializer(allow_null=True)
    can_edit = serializers.BooleanField()
    referred = serializers.DictField(child=serializers.CharField())
    clauses = DraftClauseSerializer(many=True)
    kept = ClauseEditSerializer(many=True)
    unsaved = UnsavedSerializer(many=True)


class ClauseAnswerSerializer(serializers.Serializer):
    """The clause as it is now, `merged` with another's words or not; and the numbers and the order of all."""

    clause = DraftClauseSerializer()
    merged = serializers.BooleanField()
    draft_revision = serializers.IntegerField()
    labels = serializers.DictField(child=serializers.CharField())
    referred = serializers.DictField(child=serializers.CharField())
    order = serializers.ListField(child=serializers.UUIDField())


class KeptSerializer(serializers.Serializer):
    """`kept_at` null: these are the clause's words already."""

    kept_at = serializers.DateTimeField(allow_null=True)


class EditsSerializer(serializers.Serializer):
    edits = ClauseEditSerializer(many=True)


class SettledSerializer(serializers.Serializer):
    settled = serializers.UUIDField()


class TurnSerializer(serializers.ModelSerializer):
    """`version` is what was handed over at its end; null where that was taken back."""

    class Meta:
        model = Turn
        fields = ["id", "contract", "number", "side", "began_at", "ended_at", "version"]
        read_only_fields = fields

    def to_representation(self, instance: Turn) -> dict[str, Any]:
        is_shared = instance.version is not None and instance.version.shared_at is not None
        return super().to_representation(instance) | ({} if is_shared else {"version": None})
