"""What people type about the clause library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.library_categories import ClauseCategory
from contracts.models import Clause
from contracts.models.contract import Category
from contracts.models.library import Risk
from contracts.pages.forms import members
from contracts.queries.clause_library import position_choices, position_label

SPARE = 2  # empty places for a further fallback and a further unacceptable position
LABELS = {"fallback": _("Fallback %(number)s"), "unacceptable": _("Unacceptable %(number)s")}
WHYS = {"fallback": _("When it may be offered"), "unacceptable": _("Why it is unacceptable")}


class LibraryClauseForm(forms.Form):
    """The facts and the ladder. The places are made for the positions given, and some more."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("Clauses of contracts under this heading are found by it.")
    )
    category = forms.ChoiceField(label=_("Category"), choices=ClauseCategory.choices)
    risk = forms.ChoiceField(label=_("Risk"), choices=Risk.choices, initial=Risk.MEDIUM)
    owner_id = forms.ChoiceField(label=_("Owner"))
    guidance = forms.CharField(label=_("Guidance"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    mandatory_for = forms.MultipleChoiceField(
        label=_("Mandatory in"),
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Counts once somebody else approves it."),
    )
    attribution = forms.CharField(label=_("Source"), required=False, help_text=_("Whose words these are."))
    preferred = forms.CharField(label=_("Preferred"), widget=forms.Textarea(attrs={"rows": 6}))
    note = forms.CharField(label=_("What changed"), required=False)
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, positions: Sequence[dict[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_id"].choices = members()  # type: ignore[attr-defined]
        self.places = [
            (kind, number)
            for kind in LABELS
            for number in range(1, 1 + SPARE + max(_count(positions, kind), self._sent(kind)))
        ]
        for kind, number in self.places:
            self.fields[f"{kind}_{number}"] = _text_field(LABELS[kind] % {"number": number}, rows=4)
            self.fields[f"{kind}_{number}_why"] = _text_field(WHYS[kind], rows=1)
            if kind == "unacceptable":
                self.fields[f"{kind}_{number}_why"].help_text = _("Needed where the position is filled in.")
                self.fields[f"{kind}_{number}_why"].is_needed_beside = True  # type: ignore[attr-defined]
        self.order_fields([name for name in self.fields if name not in ("note", "seen")])

    def _sent(self, kind: str) -> int:
        """How many places the sent form had beyond the spare ones, so that none of its words is lost."""
        sent = sum(1 for name in self.data if name.startswith(f"{kind}_") and not name.endswith("_why"))
        return max(0, sent - SPARE)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for kind, number in self.places:
            name = f"{kind}_{number}"
            if kind == "unacceptable" and given.get(name) and not given.get(f"{name}_why"):
                self.add_error(f"{name}_why", gettext("Say why this position is unacceptable."))
        return given

    def split(self, given: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """The facts, and the ladder without its empty places."""
        names = ("title", "category", "risk", "owner_id", "guidance", "mandatory_for", "attribution")
        ladder = [{"kind": "preferred", "text": given["preferred"], "why": ""}]
        for kind, number in self.places:
            if given[f"{kind}_{number}"]:
                why = given[f"{kind}_{number}_why"]
                ladder.append({"kind": kind, "text": given[f"{kind}_{number}"], "why": why})
        return {name: given[name] for name in names}, ladder


class NewLibraryClauseForm(LibraryClauseForm):
    """There is nothing yet that could have changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["note"]


def _count(positions: Iterable[dict[str, str]], kind: str) -> int:
    return sum(1 for position in positions if position["kind"] == kind)


def _text_field(label: Any, rows: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}))


def initial_of(positions: Sequence[dict[str, str]]) -> dict[str, str]:
    """What the form's places show for a ladder."""
    found: dict[str, str] = {}
    counts = dict.fromkeys(LABELS, 0)
    for position in positions:
        kind = position["kind"]
        if kind == "preferred":
            found["preferred"] = position["text"]
            continue
        counts[kind] += 1
        found |= {f"{kind}_{counts[kind]}": position["text"], f"{kind}_{counts[kind]}_why": position["why"]}
    return found


class RetirementForm(forms.Form):
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class ApprovalForm(forms.Form):
    """Of what the page showed, by the newest change that it knew."""

    seen = forms.UUIDField(widget=forms.HiddenInput())


class OfferForm(forms.Form):
    library_version_id = forms.UUIDField()


class AdoptionForm(forms.Form):
    """The value is the library version's id and the position's name; empty takes the tie off."""

    place = forms.ChoiceField(label=_("Position in the library"), required=False)

    def __init__(self, clause: Clause, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("None: the clause is tied to no position")), *position_choices(), *_present_tie(clause)]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]


def _present_tie(clause: Clause) -> list[tuple[str, list[tuple[str, str]]]]:
    """The position it has, which the library may not offer any more."""
    tied = clause.library_version
    if tied is None:
        return []
    label = f"{position_label(clause.library_position)} ({_('version')} {tied.number})"
    return [(str(_("As it is")), [(f"{tied.pk}:{clause.library_position}", label)])]
