"""What people type about contracts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clm.accounts.models import Membership, Team
from clm.accounts.roles import PEOPLE_INSIDE, Role
from clm.lib.actor import Actor
from clm.lib.money import Money, is_iso_4217
from clm.lib.zones import zone_names
from clm.pages.fields import GroupedCheckboxes, SuggestInput, country_field, currency_field
from contracts.access.other_side import companies
from contracts.models import ContractParty, Party, Passage, RenewalDecision, Version
from contracts.models.contract import Category
from contracts.models.terms import NoticeUnit, Renewal, Roll
from contracts.pages.custom_field_forms import CustomFieldsForm
from contracts.papers.comparisons import PaperForm


def date_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def _time(**kwargs: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}), **kwargs)


NEW_TERMS = ("starts_on", "initial_months", "renewal", "renewal_months", "notice_length", "notice_unit")


def _present() -> QuerySet[Membership]:
    return Membership.objects.filter(removed_at=None).select_related("user").order_by("user__name")


def members() -> list[tuple[str, str]]:
    """Choices of the organization's present people: nobody of the other side, and no integration."""
    return [(str(row.user_id), str(row.user)) for row in _present().filter(roles__overlap=sorted(PEOPLE_INSIDE))]


def departments() -> list[tuple[str, str]]:
    rows = Team.objects.filter(kind=Team.Kind.DEPARTMENT).order_by("name").values_list("pk", "name")
    return [("", "–"), *((str(pk), name) for pk, name in rows)]


def people_by_side(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everybody who may be named, in groups; of the other side with the company they were named for and the address."""
    outside = _present().filter(roles__contained_by=[Role.COUNTERPARTY])
    machines = _present().exclude(roles__overlap=sorted(PEOPLE_INSIDE)).filter(roles__contains=[Role.INTEGRATION])
    known = companies(actor)
    groups = [
        (gettext("Colleagues"), members()),
        (gettext("Other side"), [(str(row.user_id), _outsider(row, known.get(row.user_id, []))) for row in outside]),
        (gettext("Integrations"), [(str(row.user_id), str(row.user)) for row in machines]),
    ]
    return [(label, choices) for label, choices in groups if choices]


def _outsider(row: Membership, named_for: list[str]) -> str:
    said = [", ".join(named_for), Role.COUNTERPARTY.label, row.user.email]
    return " · ".join(str(part) for part in (row.user, *said) if part)


def _zones(kept: str | None) -> list[tuple[str, str]]:
    """The zones to choose from, and the one that a contract has: once its dates count it cannot have another."""
    names = zone_names()
    return [(name, name) for name in (names if kept is None or kept in names else (*names, kept))]


SUGGESTED = 500


def known_parties(**only: Any) -> list[str]:
    """Names to choose from while one is typed."""
    rows = Party.objects.filter(archived_at=None, **only).order_by("name")
    return list(rows.values_list("name", flat=True)[:SUGGESTED])


def counterparties() -> list[str]:
    return known_parties(is_ours=False)


def amount_typed(amount: Decimal | None, currency: str) -> str | None:
    """A value as people type it: with the decimals of its currency, or more where it has more."""
    return None if amount is None else Money(amount, currency).as_json()["amount"]


class ContractForm(CustomFieldsForm):
    """The facts; for a new contract the signed or draft document may come along."""

    title = forms.CharField(label=_("Title"), max_length=250)
    category = forms.ChoiceField(label=_("Type"), choices=Category.choices, initial=Category.OTHER)
    owner_id = forms.TypedChoiceField(label=_("Owner"), coerce=UUID)
    department_id = forms.TypedChoiceField(label=_("Department"), required=False, coerce=UUID, empty_value=None)
    external_reference = forms.CharField(
        label=_("Their reference"), max_length=80, required=False, help_text=_("As the other side's invoices quote it.")
    )
    value_amount = forms.DecimalField(label=_("Value"), required=False, min_value=0, max_digits=18, decimal_places=4)
    currency = currency_field(required=False)
    time_zone = forms.ChoiceField(label=_("Time zone of its dates"))
    tags = forms.CharField(label=_("Tags"), required=False, max_length=1300, help_text=_("With commas between them."))
    jurisdiction = forms.CharField(
        label=_("Governing law"), max_length=6, required=False, help_text=_("ISO 3166, such as DE or US-NY."),
        widget=forms.TextInput(attrs={"class": "form-control short"}),
    )  # fmt: skip
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, custom: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_id"].choices = members()  # type: ignore[attr-defined]
        self.fields["department_id"].choices = departments()  # type: ignore[attr-defined]
        self.put_custom_fields(custom or {})
        self.fields["time_zone"].choices = _zones(self.initial.get("time_zone"))  # type: ignore[attr-defined]

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"]
        if code and not is_iso_4217(code):
            raise forms.ValidationError(gettext("Not an ISO 4217 currency."))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("value_amount") is not None and not given.get("currency"):
            self.add_error("currency", _("A value needs its currency."))
        return given


class NewContractForm(ContractForm):
    our_party = forms.ModelChoiceField(
        label=_("Our entity"), queryset=Party.objects.none(), empty_label="–", required=False
    )
    counterparty = forms.CharField(
        label=_("Counterparty"), max_length=200, required=False, widget=SuggestInput(counterparties),
        help_text=_("Their legal name; a new one is added."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Document"), required=False, help_text=_("Word (.docx), PDF or plain text, up to 50 MB.")
    )
    starts_on = date_field(label=_("Starts on"), required=False, help_text=_("What the document says of its duration."))
    initial_months = forms.IntegerField(label=_("Initial term in months"), min_value=1, max_value=1200, required=False)
    renewal = forms.ChoiceField(label=_("Renewal"), choices=Renewal.choices, initial=Renewal.NONE, required=False)
    renewal_months = forms.IntegerField(label=_("Renewal term in months"), min_value=1, max_value=1200, required=False)
    notice_length = forms.IntegerField(label=_("Notice period"), min_value=0, max_value=3650, required=False)
    notice_unit = forms.ChoiceField(label=_("in"), choices=NoticeUnit.choices, initial=NoticeUnit.DAYS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["our_party"].queryset = Party.objects.filter(is_ours=True, archived_at=None)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("starts_on"):
            return given
        if not given.get("file") and "file" not in self.errors:
            self.add_error("file", _("Terms belong to a document: upload it with them, or set them afterwards."))
        if not given.get("initial_months"):
            self.add_error("initial_months", _("A term needs its length."))
        if given.get("renewal", Renewal.NONE) not in ("", Renewal.NONE) and not given.get("renewal_months"):
            self.add_error("renewal_months", _("A contract that renews needs the length of its renewal."))
        return given

    def split(self, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The facts, and the terms where a start was given; what was left empty has the terms' own defaults."""
        given["custom_fields"] = self.said(given)
        terms = {name: given[name] for name in NEW_TERMS if given.get(name) not in (None, "")}
        facts = {name: value for name, value in given.items() if name not in (*NEW_TERMS, "seen", "file")}
        return facts, terms if given.get("starts_on") else None


class VersionForm(forms.Form):
    file = forms.FileField(label=_("Document"), help_text=_("Word (.docx), PDF or plain text, up to 50 MB."))
    note = forms.CharField(label=_("What changed"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class TermsForm(forms.Form):
    starts_on = date_field(label=_("Starts on"))
    initial_months = forms.IntegerField(label=_("Initial term in months"), min_value=1, max_value=1200, initial=12)
    renewal = forms.ChoiceField(label=_("Renewal"), choices=Renewal.choices, initial=Renewal.AUTOMATIC)
    renewal_months = forms.IntegerField(label=_("Renewal term in months"), min_value=1, max_value=1200, required=False)
    max_renewals = forms.IntegerField(
        label=_("At most this many renewals"), min_value=0, max_value=1000, required=False,
        help_text=_("Empty: without limit."),
    )  # fmt: skip
    notice_length = forms.IntegerField(label=_("Notice period"), min_value=0, max_value=3650, required=False)
    notice_unit = forms.ChoiceField(label=_("in"), choices=NoticeUnit.choices, initial=NoticeUnit.DAYS)
    notice_roll = forms.ChoiceField(
        label=_("A deadline on a day that is no business day"), choices=Roll.choices, initial=Roll.PRECEDING
    )
    clear_days = forms.BooleanField(label=_("Clear days: neither end counts"), required=False)
    day_ends_at = _time(
        label=_("On its last day notice counts until"), required=False,
        help_text=_(
            "Notice must arrive before this time, in the contract's time zone, such as 17:00. "
            "Empty: until the end of the day."
        ),
    )  # fmt: skip
    holidays_country = country_field(label=_("Holidays of"), required=False)
    notice_passage = forms.ModelChoiceField(
        label=_("Sentence on notice"), queryset=Passage.objects.none(), empty_label="–", required=False,
        help_text=_("A marked sentence: the deadline's trace leads to it."),
    )  # fmt: skip
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, version: Version, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marked = Passage.objects.filter(version=version).order_by("start")
        self.fields["notice_passage"].queryset = marked  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("renewal") != Renewal.NONE and not given.get("renewal_months"):
            self.add_error("renewal_months", _("A contract that renews needs the length of its renewal."))
        return given


class PartForm(forms.Form):
    name = forms.CharField(
        label=_("Legal name"), max_length=200, widget=SuggestInput(known_parties),
        help_text=_("One that is known is offered while you type; a new one is added."),
    )  # fmt: skip
    role = forms.ChoiceField(label=_("Role"), choices=ContractParty.Role.choices)
    country = country_field(required=False)
    email = forms.EmailField(label=_("Contact e-mail"), required=False)


class ExecutionForm(forms.Form):
    executed_on = date_field(label=_("Signed on"))
    effective_on = date_field(label=_("Takes effect on"), required=False, help_text=_("Empty: when its term starts."))


class FinalizeForm(forms.Form):
    effective_on = date_field(label=_("Takes effect on"))


class DecisionForm(forms.Form):
    kind = forms.ChoiceField(label=_("What was decided"), choices=RenewalDecision.Kind.choices)
    decided_on = date_field(label=_("On"), required=False, help_text=_("Empty: today."))
    decided_at = _time(
        label=_("At"), required=False,
        help_text=_("When it arrived, in the contract's time zone. Empty: now, if it is of today."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class AccessForm(forms.Form):
    is_confidential = forms.BooleanField(label=_("Confidential: only these people"), required=False)
    people = forms.MultipleChoiceField(
        label=_("People"), required=False, widget=GroupedCheckboxes,
        help_text=_(
            "The owner and you always keep access. Colleagues need a tick where the contract is confidential; "
            "people of the other side see it only with one."
        ),
    )  # fmt: skip

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people_by_side(actor)  # type: ignore[attr-defined]


class CompareForm(forms.Form):
    old = forms.ModelChoiceField(label=_("From"), queryset=Version.objects.none(), empty_label="–")
    new = forms.ModelChoiceField(label=_("To"), queryset=Version.objects.none(), empty_label="–")

    def __init__(self, versions: QuerySet[Version], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            self.fields[name].queryset = versions.order_by("number")  # type: ignore[attr-defined]


class ComparisonPaperForm(CompareForm):
    form = forms.ChoiceField(label=_("As"), choices=PaperForm.choices)


class CompareFileForm(forms.Form):
    version = forms.ModelChoiceField(label=_("Version"), queryset=Version.objects.none(), empty_label=None)
    file = forms.FileField(
        label=_("File"), help_text=_("Word, PDF or plain text. It is read, compared and not kept."),
    )  # fmt: skip

    def __init__(self, versions: QuerySet[Version], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
