"""The API's shape of a target's rules."""

from __future__ import annotations

from rest_framework import serializers

from clm.api.serializers import BodySerializer
from slas.engine.targets import Rule
from slas.models import TargetRule


class RuleSerializer(BodySerializer):
    """One variation of a target; the first that applies holds. Which fields matter follows from the kind."""

    kind = serializers.ChoiceField(choices=TargetRule.Kind.choices)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    target = serializers.DecimalField(max_digits=18, decimal_places=6, required=False, allow_null=True)
    remedy_percent = serializers.DecimalField(max_digits=9, decimal_places=6, required=False)
    season_from = serializers.CharField(max_length=5, required=False, help_text="MM-DD, included.")
    season_to = serializers.CharField(max_length=5, required=False, help_text="MM-DD, included.")
    until_on = serializers.DateField(required=False, help_text="Probation: the first day after it.")
    volume_above = serializers.DecimalField(max_digits=18, decimal_places=6, required=False)
    volume_key = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="Key of the indicator that counts the volume."
    )
    is_excused = serializers.BooleanField(required=False)
    improvement_percent = serializers.DecimalField(max_digits=9, decimal_places=6, required=False)
    basis = serializers.ChoiceField(choices=TargetRule.Basis.choices, required=False)


def rules_from(sent: list[dict[str, object]]) -> tuple[Rule, ...]:
    """What was sent, as the engine takes it."""
    return tuple(Rule(**row) for row in sent)  # type: ignore[arg-type]
