"""What people say of an import: the files, what the columns mean, and what becomes of duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from clm.lib.zones import zone_names
from contracts.engine import import_fields as fields
from contracts.engine import import_values as values
from contracts.engine.import_fields import ImportMapping
from contracts.models import Party
from contracts.models.contract import Category
from contracts.pages.forms import members
from contracts.papers.importing import facts_to_map

COLUMN, TYPE = "column-", "type-"


class NewImportForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200, required=False, help_text=_("Empty: that of the file."))
    archive = forms.FileField(
        label=_("Contracts"), required=False, help_text=_("A ZIP of PDF, Word and text files, with folders or without.")
    )
    sheet = forms.FileField(
        label=_("Sheet"),
        required=False,
        help_text=_(
            "Beside the ZIP, or in it: CSV or XLSX, a line for each contract, the first line names the columns."
        ),
    )
    is_confidential = forms.BooleanField(
        label=_("Confidential: only I and the owners see the contracts, and only I this import"), required=False
    )

    def __init__(self, *args: Any, may_restrict: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_restrict:
            del self.fields["is_confidential"]


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=_("Corrected sheet"), help_text=_("CSV or XLSX; it may have only the rows that were refused.")
    )


class MappingForm(forms.Form):
    """A select for each column, then for each word of the type column, then what holds for all rows."""

    our_party = forms.ChoiceField(label=_("Our party"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False, help_text=_("Where no column names one."))
    category = forms.ChoiceField(label=_("Type, where no column says"), choices=Category.choices)
    currency = forms.CharField(label=_("Currency, where none stands"), max_length=3, required=False)
    tags = forms.CharField(label=_("Tags for all"), max_length=400, required=False)
    date_order = forms.ChoiceField(
        label=_("Dates are written"),
        choices=[
            (values.DAY_FIRST, _("day, month, year: 31.12.2024")),
            (values.MONTH_FIRST, _("month, day, year: 12/31/2024")),
            (values.YEAR_FIRST, _("year, month, day: 2024-12-31")),
        ],
    )
    decimal_point = forms.ChoiceField(
        label=_("Numbers are written"), choices=[(values.POINT, "1,234.56"), (values.COMMA, "1.234,56")]
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the dates"))
    state = forms.ChoiceField(
        label=_("State after import"),
        choices=[
            (fields.WHERE_POSSIBLE, _("Signed, and in force by its dates, where they are there; else a draft")),
            (fields.SIGNED, _("Signed, and in force by its dates; refused where something lacks")),
            (fields.DRAFT, _("Draft")),
        ],
    )
    unread = forms.ChoiceField(
        label=_("What cannot be read"),
        choices=[(fields.REFUSE, _("refuses its row")), (fields.LEAVE, _("is left empty, with a note"))],
    )
    duplicates = forms.ChoiceField(
        label=_("Duplicates"),
        choices=[
            (fields.SKIP, _("are left out")),
            (fields.IMPORT, _("are imported anyway")),
            (fields.ASK, _("I decide row by row")),
        ],
    )
    files_alone = forms.BooleanField(label=_("Import files that no line names"), required=False)
    rows_alone = forms.BooleanField(label=_("Import lines that have no file"), required=False)

    def __init__(self, mapping: ImportMapping, heads: Sequence[str], types: Sequence[str], data: Any = None) -> None:
        super().__init__(data, initial=mapping.as_json() | {"tags": ", ".join(mapping.tags)})
        self.heads, self.types = list(heads), list(types)
        ours = Party.objects.filter(is_ours=True, archived_at=None).order_by("name").values_list("pk", "name")
        self._choices("our_party", [("", "–"), *((str(pk), name) for pk, name in ours)])
        self._choices("owner", [("", _t("Me")), *members()])
        self._choices("time_zone", [(name, name) for name in zone_names()])
        for number, head in enumerate(self.heads):
            self.fields[f"{COLUMN}{number}"] = forms.ChoiceField(
                label=head,
                required=False,
                choices=[("", _t("leave out")), *facts_to_map()],
                widget=forms.Select(attrs={"class": "form-select", "aria-label": head}),
                initial=mapping.columns.get(head, ""),
            )
        for number, word in enumerate(self.types):
            self.fields[f"{TYPE}{number}"] = forms.ChoiceField(
                label=word,
                required=False,
                choices=[("", _t("say nothing")), *Category.choices],
                initial=mapping.categories.get(word, ""),
            )

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with the columns or the types stands above them."""
        super().add_error(field if field in self.fields else None, error)

    def mapping(self) -> ImportMapping:
        """What the person said; call it on a valid form."""
        given = self.cleaned_data
        plain = {name: given[name] for name in MappingForm.base_fields if name != "tags"}
        columns = {head: given[f"{COLUMN}{number}"] for number, head in enumerate(self.heads)}
        types = {word: given[f"{TYPE}{number}"] for number, word in enumerate(self.types)}
        return ImportMapping(
            **plain,
            tags=values.words_in(given["tags"]),
            columns={head: fact for head, fact in columns.items() if fact},
            categories={word: kind for word, kind in types.items() if kind},
        )

    def parts(self) -> dict[str, list[Any]]:
        """The fields as the page lays them out."""
        own = [self[name] for name in MappingForm.base_fields]
        columns = [self[f"{COLUMN}{number}"] for number in range(len(self.heads))]
        return {"columns": columns, "types": [self[f"{TYPE}{number}"] for number in range(len(self.types))], "all": own}
