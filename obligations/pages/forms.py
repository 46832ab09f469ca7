"""What people type about duties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clm.accounts.models import Membership
from obligations.models.obligation import Recurrence


class ObligationForm(forms.Form):
    title = forms.CharField(label=_("What is owed"), max_length=200)
    is_ours = forms.TypedChoiceField(
        label=_("Who owes it"),
        choices=[("1", _("We do")), ("0", _("The counterparty"))],
        coerce=lambda value: value == "1",
        initial="1",
    )
    owner = forms.ChoiceField(label=_("Who looks after it"))
    first_due_on = forms.DateField(label=_("First due on"), widget=forms.DateInput(attrs={"type": "date"}))
    recurrence = forms.ChoiceField(
        label=_("How often"),
        choices=[
            (Recurrence.ONCE, _("only once")),
            (Recurrence.DAYS, _("again after some days")),
            (Recurrence.MONTHS, _("again after some months")),
        ],
        initial=Recurrence.ONCE,
    )
    interval = forms.IntegerField(
        label=_("After how many"),
        min_value=1,
        max_value=10_000,
        initial=1,
        required=False,
        help_text=_("Days or months, as chosen: 3 with months is every quarter."),
    )
    ends_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    proof_required = forms.CharField(
        label=_("What proves it"), max_length=300, required=False, help_text=_("Left empty, no proof is asked for.")
    )
    remind_days = forms.IntegerField(label=_("Remind this many days before"), min_value=0, max_value=400, initial=14)
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(removed_at=None).select_related("user").order_by("user__name")
        self.fields["owner"].choices = [(str(m.user_id), str(m.user)) for m in members]  # type: ignore[attr-defined]

    def as_verb(self) -> dict[str, Any]:
        """The keyword arguments of add_obligation."""
        given = dict(self.cleaned_data)
        given["owner_id"] = given.pop("owner")
        given["interval"] = given["interval"] or 1
        return given


class SettleForm(forms.Form):
    """Proof, note or reason for what is done with one due date."""

    text = forms.CharField(label=_("Proof, note or reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
