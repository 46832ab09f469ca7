"""The list page: filter, search, sort, columns, pages, bulk actions, saved views and export from one declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.forms import Form, NullBooleanSelect, Widget
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django_filters import FilterSet

from clm.access.middleware import actor_of
from clm.access.permissions import can, require
from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from clm.lib.plans import COUNTED, met_soon
from clm.pages import saved_views
from clm.pages.alerts import SOURCES
from clm.pages.export import Row, csv_response, xlsx_response
from clm.pages.fields import prepared
from clm.pages.models import SavedView
from clm.pages.rows import Cell, Line
from clm.pages.saved_views import ALL_FILTERS
from clm.pages.templatetags import covenant

Text = str | Promise
EXPORT_LIMIT = 50_000


@dataclass(frozen=True)
class Column:
    """One column. `value` is a dotted path or a function of the row, and what exports carry.

    The cell is drawn by `draw` (a function of the line and the cell) or `template` (which sees `row`, `value`,
    `column`), else by `kind`: text, code (one line), number, money, percent, date, instant, state, light. `sort` names
    the order-by expressions, also the whitelist. `currency` (money) and `zone` (date) are paths; `domain` tells a
    state's meaning. The `main` column links on. `owed` is a function of the row: whether a past date of it is late, for
    something is still owed. Where `verb` is named the column exists only for those who may use it, in exports and
    orders too. `nulls_last`: rows without a value come last in both orders.
    """

    key: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    draw: Callable[[Line, Cell], Any] | None = None
    template: str = ""
    kind: str = "text"
    sort: tuple[str, ...] = ()
    visible: bool = True
    main: bool = False
    currency: str = ""
    zone: str = ""
    domain: str = ""
    owed: Callable[[Any], bool] | None = None
    verb: str = ""
    nulls_last: bool = False

    def order(self, descends: bool) -> list[Any]:
        """The expressions to order by."""
        names = [_turned(name) if descends else name for name in self.sort]
        return [_nulls_last(name) for name in names] if self.nulls_last else names

    @property
    def is_numeric(self) -> bool:
        return self.kind in ("number", "money", "percent")

    @cached_property
    def css(self) -> str:
        """The classes of its cells."""
        return " ".join(name for name, has in (("cell-main", self.main), ("num", self.is_numeric)) if has)

    def of(self, row: Any) -> Any:
        """The row's plain value; a path that ends in None is None."""
        return self.value(row) if callable(self.value) else reach(row, self.value or self.key)

    @property
    def exported_heads(self) -> list[str]:
        """Of money the amount is a number, so its currency has a column of its own."""
        return [str(self.label), gettext("%s: currency") % self.label] if self.currency else [str(self.label)]

    def exported(self, row: Any) -> list[Any]:
        """The row's values in an export: states as words, numbers without digits that say nothing."""
        value = self.of(row)
        if self.kind == "state" and value:
            value = covenant.state_word(value, self.domain)
        plain = without_idle_digits(value) if isinstance(value, Decimal) else value
        return [plain, reach(row, self.currency) if value is not None else ""] if self.currency else [plain]


@dataclass(frozen=True)
class BulkAction:
    """A button for the ticked rows: posts `ids` to `url`. `effect` is what the person is asked, once."""

    label: Text
    url: str
    icon: str
    verb: str
    effect: Text = ""
    tone: str = ""


@dataclass(frozen=True)
class Empty:
    """What a list says when nothing is there yet, and what to do first: offered to who may use `action_verb`."""

    title: Text = ""
    hint: Text = ""
    icon: str = "inbox"
    action_label: Text = ""
    action_url: str = ""
    action_verb: str = ""


def reach(row: Any, path: str) -> Any:
    """Follow attributes and keys along a dotted path; None ends it."""
    for name in path.split("."):
        if row is None:
            return None
        row = row[name] if isinstance(row, Mapping) else getattr(row, name)
        if callable(row):
            row = row()
    return row


class Pages(Paginator):  # type: ignore[type-arg]
    """Of a list longer than a page the keys are cut first, so that what cells need is fetched for one page only."""

    object_list: QuerySet[Any]
    # Of more rows than this a search says "more than": a word that every row has would be looked up in each of them.
    most: int | None = None
    # How many there are, up to one more than that, where the search has counted them.
    known: int | None = None
    # What a page's rows are taken from by their keys: nothing that the search asked is asked again.
    every: QuerySet[Any] | None = None
    # The keys of all rows in the order of the list, where the search knows them.
    told: Sequence[Any] | None = None
    # The same rows in the same order, by the way for those that are not met soon: see `met_soon`.
    gathered: QuerySet[Any] | None = None

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most `most`."""
        return min(self._counted, self.most) if self.most else self._counted

    @cached_property
    def _counted(self) -> int:
        if self.known is not None:
            return self.known
        if self.most is None:
            return self.object_list.count()
        return self.object_list.order_by().values("pk")[: self.most + 1].count()

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than are counted."""
        return self.most is not None and self._counted > self.most

    def page(self, number: int | str) -> Page[Any]:
        checked = self.validate_number(number)
        start = (checked - 1) * self.per_page
        # Of a told search the rows are named by their ids already.
        is_named = self.known is not None and not self.has_more
        if self.told is None and (is_named or self.num_pages == 1):
            # A whole page: for one row alone the planner would read along an index.
            return Page(self.object_list[start : start + self.per_page], checked, self)
        keys = self._keys(start) if self.told is None else self.told[start : start + self.per_page]
        rows = self.object_list if self.every is None else self.every
        return Page(rows.filter(pk__in=keys), checked, self)

    def _keys(self, start: int) -> Sequence[Any]:
        """The page's. Of a search that found few all are asked for: for a page of them alone the planner, who takes
        them for many, would read the whole table along an index."""
        if self.most is not None and self.known is None and not self.has_more:
            return list(self.object_list.values_list("pk", flat=True))[start : start + self.per_page]
        return met_soon(
            lambda rows: list(rows.values_list("pk", flat=True)[start : start + self.per_page]),
            self.object_list,
            self.gathered,
        )


class ListPage(View):
    """Subclass, name the columns and give `rows()`. `key` names the page for saved views and file names.

    `rows` must select what the cells need: a list makes a fixed number of queries whatever its length.
    """

    template_name: ClassVar[str] = "components/list.html"
    key: ClassVar[str]
    title: ClassVar[Text]
    subtitle: ClassVar[Text] = ""
    verb: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    filterset_class: ClassVar[type[FilterSet] | None] = None
    search_fields: ClassVar[Sequence[str]] = ()
    search_hint: ClassVar[Text] = _("Search this list")
    default_sort: ClassVar[str] = ""
    # Where one of these is asked for, rows are looked at one by one, and so counted to COUNTED only.
    searched: ClassVar[Sequence[str]] = ("q",)
    # The filters of a list that has many: the others are drawn where they are asked for, or where all are.
    main_filters: ClassVar[Sequence[str]] = ()
    page_size: ClassVar[int] = 50
    actions_template: ClassVar[str] = ""
    # Drawn beside the choice of columns, and anew with the rows.
    bar_template: ClassVar[str] = ""
    empty: ClassVar[Empty] = Empty()
    actor: Actor
    # Set by a search that knows how many rows it found, up to one more than COUNTED.
    known: int | None = None
    # And by one that knows which: their keys.
    told: Sequence[str] | None = None
    # Of one that found too many to say: the rows once more, for `met_soon`.
    gathered: QuerySet[Any] | None = None
    has_further_filters = False

    def rows(self) -> QuerySet[Any]:
        """The rows this actor may see, related rows selected."""
        raise NotImplementedError

    def url_of(self, row: Any) -> str:
        """Where a row leads; empty when nowhere."""
        found: str = row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
        return found

    def bulk_actions(self) -> Sequence[BulkAction]:
        return ()

    def extra_context(self) -> Mapping[str, Any]:
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = actor_of(request)
        require(self.actor, self.verb)
        self.columns = [column for column in self.columns if not column.verb or can(self.actor, column.verb)]  # type: ignore[misc]
        partial = bool(getattr(request, "htmx", False)) and not request.headers.get("HX-Boosted")
        if partial and request.headers.get("HX-Target") == "list-filter":
            context = {"list": self, "filter_form": self._all_filters()}
            return _by_htmx(render(request, "components/list_filters.html", context))
        found, form = self.filtered()
        found = self.ordered(found)
        if request.GET.get("format") in ("csv", "xlsx"):
            return self.exported(found, request.GET["format"])
        if not partial and not request.GET and (default := self.default_query()):
            return redirect(f"{request.path}?{default}")
        pages = Pages(found, self.page_size)
        pages.most = COUNTED if any(request.GET.get(name) for name in self.searched) else None
        pages.known, pages.every = self.known, None if self.known is None else self.ordered(self.rows())
        pages.told = self._told_in_order()
        pages.gathered = None if self.gathered is None else self.ordered(self.gathered)
        page = pages.get_page(request.GET.get("page"))
        name = "components/list_table.html" if partial else self.template_name
        return _by_htmx(render(request, name, self.context(page, form)))

    @cached_property
    def views(self) -> QuerySet[SavedView]:
        """The person's saved views of this list, asked for once."""
        return saved_views.views_of(self.actor, self.key)

    def default_query(self) -> str:
        """The filters of the view the person made their default; empty without one."""
        return next((view.query for view in self.views if view.is_default), "")

    def filtered(self) -> tuple[QuerySet[Any], Form | None]:
        """Rows that pass the filters and the search, and the filter form. An unreadable filter filters nothing."""
        text = self.request.GET.get("q", "").replace("\x00", "").strip()
        filters = self.filters()
        return self.search(self.rows() if filters is None else filters.qs, text), _drawable(filters)

    def filters(self) -> FilterSet | None:
        """The filters: those that are drawn, and so every one that is asked for."""
        if self.filterset_class is None:
            return None
        filters = self.filterset_class(self.request.GET, queryset=self.rows(), request=self.request)
        if self.main_filters and ALL_FILTERS not in self.request.GET:
            asked = [name for name, value in self.request.GET.items() if value]
            further = [name for name in filters.filters if not self._is_drawn(name, asked)]
            for name in further:
                del filters.filters[name]
            self.has_further_filters = bool(further)
        return filters

    def _all_filters(self) -> Form | None:
        """Ready to be put in the place of the few: the first of the others is where the person goes on."""
        form = _drawable(self.filters())
        further = [bound for bound in form or () if bound.name not in self.main_filters and not bound.is_hidden]
        for bound in further[:1]:
            bound.field.widget.attrs["autofocus"] = True
        return form

    def _is_drawn(self, name: str, asked: Sequence[str]) -> bool:
        """Some filters have several controls, each with its own end to the name."""
        return name in self.main_filters or any(each.startswith(name) for each in asked)

    @property
    def has_search(self) -> bool:
        """Whether there is a box: by fields, or by a search of the list's own."""
        return bool(self.search_fields) or type(self).search is not ListPage.search

    def search(self, found: QuerySet[Any], text: str) -> QuerySet[Any]:
        if not text or not self.search_fields:
            return found
        match = Q()
        for name in self.search_fields:
            match |= Q(**{f"{name}__icontains": text})
        return found.filter(match)

    def sorting(self) -> tuple[str, bool]:
        """The column sorted by and whether it descends; anything not on the whitelist means the default."""
        asked = self.request.GET.get("sort", "") or self.default_sort
        allowed = {column.key for column in self.columns if column.sort}
        if asked.lstrip("-") not in allowed:
            asked = self.default_sort
        return asked.lstrip("-"), asked.startswith("-")

    def ordered(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Rows in the asked order, the primary key last so that pages never overlap, and turned with it so that one
        index serves both directions."""
        key, descends = self.sorting()
        column = next((column for column in self.columns if column.key == key), None)
        if column is None:
            return found if found.ordered else found.order_by("pk")
        return found.order_by(*column.order(descends), "-pk" if descends else "pk")

    def _told_in_order(self) -> Sequence[str] | None:
        """The keys that a search told, where the list is in their order."""
        key, descends = self.sorting()
        is_by_key = any(column.key == key and column.sort in (("id",), ("pk",)) for column in self.columns)
        return sorted(self.told, reverse=descends) if self.told is not None and is_by_key else None

    def chosen_columns(self) -> list[Column]:
        """The columns named in the address, in the page's order, the main one always; else those visible by default."""
        asked = {key for part in self.request.GET.getlist("columns") for key in part.split(",") if key}
        chosen = [column for column in self.columns if column.key in asked or (asked and column.main)]
        return chosen or [column for column in self.columns if column.visible]

    def complete(self, rows: Sequence[Any]) -> None:
        """Put to the rows of a page, or of a portion of an export, what cells need and the query did not bring."""

    def lines(self, page: Page[Any]) -> list[Line]:
        columns = [(column, str(column.label)) for column in self.chosen_columns()]
        rows = list(page.object_list)
        self.complete(rows)
        return [Line(row, self.url_of(row), [_cell(column, row, label) for column, label in columns]) for row in rows]

    def context(self, page: Page[Any], form: Form | None) -> dict[str, Any]:
        """What components/list.html draws."""
        sort, descends = self.sorting()
        return {
            "list": self,
            "page": page,
            "lines": self.lines(page),
            "count": page.paginator.count,
            "has_more": page.paginator.has_more,  # type: ignore[attr-defined]
            "columns": self.chosen_columns(),
            "hidden_columns": {column.key for column in self.columns} - {c.key for c in self.chosen_columns()},
            "sort": sort,
            "descends": descends,
            "filter_form": form,
            "is_filtered": is_filtered(self.request.GET),
            "bulk": [action for action in self.bulk_actions() if can(self.actor, action.verb)],
            "saved_views": self.views,
            "current_query": saved_views.clean_query(self.request.GET),
            "can_save_views": can(self.actor, "pages.save_view"),
            "has_alerts": self.key in SOURCES,
            "export_limit": EXPORT_LIMIT,
            "can_begin": not self.empty.action_verb or can(self.actor, self.empty.action_verb),
            **self.extra_context(),
        }

    def exported(self, found: QuerySet[Any], form: str) -> HttpResponseBase:
        """The filtered rows, at most EXPORT_LIMIT; where more were found a last line says so."""
        columns = self.chosen_columns()
        head = [label for column in columns for label in column.exported_heads]
        rows = export_rows(found, columns, self.actor.organization_id, self.complete)
        return (csv_response if form == "csv" else xlsx_response)(self.key, head, rows)


def without_idle_digits(value: Decimal) -> Decimal:
    """The same number without zeros at its end: 61000.0000 is 61000."""
    text = f"{value:f}"
    return (Decimal(text.rstrip("0").rstrip(".")) if "." in text else value) or Decimal(0)


def _by_htmx(response: HttpResponse) -> HttpResponse:
    """One address answers a page, and parts of it to htmx: no cache takes one for the other."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _drawable(filters: FilterSet | None) -> Form | None:
    """The form of the filters, its controls ready to be drawn."""
    if filters is None:
        return None
    form: Form = filters.form
    for bound in form:
        say_any(bound.field.widget)
        prepared(bound)
    return form


def say_any(widget: Widget) -> None:
    """A yes-or-no filter says "Any" where nothing is asked."""
    if isinstance(widget, NullBooleanSelect):
        widget.choices = [("", _("Any")), *list(widget.choices)[1:]]


def is_filtered(given: QueryDict) -> bool:
    """Whether anything but order, columns and page is asked for."""
    shape = ("sort", "columns", "page", "format", "all", ALL_FILTERS)
    return any(value for name in given if name not in shape for value in given.getlist(name))


def export_rows(
    found: QuerySet[Any],
    columns: Sequence[Column],
    organization_id: UUID,
    complete: Callable[[Sequence[Any]], None] = lambda rows: None,
) -> Iterator[Row]:
    """Plain values row by row. The scope is entered anew for each portion, since a stream outlives its request."""
    with organization_scope(organization_id):
        source = iter(found[: EXPORT_LIMIT + 1].iterator(chunk_size=500))
    sent = 0
    while True:
        with organization_scope(organization_id):
            rows = list(islice(source, 500))
            complete(rows)
            portion = [[value for column in columns for value in column.exported(row)] for row in rows]
        if not portion:
            return
        yield from portion[: EXPORT_LIMIT - sent]
        sent += len(portion)
        if sent > EXPORT_LIMIT:
            yield [str(_("Only the first %d rows: narrow the filter for the rest.") % EXPORT_LIMIT)]
            return


def _cell(column: Column, row: Any, label: str) -> Cell:
    extra = column.currency or column.zone
    late = column.owed is not None and column.owed(row)
    return Cell(column, column.of(row), reach(row, extra) if extra else "", late, label)


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _nulls_last(name: str) -> OrderBy:
    return F(name[1:]).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
