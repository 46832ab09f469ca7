"""What people type about money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from billing.amounts import exact_decimal
from billing.models.fee import FeePeriod
from clm.access.permissions import visible
from clm.lib.actor import Actor
from contracts.models import Contract
from slas.models import Service


class AmountField(forms.DecimalField):
    """An amount, not below zero, as people write it; what else Python reads as a number (1e3, 1_0) is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=18, decimal_places=4, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip() and exact_decimal(value.strip()) is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class FeeForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=120)
    service = forms.ChoiceField(label=_("Service"), required=False, help_text=_("Left open: the whole contract."))
    amount = AmountField(label=_("Amount, net of tax"))
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, help_text=_("ISO 4217, as EUR."))
    period = forms.ChoiceField(label=_("For each"), choices=FeePeriod.choices, initial=FeePeriod.MONTH)
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day on which it is no longer due."),
    )

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(contract=contract).order_by("name")
        choices = [("", _("The whole contract")), *((str(row.pk), row.name) for row in services)]
        self.fields["service"].choices = choices  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def as_verb(self) -> dict[str, Any]:
        """The keyword arguments of set_fee, or of change_fee."""
        given = dict(self.cleaned_data)
        return given | {"service_id": given.pop("service") or None}


class FeeChangeForm(FeeForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class InvoiceFileForm(forms.Form):
    file = forms.FileField(
        label=_("Invoice file"),
        help_text=_("UBL 2.1 invoice or credit note (XML), for example XRechnung or Peppol BIS."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
    )

    def content(self) -> bytes:
        """The uploaded bytes."""
        upload: UploadedFile = self.cleaned_data["file"]
        sent: bytes = upload.read()
        return sent


class MatchForm(forms.Form):
    """A contract by its reference: ours or theirs."""

    contract = forms.CharField(label=_("Reference of the contract"), max_length=80)

    def chosen(self, actor: Actor) -> Contract | None:
        """The contract with exactly this reference; the error is put on the field where there is not one."""
        text = self.cleaned_data["contract"].strip()
        rows = visible(actor, Contract.objects.all())
        found = [
            *rows.filter(reference__iexact=text)[:2],
            *rows.filter(external_reference__iexact=text).exclude(reference__iexact=text)[:2],
        ]
        if len(found) != 1:
            none = _("No contract has this reference.")
            self.add_error("contract", _("Several contracts do.") if found else none)
            return None
        return found[0]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))
