"""What the sender fills in: facts, people, and places on pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from clm.notify.text_messages import is_configured
from contracts.models import Contract, ContractParty, Envelope, Recipient, SignatureField
from contracts.operations.signing.change_envelope import FieldDraft, RecipientDraft
from contracts.queries.our_mailboxes import is_ours, our_mailboxes
from contracts.queries.signing import signing_parts
from contracts.states import Side

NUMBERS = ("page", "x", "y", "width", "height")


class EnvelopeForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("It stands in the letters."))
    message = forms.CharField(label=_("Message"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_ordered = forms.BooleanField(
        label=_("One after the other, in the order of their numbers"), required=False, initial=True
    )
    effective_on = forms.DateField(
        label=_("Takes effect on"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("Empty: as its terms say; an amendment on the day of the last signature."),
    )
    unilateral_reason = forms.CharField(
        label=_("Why not every party signs"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for a paper that one side signs alone: signers read it, and the certificate says it."),
    )
    days = forms.IntegerField(label=_("Days to sign"), min_value=1, max_value=365)
    remind_days = forms.IntegerField(label=_("Remind every so many days"), min_value=0, max_value=365)


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Part"), choices=Recipient.Role.choices, initial=Recipient.Role.SIGNER)
    side = forms.ChoiceField(label=_("Signs for"), choices=Side.choices, initial=Side.OURS)
    position = forms.IntegerField(label=_("Order"), min_value=1, max_value=99, initial=1)
    code_by = forms.ChoiceField(label=_("Code by"), choices=Recipient.CodeBy.choices, initial=Recipient.CodeBy.MAIL)
    phone = forms.CharField(label=_("Mobile number"), max_length=32, required=False)

    def __init__(self, *args: Any, parts: Sequence[ContractParty] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(part.party_id), f"{part.party.name} ({part.get_role_display()})") for part in parts]
        self.fields["side"].choices = [*named, *Side.choices]  # type: ignore[attr-defined]
        if not is_configured():  # no installation promises a way that it does not have
            self.fields["code_by"].widget = self.fields["phone"].widget = forms.HiddenInput()


class PlaceForm(forms.Form):
    recipient = forms.ChoiceField(label=_("Who"))
    kind = forms.ChoiceField(label=_("What"), choices=SignatureField.Kind.choices)
    label = forms.CharField(label=_("Label"), max_length=80, required=False)
    is_required = forms.BooleanField(label=_("Required"), required=False, initial=True)
    page = forms.IntegerField(label=_("Page"), min_value=1, initial=1)
    x = forms.DecimalField(label=_("Left"), min_value=0, max_digits=7, decimal_places=1, initial=60)
    y = forms.DecimalField(label=_("Top"), min_value=0, max_digits=7, decimal_places=1, initial=60)
    width = forms.DecimalField(label=_("Width"), min_value=5, max_digits=7, decimal_places=1, initial=180)
    height = forms.DecimalField(label=_("Height"), min_value=5, max_digits=7, decimal_places=1, initial=40)

    def __init__(self, *args: Any, signers: Sequence[Recipient] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient"].choices = [(each.email, each.name) for each in signers]  # type: ignore[attr-defined]

    def numbers(self) -> list[Any]:
        return [self[name] for name in NUMBERS]


class VoidForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), help_text=_("Who was asked to sign reads this."), widget=forms.Textarea(attrs={"rows": 2})
    )


class OnPaperForm(forms.Form):
    file = forms.FileField(label=_("The signed paper as a PDF"))
    signed_on = forms.DateField(label=_("Signed by all on"), widget=forms.DateInput({"type": "date"}))
    certifies = forms.BooleanField(
        label=_("I have seen the signed paper, and this is a true and whole copy of it."), required=False
    )


class ElsewhereForm(forms.Form):
    system = forms.CharField(label=_("In which system"), max_length=60)


class CorrectForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"))


def kept_recipients(envelope: Envelope) -> list[Recipient]:
    return list(envelope.recipients.all())


def people_formset(envelope: Envelope, data: Any = None, *, typed: Any = None) -> Any:
    """A row for each recipient; those that were `typed`, and one more, where one more is asked for."""
    rows = formset_factory(PersonForm, extra=0, max_num=30, can_delete=True)
    parts = signing_parts(envelope.contract)
    kept = [
        {name: getattr(each, name) for name in PersonForm.base_fields} | {"side": each.party_id or each.side}
        for each in kept_recipients(envelope)
    ]
    initial = _one_more(typed, "people", PersonForm) if typed is not None else kept or _asked_for(parts)
    return rows(data, initial=initial, prefix="people", form_kwargs={"parts": parts})


def _asked_for(parts: Sequence[ContractParty]) -> list[dict[str, Any]]:
    """Nobody is named yet: a row for each party that signs, ours first."""
    signing = [
        each
        for role in (ContractParty.Role.OURS, ContractParty.Role.COUNTERPARTY)
        for each in parts
        if each.role == role
    ]
    rows = [{"side": str(part.party_id), "position": number} for number, part in enumerate(signing, 1)]
    return rows or [{"side": Side.OURS}]


def fields_formset(envelope: Envelope, data: Any = None, *, typed: Any = None) -> Any:
    rows = formset_factory(PlaceForm, extra=0, max_num=300, can_delete=True)
    signers = [each for each in kept_recipients(envelope) if each.role == Recipient.Role.SIGNER]
    names = ("kind", "label", "is_required", *NUMBERS)
    kept = [
        {"recipient": signer.email, **{name: getattr(each, name) for name in names}}
        for signer in signers
        for each in signer.fields.all()
    ]
    initial = _one_more(typed, "places", PlaceForm) if typed is not None else kept
    return rows(data, initial=initial, prefix="places", form_kwargs={"signers": signers})


def _one_more(typed: Any, prefix: str, form: type[forms.Form]) -> list[dict[str, Any]]:
    """The rows as they were typed, without those that go, and a new one: nothing is wrong with it before it is sent."""
    total = typed.get(f"{prefix}-TOTAL_FORMS", "")
    numbers = range(min(int(total), 300)) if total.isdecimal() else range(0)
    rows = [{name: typed.get(f"{prefix}-{number}-{name}") for name in form.base_fields} for number in numbers]
    gone = {number for number in numbers if typed.get(f"{prefix}-{number}-DELETE")}
    return [row for number, row in enumerate(rows) if number not in gone] + [{}]


def _rows(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those that were removed, and without the mark that says so."""
    kept = [row for row in given if row and not row.get("DELETE")]
    return [{name: value for name, value in row.items() if name != "DELETE"} for row in kept]


def wanted_recipients(envelope: Envelope, given: Sequence[dict[str, Any]]) -> list[RecipientDraft]:
    """As the form has them; who stays, by address, and still signs, keeps their places."""
    placed = {each.email.lower(): _drafts(each) for each in kept_recipients(envelope)}
    return [
        RecipientDraft(
            **row | _for_whom(row["side"]),
            fields=placed.get(row["email"].lower(), []) if row["role"] == "signer" else [],
        )
        for row in _rows(given)
    ]


def _for_whom(chosen: str) -> dict[str, Any]:
    """A side, or the party itself."""
    return {"side": chosen} if chosen in Side.values else {"side": Side.OURS, "party": UUID(chosen)}


def placed_recipients(envelope: Envelope, given: Sequence[dict[str, Any]]) -> list[RecipientDraft]:
    """The recipients as they are, with the places of the form."""
    rows = _rows(given)
    people = []
    for each in kept_recipients(envelope):
        own = [
            {name: row[name] for name in row if name != "recipient"} for row in rows if row["recipient"] == each.email
        ]
        facts = {name: getattr(each, name) for name in PersonForm.base_fields}
        people.append(RecipientDraft(**facts, party=each.party_id, fields=[FieldDraft(**row) for row in own]))
    return people


def _drafts(recipient: Recipient) -> list[FieldDraft]:
    names = ("kind", "label", "is_required", *NUMBERS)
    return [FieldDraft(**{name: getattr(each, name) for name in names}) for each in recipient.fields.all()]


def suggested_people(contract: Contract) -> list[RecipientDraft]:
    """To begin with: the parties' own addresses, ours first, and none of ours for another party; everything about them
    can be changed."""
    found: list[RecipientDraft] = []
    known: set[str] = set()
    ours = our_mailboxes()
    parts = sorted(contract.parties.all(), key=lambda part: part.role != "ours")
    for part in parts:
        email = part.party.email.strip()
        if part.role not in ("ours", "counterparty") or not email or email.lower() in known:
            continue
        if part.role == "counterparty" and not part.party.is_ours and is_ours(email, ours):
            continue
        known.add(email.lower())
        side = Side.OURS if part.role == "ours" else Side.THEIRS
        found.append(RecipientDraft(part.party.name, email, side=side, party=part.party_id, position=len(found) + 1))
    return found
