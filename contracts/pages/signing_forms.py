"""What signers fill in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.engine.signature_marks import checked_drawing
from contracts.models import Recipient, SignatureField

LONGEST_DRAWING = 60_000
OWN = (SignatureField.Kind.DATE, SignatureField.Kind.NAME)


class DrawingField(forms.CharField):
    """Strokes as JSON; what is none is refused beside the drawing."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return []
        try:
            return checked_drawing(json.loads(text[:LONGEST_DRAWING]))
        except (ValueError, RecursionError) as wrong:
            message = _("This drawing cannot be used: draw your signature again, or type it.")
            raise forms.ValidationError(message) from wrong


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("The six digits"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )


class SignForm(forms.Form):
    """The name that is signed with, what the fields ask for, and the consent. `seen` is what others had filled in on
    the page that this form was on; `drawing` the signature, where it is drawn."""

    seen = forms.CharField(widget=forms.HiddenInput)
    drawing = DrawingField(label=gettext_lazy("Drawn signature"), required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=200)
    agreed = forms.BooleanField(label="", error_messages={"required": gettext_lazy("Agree to this first.")})

    def __init__(
        self, rows: Sequence[SignatureField], recipient: Recipient, *args: Any, seen: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"initial": {"name": recipient.name, "seen": seen}, **kwargs})
        self.rows = [row for row in rows if row.kind not in OWN]
        for row in self.rows:
            self.fields[str(row.pk)] = _asked(row, recipient)

    def values(self) -> dict[UUID, str]:
        """What was filled in, by field."""
        found = {}
        for row in self.rows:
            value = self.cleaned_data.get(str(row.pk))
            found[row.pk] = ("yes" if value else "") if isinstance(value, bool) else str(value or "")
        return found

    def clean(self) -> dict[str, Any]:
        """Who has drawn a signature need not type it."""
        given = super().clean() or {}
        for row in self.rows:
            if row.kind == SignatureField.Kind.SIGNATURE and given.get("drawing"):
                self.errors.pop(str(row.pk), None)
        return given

    def put_seen(self, seen: str) -> None:
        """Shown again, the form is about what is filled in now."""
        self.data = {**{name: self.data[name] for name in self.data}, "seen": seen}

    def asked_fields(self) -> list[Any]:
        return [self[str(row.pk)] for row in self.rows]


def _asked(row: SignatureField, recipient: Recipient) -> forms.Field:
    where = _("Page %(page)s") % {"page": row.page}
    label = row.label or str(row.get_kind_display())
    if row.kind == SignatureField.Kind.CHECKBOX:
        return forms.BooleanField(label=label, required=row.is_required, help_text=where)
    kinds = SignatureField.Kind
    if row.kind == kinds.SIGNATURE:
        words = _("Type your name: this is your signature.")
        return forms.CharField(
            label=label, required=row.is_required, max_length=200, help_text=f"{where}. {words}",
            widget=forms.TextInput(attrs={"class": "form-control signed-name", "autocomplete": "name"}),
        )  # fmt: skip
    initial = "".join(part[:1] for part in recipient.name.split()) if row.kind == kinds.INITIALS else ""
    return forms.CharField(label=label, required=row.is_required, max_length=500, initial=initial, help_text=where)


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why you decline"),
        help_text=gettext_lazy("Who sent it reads this."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ForwardForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Who should sign instead"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("Their e-mail address"))
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
